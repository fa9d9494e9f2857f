"""The command line as users have it: a process, with a home of its own."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Timer

import jsonschema

from symbl_cli.protocol.local import SERVER_FILE, ServerAddress, decode_address

ROOT = Path(__file__).parents[1]
LIMIT = 120
"""Seconds after which a command hangs."""
_NOTICES = {"status", "warning", "error"}


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """Stdout as JSON lines."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def notices(self) -> list[dict[str, dict[str, object]]]:
        """Stderr as JSON lines."""
        return [json.loads(line) for line in self.stderr.splitlines()]

    @property
    def texts(self) -> list[object]:
        """Of the final transcripts, those without words left out."""
        finals = [line for line in self.of("transcript") if line["final"]]
        return [line["text"] for line in finals if line["text"]]

    def of(self, kind: str) -> list[dict[str, object]]:
        """The lines of that type."""
        return [line for line in self.lines if line["type"] == kind]


@dataclass(frozen=True)
class Home:
    """A user's folders: nothing of the machine's own user is read or written."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data" / "symbl"

    @property
    def runs(self) -> Path:
        """What interrupted runs left behind."""
        return self.folder / "state" / "symbl" / "runs"

    @property
    def address(self) -> ServerAddress:
        """Of the server that runs in this home; raises OSError where none does."""
        return decode_address((self.data / SERVER_FILE).read_text())

    def environment(self, **more: str) -> dict[str, str]:
        mine = {
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "ALSA_CONFIG_PATH": os.devnull,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C",
        }
        return mine | more

    def run(
        self,
        *arguments: str | Path,
        sound: bytes | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        before: Callable[[], None] | None = None,
    ) -> Ran:
        """Run `symbl` to its end; *sound* comes through a pipe on stdin.

        *before* is called in its process, on systems that fork.
        Whatever comes of it, both streams must hold what they are for.
        """
        done = subprocess.run(
            command(arguments),
            input=sound,
            stdin=subprocess.DEVNULL if sound is None else None,
            capture_output=True,
            timeout=LIMIT,
            env=self.environment(**(environment or {})),
            cwd=cwd or self.folder,
            preexec_fn=before,
            check=False,
        )
        return checked(arguments, done.returncode, done.stdout, done.stderr)

    def shell(self, line: str, **more: str) -> Ran:
        """Run a line of bash in this home, where `symbl` is the one under test."""
        named = f'symbl() {{ {shlex.join(command(()))} "$@"; }}; set -o pipefail'
        done = subprocess.run(
            ["bash", "-c", f"{named}; {line}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            env=self.environment(**more),
            cwd=self.folder,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    @contextmanager
    def scripted_server(self, *options: str) -> Iterator[str]:
        """The server of this home, with the scripted recogniser; gives its URL.

        Unlike one that runs start by themselves it stays, however late they come.
        """
        with self.process("serve", "--recognizer", "scripted", *options) as server:
            assert server.stderr is not None
            said = server.stderr.readline().decode()
            assert said.startswith("listening on "), said
            yield said.split()[-1]

    @contextmanager
    def process(
        self, *arguments: str | Path, **more: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """`symbl` while it runs, all three streams piped; ended at the end."""
        process = subprocess.Popen(
            command(arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(**more),
            cwd=self.folder,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=LIMIT)

    def end_server(self) -> None:
        """End the server that a run of this home has started, if it lives."""
        with suppress(OSError):
            os.kill(self.address.pid, signal.SIGTERM)


def command(arguments: Sequence[str | Path]) -> list[str]:
    return [sys.executable, "-m", "symbl_cli", *map(str, arguments)]


def finished(process: subprocess.Popen[bytes]) -> Ran:
    """The rest of what *process* of a home says, its stdin closed."""
    out, err = process.communicate(timeout=LIMIT)
    assert isinstance(process.args, list)
    arguments = [str(argument) for argument in process.args[3:]]
    # A test may have read the first lines of stdout itself.
    return checked(arguments, process.returncode, out, err, is_whole=False)


def read_until(
    process: subprocess.Popen[bytes], wanted: Callable[[str], bool]
) -> list[str]:
    """Read stdout up to the first line that is *wanted*; fails where none comes."""
    assert process.stdout is not None
    lines: list[str] = []
    late = Timer(LIMIT, process.kill)
    late.start()
    try:
        for line in process.stdout:
            lines.append(line.decode())
            if wanted(lines[-1]):
                return lines
    finally:
        late.cancel()
    raise AssertionError(lines)


def checked(
    arguments: Sequence[str | Path],
    code: int,
    stdout: bytes,
    stderr: bytes,
    *,
    is_whole: bool = True,
) -> Ran:
    """What came of *arguments*, after a look at what holds for every run."""
    ran = Ran(code, stdout.decode(), stderr.decode())
    given = [str(argument) for argument in arguments]
    is_verbose = any(one.startswith("-v") for one in given)
    assert "Traceback" not in ran.stdout
    assert is_verbose or "Traceback" not in ran.stderr, ran.stderr
    assert "symbl itself" not in ran.stderr, ran.stderr
    if "--json" in given:
        names = [set(notice) for notice in ran.notices]
        assert all(len(name) == 1 and name <= _NOTICES for name in names), ran.stderr
        if "stream" in given:
            check_lines(ran.lines, is_whole=is_whole)
    return ran


def check_lines(lines: Sequence[dict[str, object]], *, is_whole: bool = True) -> None:
    """Each of *lines* is of the closed schema; a run begins and ends as promised."""
    for line in lines:
        errors = [error.message for error in _validator().iter_errors(line)]
        assert not errors, (line, errors)
    kinds = [line["type"] for line in lines]
    if kinds:
        assert not is_whole or kinds.index("begin") == 0
        assert kinds[-1] == "end"
        assert kinds.count("end") == 1
    numbers = [int(str(line["seq"])) for line in lines]
    assert numbers == sorted(set(numbers))


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = files("symbl_cli") / "resources" / "lines.schema.json"
    return jsonschema.Draft202012Validator(json.loads(schema.read_text()))
