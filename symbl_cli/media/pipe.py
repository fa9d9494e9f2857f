"""Bytes out of a pipe, in pieces that neither dribble nor wait for more than comes."""

import os
import select
import sys
import time
from collections.abc import Callable
from threading import Lock

from ..errors import UsageError

_PIECE = 65_536
_PATIENCE = 0.05
"""Seconds that a piece may wait for more to come, for fewer and fuller chunks."""
_FEWEST_TO_LOOK_AT = 12


class PipeStream:
    """A `ByteStream` of the file descriptor *fd*, which it owns.

    `interrupt` ends it for a reader that waits, at once except on Windows, where
    nothing but the writer can end a wait.
    """

    def __init__(self, fd: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._fd = fd
        self._clock = clock
        self._buffer = bytearray()
        self._is_over = False
        self._woken, self._waker = os.pipe()
        self._is_closed = False
        self._closing = Lock()

    def peek(self, size: int) -> bytes:
        """Up to *size* bytes, left in place: what comes at once, 12 at least."""
        while len(self._buffer) < _FEWEST_TO_LOOK_AT and not self._is_over:
            self._fill(size)
        self._fill(size)
        return bytes(self._buffer[:size])

    def read(self, size: int) -> bytes:
        self._fill(size)
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece

    def interrupt(self) -> None:
        with self._closing:
            if not self._is_closed:
                os.write(self._waker, b"\0")

    def close(self) -> None:
        with self._closing:
            if not self._is_closed:
                for fd in (self._fd, self._waker, self._woken):
                    os.close(fd)
            self._is_closed = self._is_over = True

    def _fill(self, size: int) -> None:
        """Have *size* bytes, or those that come within a moment of the first."""
        if not self._buffer:
            self._take(None)
        deadline = self._clock() + _PATIENCE
        while len(self._buffer) < size and not self._is_over:
            if not self._take(max(0.0, deadline - self._clock())):
                return

    def _take(self, timeout: float | None) -> bool:
        """Whether anything came in *timeout*, the end included."""
        if self._is_over or not self._wait(timeout):
            return False
        if not self._is_over:
            piece = self._read_piece()
            self._buffer += piece
            self._is_over = not piece
        return True

    def _read_piece(self) -> bytes:
        try:
            return os.read(self._fd, _PIECE)
        except OSError as exc:
            raise UsageError(f"cannot read the input: {exc.strerror}") from exc

    def _wait(self, timeout: float | None) -> bool:
        if sys.platform == "win32":  # where only sockets can be waited for
            return timeout is None
        ready, _, _ = select.select([self._fd, self._woken], [], [], timeout)
        self._is_over |= self._woken in ready
        return bool(ready)
