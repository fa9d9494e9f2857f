"""A server of our own starting, from its command to its first word."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..errors import ExitCode, MissingError, RemoteProtocolError, UsageError
from ..protocol.local import (
    ServerAddress,
    child_environment,
    decode_address,
    decode_failure,
)

if TYPE_CHECKING:
    from subprocess import Popen

COMMAND = (sys.executable, "-P", "-m", "symbl_cli.server")
"""`-P`: the folder one happens to be in must not lend the server its modules."""
_NEEDS = ("starlette", "uvicorn", "sqlalchemy", "jwt")
_OPEN_FILES = Path("/proc/self/fd")
_GLANCE = 0.02
"""Seconds between two looks at a child that is starting."""
_REMEDY = "run `symbl serve` in another terminal to see what it says"


def check_installed() -> None:
    """Raises MissingError where the embedded server is not installed."""
    missing = [name for name in _NEEDS if find_spec(name) is None]
    if missing:
        raise MissingError(
            f"the embedded server is not installed (no {', '.join(missing)})",
            suggestion="in the checkout: pip install '.[local]'; or name "
            "a server with --api-url",
        )


def start(
    command: Sequence[str],
    *,
    patience: float,
    find_other: Callable[[], ServerAddress | None],
) -> ServerAddress | None:
    """Start a server and wait for its ready line, or for *find_other* to know one.

    `None`: it lost the race and has gone. It has a session of its own: the
    terminal's signals are not for it. Raises MissingError where it dies or is not
    ready after *patience* seconds; then it is ended.
    """
    with _Words() as words:
        child = _spawn(command, words)
        try:
            address = _wait(child, words, patience, find_other)
        except BaseException:  # also when the user will not wait
            _end(child)
            raise
        if address is not None:
            _part_from(child, address)
        return address


class _Words:
    """What a child says: files and not pipes, since it outlives us and writes on."""

    def __init__(self) -> None:
        with ExitStack() as unless_all:
            self.out, self.err = _in_memory(unless_all) or _on_disk(unless_all)
            self._closing = unless_all.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def last(self) -> str:
        """The last line on its stderr: why it ended."""
        lines = (line.strip() for line in _text(self.err).splitlines())
        return next((line for line in reversed(list(lines)) if line), "")


def _in_memory(closing: ExitStack) -> tuple[Path, Path] | None:
    """Where that can be: no disk has to have room, and a kill leaves nothing behind."""
    if sys.platform != "linux" or not _OPEN_FILES.is_dir():
        return None
    try:
        descriptors = [os.memfd_create(name) for name in ("out", "err")]
    except OSError:  # not every sandbox has it
        return None
    for one in descriptors:
        closing.callback(os.close, one)
    out, err = (_OPEN_FILES / str(one) for one in descriptors)
    return out, err


def _on_disk(closing: ExitStack) -> tuple[Path, Path]:
    from tempfile import TemporaryDirectory

    try:
        # On Windows the child's hold keeps them from being removed.
        folder = TemporaryDirectory(prefix="symbl-", ignore_cleanup_errors=True)
    except OSError as exc:
        raise MissingError(
            f"the server cannot be started: no temporary folder ({exc.strerror})"
        ) from exc
    closing.callback(folder.cleanup)
    return Path(folder.name, "out"), Path(folder.name, "err")


def _spawn(command: Sequence[str], words: _Words) -> "Popen[bytes]":
    import subprocess

    try:
        with words.out.open("ab") as out, words.err.open("ab") as err:
            return subprocess.Popen(  # noqa: S603 - our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=Path(sys.executable).anchor,  # no folder is kept in use
                env=environment_of_child(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
                | getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
    except OSError as exc:
        raise MissingError(
            f"the server cannot be started: {exc.strerror}", suggestion=_REMEDY
        ) from exc


def _wait(
    child: "Popen[bytes]",
    words: _Words,
    patience: float,
    find_other: Callable[[], ServerAddress | None],
) -> ServerAddress | None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if (address := _ready_line(words.out)) is not None:
            return address
        # Its own file says less than the ready line, which comes in a moment.
        if (other := find_other()) is not None and other.pid != child.pid:
            return other
        match child.poll():
            case None:
                time.sleep(_GLANCE)
            case 0:
                return None
            case ExitCode.USAGE:
                _ready_line(words.out)  # it may have come just now
                raise UsageError(words.last or "the server was started wrongly")
            case code:
                _ready_line(words.out)
                raise _failure(f"ended with {code} before it was ready", words)
    raise _failure(f"was not ready after {patience:g} s", words)


def environment_of_child() -> dict[str, str]:
    """The child runs the very code that we are, installed or not."""
    return child_environment(os.environ, Path(__file__).resolve().parents[2])


def _ready_line(out: Path) -> ServerAddress | None:
    """`None` as long as there is none; raises what the child says in its place."""
    line, newline, _ = _text(out).partition("\n")
    if not newline:
        return None
    if (failure := decode_failure(line)) is not None:
        raise failure
    try:
        return decode_address(line)
    except RemoteProtocolError as exc:
        raise MissingError(
            f"the server's first words make no sense: {line[:80]!r}",
            suggestion=_REMEDY,
        ) from exc


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _failure(what: str, words: _Words) -> MissingError:
    reason = f": {words.last}" if words.last else ""
    return MissingError(f"the server {what}{reason}", suggestion=_REMEDY)


def _part_from(child: "Popen[bytes]", address: ServerAddress) -> None:
    # On Windows a virtual environment's python is not the process that serves.
    if sys.platform != "win32" and address.pid != child.pid:
        _end(child)  # it lost the race, and would wait for the lock
    else:
        child.returncode = 0  # it is to outlive us, which Popen would warn of


def _end(child: "Popen[bytes]") -> None:
    child.kill()
    child.wait()
