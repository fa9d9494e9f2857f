"""The processes of a soak: what they are called with, and what is seen of them."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.watched import FRAMES
from tests.command_line import LIMIT, Home

PROGRAM = Path(__file__).with_name("watched.py")
_FRAMES = "3"
"""Of the calls that lead to an allocation, where they are traced."""
_MOST_KINDS = 15


@dataclass(slots=True)
class Watched:
    """`symbl` with a thread in it that tells what its queues hold."""

    process: subprocess.Popen[bytes]
    path: Path
    kinds: list[Mapping[str, int]] = field(default_factory=list)
    places: Sequence[str] = ()
    """Where in the code what is new comes from, if it is traced."""
    read: int = 0
    """Bytes of *path*."""

    def queues(self) -> dict[str, int]:
        """The most of each since the last call."""
        most: dict[str, int] = {}
        for said in self._news():
            for name, held in said["queues"].items():
                most[name] = max(most.get(name, 0), held)
            if "kinds" in said:
                self.kinds.append(said["kinds"])
            self.places = tuple(said.get("grown", self.places))
        return most

    def grown(self) -> Iterator[str]:
        """What there is more of at the end than a third of the way before."""
        if self.kinds:
            first, last = self.kinds[len(self.kinds) // 3], self.kinds[-1]
            more = {name: count - first.get(name, 0) for name, count in last.items()}
            for name in sorted(more, key=lambda name: -more[name])[:_MOST_KINDS]:
                yield f"{more[name]:+} {name}"
        yield from self.places

    def _news(self) -> Iterator[dict[str, dict[str, int]]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.read)
            for line in file:
                if line.endswith(b"\n"):
                    self.read += len(line)
                    yield json.loads(line)


@contextmanager
def watched(home: Home, *command: str, is_traced: bool) -> Iterator[Watched]:
    """`symbl` *command* while it runs; its stderr is a file of *home*."""
    path = home.folder / f"{command[0]}.watched"
    more = {FRAMES: _FRAMES} if is_traced else {}
    with errors_of(home, command[0]).open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(path), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=home.environment(**more),
            cwd=home.folder,
        )
    with process:
        try:
            yield Watched(process, path)
        finally:
            process.terminate()


@contextmanager
def serving(home: Home, *arguments: str, is_traced: bool) -> Iterator[Watched]:
    """A server that commands of *home* find, once it listens."""
    command = ("serve", "--port", "0", *arguments)
    with watched(home, *command, is_traced=is_traced) as server:
        deadline = time.monotonic() + LIMIT
        while not (home.data / "server.json").exists():
            assert time.monotonic() < deadline, "no server has started"
            time.sleep(0.05)
        yield server


def errors_of(home: Home, command: str) -> Path:
    return home.folder / f"{command}.err"
