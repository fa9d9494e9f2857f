"""Writing on a thread of its own, so that who is slow to read stalls nobody."""

import errno
import os
import select
import stat
import struct
import sys
import time
from collections import deque
from collections.abc import Callable
from io import RawIOBase
from threading import Condition, Thread

from ..errors import DiskFullError, OutputError, SymblError

MOST_WAITING = 64 * 1024 * 1024
"""Bytes: days of speech."""

_LOOK_EVERY = 0.5
"""Seconds between two looks whether the reader is still there."""
_PATIENCE = 5.0
"""Seconds without a byte read until who is in a hurry waits no longer."""
_AT_ONCE = 4096
"""Bytes: a pipe has room for so many again as soon as its reader has read some."""

_INT = struct.Struct("i")


class TooFarBehindError(SymblError):
    """More waits than can be kept."""


class Writer:
    """Writes text in order, in UTF-8, whatever *raw* does meanwhile.

    `write` never waits; it raises the OutputError of an earlier write, and
    TooFarBehindError once *most_waiting* bytes wait. Where *raw* is a pipe or a socket
    and its reader leaves, *on_reader_gone* is told once, on the writer's thread, within
    a second and without a write; what is written from then on is dropped. *raw* stays
    open.
    """

    def __init__(
        self,
        raw: RawIOBase,
        *,
        name: str,
        on_reader_gone: Callable[[], None],
        most_waiting: int = MOST_WAITING,
        patience: float = _PATIENCE,
    ) -> None:
        """*patience*: how long a close in a hurry waits while nothing is read."""
        self._raw = raw
        self._patience = patience
        self._is_hurried = False
        self._passed = 0
        """Bytes that were written."""
        self._name = name
        self._on_reader_gone = on_reader_gone
        self._most_waiting = most_waiting
        self._changed = Condition()
        self._waiting: deque[bytes] = deque()
        self._unwritten = 0
        """Bytes that wait or are being written."""
        self._failure: OutputError | None = None
        self._is_failure_told = False
        self._is_reader_gone = False
        self._is_closing = False
        self._gave_up = False
        # Not joined when its write never returns: that must not keep the process.
        self._thread = Thread(target=self._run, name=f"writer {name}", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        data = text.encode(errors="replace")
        with self._changed:
            self._tell_failure()
            if self._is_reader_gone:
                return
            if self._unwritten + len(data) > self._most_waiting:
                raise TooFarBehindError(
                    f"the reader of {self._name} is too far behind"
                    f" ({self._most_waiting >> 20} MB)",
                    suggestion="read it faster, or write to a file",
                )
            self._waiting.append(data)
            self._unwritten += len(data)
            self._changed.notify_all()

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all is written; False if it is not after *timeout* seconds."""
        with self._changed:
            done = self._changed.wait_for(lambda: not self._unwritten, timeout)
            self._tell_failure()
            return done

    def close(self) -> None:
        """Write what waits; in a hurry only as long as somebody reads it."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._join()
        if not self._is_failure_told:
            self._tell_failure()

    def hurry(self) -> None:
        """Let `close` give up a reader who reads nothing; takes no lock."""
        self._is_hurried = True

    @property
    def gave_up(self) -> bool:
        """Whether `close` has given up what waited."""
        return self._gave_up

    def _join(self) -> None:
        passed, since = self._progress(), time.monotonic()
        while self._thread.is_alive() and not self._gave_up:
            self._thread.join(_LOOK_EVERY)
            before, passed = passed, self._progress()
            if passed != before or not self._is_hurried:
                since = time.monotonic()
            self._gave_up = time.monotonic() - since > self._patience

    def _progress(self) -> tuple[int, int]:
        """What changes whenever the reader reads."""
        return self._passed, _unread(self._raw)

    def _tell_failure(self) -> None:
        if self._failure is not None:
            self._is_failure_told = True
            raise self._failure

    def _run(self) -> None:
        try:
            while data := self._next():
                self._write_all(data)
                self._count(len(data))
        except OSError as exc:
            if _is_leaving(exc, self._raw):
                self._leave()
            else:
                self._fail(output_error(exc, self._name))

    def _next(self) -> bytes:
        """All that waits; empty once there will be no more."""
        with self._changed:
            while not self._waiting and not self._is_closing:
                if not self._changed.wait(_LOOK_EVERY) and is_reader_gone(self._raw):
                    raise BrokenPipeError
            data = b"".join(self._waiting)
            self._waiting.clear()
            return data

    def _write_all(self, data: bytes) -> None:
        rest = memoryview(data)
        at_once = _AT_ONCE if _has_reader(self._raw) else len(data)
        while rest:
            written = self._raw.write(rest[:at_once])
            if written is None:  # whoever shares it made it non-blocking
                select.select([], [self._raw], [])
            else:
                rest = rest[written:]
                self._passed += written

    def _count(self, count: int) -> None:
        with self._changed:
            self._unwritten -= count
            self._changed.notify_all()

    def _leave(self) -> None:
        with self._changed:
            self._is_reader_gone = True
            self._drop()
        self._on_reader_gone()

    def _fail(self, failure: OutputError) -> None:
        with self._changed:
            self._failure = failure
            self._drop()

    def _drop(self) -> None:
        self._waiting.clear()
        self._unwritten = 0
        self._changed.notify_all()


def output_error(exc: OSError, name: str) -> OutputError:
    """What to tell people about *exc*, which stopped the writing of *name*."""
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"no space left to write {name}", suggestion="free some; see `df -h`"
        )
    return OutputError(f"cannot write {name}: {exc.strerror or exc}")


def is_reader_gone(raw: RawIOBase) -> bool:
    """Whether *raw* is a pipe or a socket that nobody reads any more."""
    if not hasattr(select, "poll"):  # Windows: noticed at the next write
        return False
    if not _has_reader(raw):
        return False
    poll = select.poll()
    poll.register(raw.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _has_reader(raw: RawIOBase) -> bool:
    mode = os.fstat(raw.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _unread(raw: RawIOBase) -> int:
    """Bytes in a pipe that its reader has not read yet, on systems that tell."""
    if sys.platform == "win32" or not stat.S_ISFIFO(os.fstat(raw.fileno()).st_mode):
        return 0
    import fcntl  # noqa: PLC0415 — Windows has none
    import termios  # noqa: PLC0415

    try:
        answer = fcntl.ioctl(raw.fileno(), termios.FIONREAD, bytes(_INT.size))
    except OSError:
        return 0
    return int(_INT.unpack(answer)[0])


def _is_leaving(exc: OSError, raw: RawIOBase) -> bool:
    """Whether *exc* says that the reader has left, by the ways systems say so."""
    if isinstance(exc, BrokenPipeError | ConnectionResetError):
        return True
    if exc.errno == errno.EIO:  # a terminal that was closed; on a disk it is damage
        return stat.S_ISCHR(os.fstat(raw.fileno()).st_mode)
    return os.name == "nt" and exc.errno == errno.EINVAL
