"""Where the text of a sink goes: stdout or a file."""

import errno
import os
import stat
import sys
from collections.abc import Callable
from io import BufferedWriter, FileIO, RawIOBase
from pathlib import Path
from typing import Protocol, cast

from ..errors import OutputError, not_made
from .writer import TooFarBehindError, Writer, output_error

_PATIENCE = 5.0
"""Seconds that a file may take for one write."""

_APPEND = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)


class Output(Protocol):
    """Takes text, whole lines at a time.

    Both methods raise OutputError, DiskFullError where that is why. `close` is
    idempotent, writes what is left and says what went wrong since the last `write`.
    """

    def write(self, text: str) -> None: ...

    def close(self) -> None: ...


def open_stdout(on_reader_gone: Callable[[], None]) -> Writer:
    """Stdout in UTF-8 and with `\\n`, whatever the system and its locale."""
    if not hasattr(sys.stdout, "buffer"):
        raise OutputError("stdout is closed", suggestion="try `>/dev/null`")
    # The buffer waits for more and the text layer has the line ends of the system.
    # Unbuffered, as PYTHONUNBUFFERED has it, there is no buffer at all.
    buffer = cast("BufferedWriter | FileIO", sys.stdout.buffer)
    raw = getattr(buffer, "raw", buffer)
    return Writer(cast("RawIOBase", raw), name="stdout", on_reader_gone=on_reader_gone)


class OutputFile:
    """A new file; what was written is in it when `write` returns, whole or not at all.

    Never a file that is there already. One that is empty when it is closed is removed,
    as the next run may want its name, unless it is to be kept; so is one that
    *is_tentative*, whatever is in it. A disk that takes longer than *patience* seconds
    for one write has failed. A pipe is never waited for.
    """

    def __init__(
        self,
        path: Path,
        *,
        is_tentative: bool = False,
        patience: float = _PATIENCE,
    ) -> None:
        self.path = path
        self._patience = patience
        self._descriptor = _open(path)
        self._size = 0
        self._is_tentative = is_tentative
        self._is_kept = False
        self._is_stuck = False
        self._is_closed = False
        self.failure: OutputError | None = None
        """Why it lacks what was to be written, if so."""
        self._is_slow = _may_be_slow(self._descriptor)
        # Closed by us alone: a write that never returns still has the descriptor.
        raw = FileIO(self._descriptor, "w", closefd=False)
        self._writer = Writer(raw, name=str(path), on_reader_gone=_nothing)

    @property
    def stays(self) -> bool:
        """Whether there is a file once it is closed."""
        has_worth = self._size > 0 and not self._is_tentative
        return self._is_kept or has_worth or not self.path.is_file()

    def keep(self) -> None:
        """Let it stay, whatever is in it."""
        self._is_kept = True

    def hurry(self) -> None:
        """Let `close` give up a pipe that nobody reads; takes no lock."""
        self._writer.hurry()

    @property
    def gave_up(self) -> bool:
        """Whether `close` has given up what waited for a reader."""
        return self._writer.gave_up

    def write(self, text: str) -> None:
        try:
            self._write(text)
        except OutputError as exc:
            self.failure = self.failure or exc
            raise

    def _write(self, text: str) -> None:
        try:
            self._writer.write(text)
            if not self._is_slow:
                self._is_stuck = not self._writer.flush(self._patience)
        except OutputError:
            self._cut()
            raise
        except TooFarBehindError as exc:
            raise OutputError(exc.message, suggestion=exc.suggestion) from exc
        if self._is_stuck:
            raise OutputError(
                f"{self.path} has taken nothing for {self._patience:.0f} s",
                suggestion="see whether its disk is still there",
            )
        self._size += len(text.encode(errors="replace"))

    def close(self) -> None:
        if self._is_stuck or self._is_closed:
            return
        self._is_closed = True
        try:
            self._writer.close()
        finally:
            if not self.gave_up:  # else it is still being written to
                os.close(self._descriptor)
        if not self.stays:
            self.path.unlink()

    def _cut(self) -> None:
        """Take back what a full disk took of the last write."""
        if self.path.is_file():
            os.ftruncate(self._descriptor, self._size)


def _may_be_slow(descriptor: int) -> bool:
    """Whether a reader, not a disk, decides when something is taken."""
    return stat.S_ISFIFO(os.fstat(descriptor).st_mode) or os.isatty(descriptor)


def _nothing() -> None:
    """A file has no reader who could leave; that of a named pipe is not missed."""


def _open(path: Path) -> int:
    try:
        return os.open(path, _APPEND | _creation(path), 0o666)
    except OSError as exc:
        if exc.errno == errno.ENXIO:
            raise OutputError(f"nobody reads from the named pipe {path}") from exc
        raise not_made(path, exc) or output_error(exc, str(path)) from exc


def _creation(path: Path) -> int:
    if path.exists() and not path.is_file():  # a device or a pipe holds nothing to lose
        return getattr(
            os, "O_NONBLOCK", 0
        )  # a pipe without a reader would wait for one
    return os.O_CREAT | os.O_EXCL
