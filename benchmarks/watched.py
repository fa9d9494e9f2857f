"""`symbl`, with a thread beside it that writes down what its queues hold.

    python benchmarks/watched.py FILE ARGUMENTS…

A JSON line every two seconds: `queues` by name, the most that one of them holds, and
now and then `kinds`, how many objects of each type there are. Started with
PYTHONTRACEMALLOC it adds `grown`, where in the code the memory came from that is new
since the first minutes. Nothing in the product knows of it.
"""

import gc
import json
import sys
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

PERIOD = 2.0
_KINDS_EVERY = 15
_TRACED_FROM = 60
"""Looks before the first snapshot, and between two."""
_MOST_KINDS = 60
_MOST_PLACES = 25

Measure = Callable[[Any], int]
QUEUES: dict[tuple[str, str], dict[str, Measure]] = {
    ("symbl_cli.streaming.inbox", "Inbox"): {
        "client: frames to be told": lambda one: len(one._cells)
    },
    ("symbl_cli.streaming.disk_spool", "DiskSpool"): {
        "client: pieces of sound in memory": lambda one: len(one._tail),
        "client: files of sound": lambda one: len(one._files),
    },
    ("symbl_cli.streaming.keeping", "RunKeeper"): {
        "client: journal entries to be written": lambda one: len(one._entries)
    },
    ("symbl_cli.sinks.writer", "Writer"): {
        "client: bytes to be written": lambda one: one._unwritten
    },
    ("symbl_cli.streaming.lines_of", "LinesOf"): {
        "client: utterances not final": lambda one: len(one._open),
        "client: findings told too early": lambda one: len(one._early),
    },
    ("symbl_cli.streaming.timeline", "Timeline"): {
        "client: arrivals of sound": lambda one: len(one._ends)
    },
    ("symbl_cli.server.live.mailbox", "Mailbox"): {
        "server: frames for a socket": lambda one: len(one._waiting)
    },
    ("symbl_cli.server.live.outbox", "Outbox"): {
        "server: batches to be committed": lambda one: len(one._queue),
        "server: frames remembered": lambda one: len(one._log),
    },
    ("symbl_cli.server.live.ordering", "TimeOrder"): {
        "server: finals held back": lambda one: len(one._held)
    },
    ("symbl_cli.server.store.writer", "Writer"): {
        "server: writes to the store": lambda one: one._queue.qsize()
    },
    ("symbl_cli.server.recognition.hearing", "Hearing"): {
        "server: utterances not final": lambda one: len(one._utterances)
    },
    ("concurrent.futures.thread", "ThreadPoolExecutor"): {
        "server: jobs of a thread": lambda one: one._work_queue.qsize()
    },
}


class Watch(threading.Thread):
    """Looks until the process ends."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="watch", daemon=True)
        self._path = path
        self._first: tracemalloc.Snapshot | None = None

    def run(self) -> None:
        look = 0
        with self._path.open("w", encoding="utf-8") as file:
            while True:
                time.sleep(PERIOD)
                said = {"queues": fullest(gc.get_objects()), **self._more(look)}
                file.write(json.dumps(said) + "\n")
                file.flush()
                look += 1

    def _more(self, look: int) -> dict[str, object]:
        more: dict[str, object] = {}
        if look % _KINDS_EVERY == 0:
            more["kinds"] = dict(kinds().most_common(_MOST_KINDS))
        if tracemalloc.is_tracing() and look and look % _TRACED_FROM == 0:
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
    measures = {
        getattr(sys.modules[module], name): measures
        for (module, name), measures in QUEUES.items()
        if module in sys.modules
    }
    most: dict[str, int] = {}
    for one in objects:
        for name, measure in measures.get(type(one), {}).items():
            most[name] = max(most.get(name, 0), measure(one))
    return most


def kinds() -> Counter[str]:
    """How many objects of each type there are that may refer to others."""
    counted = Counter(map(type, gc.get_objects()))
    return Counter({f"{one.__module__}.{one.__name__}": n for one, n in counted.items()})


def main() -> int:
    from symbl_cli.__main__ import main as symbl

    Watch(Path(sys.argv[1])).start()
    sys.argv = ["symbl", *sys.argv[2:]]
    return symbl()


if __name__ == "__main__":
    sys.exit(main())
