"""`symbl`, with a thread beside it that writes down what its queues hold.

    python benchmarks/watched.py FILE ARGUMENTS…

A JSON line every two seconds: `queues` by name, the most that one of them holds, and
now and then `kinds`, how many objects of each type there are. With SOAK_FRAMES=3 in
the environment it adds `grown`, where in the code the memory came from that is new
since the first minutes, with so many calls that led there; processes that this one
starts are not traced. Nothing in the product knows of it.
"""

import gc
import json
import os
import sys
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping, Sized
from pathlib import Path
from queue import Queue, SimpleQueue

sys.path.insert(0, str(Path(__file__).parents[1]))

from symbl_cli.__main__ import main as symbl

FRAMES = "SOAK_FRAMES"
PERIOD = 2.0
_FIRST = 0.1
"""Seconds of the first period, which grow: what is short is seen too."""
_KINDS_EVERY = 15
_TRACED_FROM = 30
"""Looks before the first snapshot, and between two."""
_STARTED = 5
"""Looks after which everything is imported: what is traced from then on is news."""
_MOST_KINDS = 60
_MOST_PLACES = 25

QUEUES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("symbl_cli.streaming.inbox", "Inbox"): {"client: frames to be told": "_cells"},
    ("symbl_cli.streaming.disk_spool", "DiskSpool"): {
        "client: pieces of sound in memory": "_tail",
        "client: files of sound": "_files",
    },
    ("symbl_cli.streaming.keeping", "RunKeeper"): {
        "client: journal entries to be written": "_entries"
    },
    ("symbl_cli.sinks.writer", "Writer"): {"client: bytes to be written": "_unwritten"},
    ("symbl_cli.streaming.lines_of", "LinesOf"): {
        "client: utterances not final": "_open",
        "client: findings told too early": "_early",
    },
    ("symbl_cli.streaming.timeline", "Timeline"): {
        "client: arrivals of sound": "_ends"
    },
    ("symbl_cli.server.live.mailbox", "Mailbox"): {
        "server: frames for a socket": "_waiting"
    },
    ("symbl_cli.server.live.outbox", "Outbox"): {
        "server: batches to be committed": "_queue",
        "server: frames remembered": "_log",
    },
    ("symbl_cli.server.live.ordering", "TimeOrder"): {
        "server: finals held back": "_held"
    },
    ("symbl_cli.server.store.writer", "Writer"): {
        "server: writes to the store": "_queue"
    },
    ("symbl_cli.server.recognition.hearing", "Hearing"): {
        "server: utterances not final": "_utterances"
    },
    ("concurrent.futures.thread", "ThreadPoolExecutor"): {
        "server: jobs of a thread": "_work_queue"
    },
}
"""By the class of an object the names of what it holds, and where."""


class Watch(threading.Thread):
    """Looks until the process ends."""

    def __init__(self, path: Path, frames: int) -> None:
        """*frames*: of the calls that lead to an allocation; 0: it is not traced."""
        super().__init__(name="watch", daemon=True)
        self._path = path
        self._frames = frames
        self._first: tracemalloc.Snapshot | None = None

    def run(self) -> None:
        look = 0
        with self._path.open("w", encoding="utf-8") as file:
            while True:
                time.sleep(min(PERIOD, (look + 1) * _FIRST))
                said = {"queues": fullest(gc.get_objects()), **self._more(look)}
                file.write(json.dumps(said) + "\n")
                file.flush()
                look += 1

    def _more(self, look: int) -> dict[str, object]:
        more: dict[str, object] = {}
        if look % _KINDS_EVERY == 0:
            more["kinds"] = dict(kinds().most_common(_MOST_KINDS))
        if self._frames and look == _STARTED:
            tracemalloc.start(self._frames)
        if tracemalloc.is_tracing() and look % _TRACED_FROM == 0:
            more["grown"] = list(self._grown())
        return more

    def _grown(self) -> Iterator[str]:
        now = tracemalloc.take_snapshot()
        self._first = self._first or now
        for one in now.compare_to(self._first, "traceback")[:_MOST_PLACES]:
            where = " < ".join(str(frame) for frame in reversed(one.traceback))
            yield f"{one.size_diff / 1024:+.0f} KB, {one.count_diff:+} blocks: {where}"


def fullest(objects: list[object]) -> dict[str, int]:
    """Of *objects* those that are queues: the most that one of each name holds."""
    held = {
        found: queues
        for (module, name), queues in QUEUES.items()
        # A module that is being imported has it later.
        if (found := getattr(sys.modules.get(module), name, None)) is not None
    }
    most: dict[str, int] = {}
    for one in objects:
        for name, where in held.get(type(one), {}).items():
            # One that is just being made holds nothing.
            most[name] = max(most.get(name, 0), _size(getattr(one, where, 0)))
    return most


def kinds() -> Counter[str]:
    """How many objects of each type there are that may refer to others."""
    counted = Counter(map(type, gc.get_objects()))
    return Counter(
        {f"{one.__module__}.{one.__name__}": n for one, n in counted.items()}
    )


def _size(queue: object) -> int:
    match queue:
        case int():
            return queue
        case SimpleQueue() | Queue():
            return queue.qsize()
        case Sized():
            return len(queue)
        case _:
            return 0


def main() -> int:
    Watch(Path(sys.argv[1]), int(os.environ.pop(FRAMES, "0"))).start()
    sys.argv = ["symbl", *sys.argv[2:]]
    return symbl()


if __name__ == "__main__":
    sys.exit(main())
