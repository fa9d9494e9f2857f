"""Runs of `symbl stream` that are killed at a moment that a test chooses."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from threading import Event

from symbl_cli.streaming.segments import read_name
from tests.command_line import LIMIT, Home, read_until
from tests.scripted_speech import say, silence
from tests.server_process import stored_at

GAP = silence(1.2)


def sentence(text: str) -> bytes:
    """*text*, and silence enough for it to become final."""
    return GAP + say(text) + GAP


@dataclass
class Victim:
    """A run that reads stdin."""

    home: Home
    process: Popen[bytes]
    others: frozenset[Path] = frozenset()
    """Folders that earlier runs left behind."""
    lines: list[dict[str, object]] = field(default_factory=list)
    sent: int = 0
    """Bytes of sound."""

    def send(self, pcm: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(pcm)
        self.process.stdin.flush()
        self.sent += len(pcm)

    def until(self, words: str) -> None:
        """Wait until a line holds *words*."""
        said = read_until(self.process, lambda line: words in line)
        self.lines += map(json.loads, said)

    def keep(self, pcm: bytes) -> None:
        """Send *pcm*, and wait until it is in the kernel's hands."""
        self.send(pcm + silence(0.2))
        self.until_kept()

    def until_kept(self) -> None:
        """Wait until all that was sent, less one frame, is in the kernel's hands."""
        self._until(lambda: self._kept() >= self.sent - 3200)

    def until_named(self) -> None:
        """Wait until the run can be recovered from what is on disk."""
        self._until(lambda: any(self._own("run.json")))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(LIMIT)

    @property
    def finals(self) -> list[str]:
        said = (line for line in self.lines if line["type"] == "transcript")
        return [str(line["text"]) for line in said if line["final"]]

    def _kept(self) -> int:
        """Bytes up to the end of the newest file."""
        ends = [0]
        with suppress(OSError):  # files come and go
            for path in self._own("*.pcm"):
                segment = read_name(path.name)
                assert segment is not None
                ends.append(2 * segment.start + path.stat().st_size)
        return max(ends)

    def _own(self, pattern: str) -> Iterator[Path]:
        """Files of this run's folder."""
        found = self.home.runs.glob(f"*/{pattern}")
        return (path for path in found if path.parent not in self.others)

    def _until(self, is_so: Callable[[], bool]) -> None:
        pause, deadline = Event(), time.monotonic() + LIMIT
        while not is_so():
            assert time.monotonic() < deadline
            pause.wait(0.02)


@contextmanager
def victim(home: Home, *arguments: str | Path, **environment: str) -> Iterator[Victim]:
    command = ("stream", "-", "--json", *arguments)
    others = frozenset(home.runs.glob("*"))
    with home.process(*command, **environment) as process:
        yield Victim(home, process, others)


def words_of(home: Home, conversation: str) -> str:
    """All that was said in it, as the server tells that runs there."""
    return " ".join(stored_at(home.address, conversation))


def started_of(home: Home, conversation: str) -> str:
    shown = home.run("conversation", "show", conversation, "--json")
    return str(json.loads(shown.stdout)["startTime"])
