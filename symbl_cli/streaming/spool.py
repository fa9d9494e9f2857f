"""Captured sound that is kept until it is final."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from threading import Condition
from typing import Protocol, TypeAlias

from ..frozen import dataclass


@dataclass(frozen=True, slots=True)
class Sound:
    """*pcm* from sample *start* to sample *end*."""

    start: int
    end: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Hole:
    """Samples that will not come; *at* is the wall time of *end*."""

    start: int
    end: int
    at: datetime


Piece: TypeAlias = Sound | Hole


class Nothing(Enum):
    """Why there is no piece."""

    YET = auto()
    MORE = auto()
    """The end was reached."""


Place: TypeAlias = tuple[int, int]
"""Where a reader is in a spool: what it means is the spool's own business."""


class Spool(Protocol):
    """Pieces in order; written by one thread, read by another."""

    def append(self, piece: Piece) -> None: ...

    def finish(self) -> None:
        """No more will be appended."""

    def seek(self, position: int) -> Place:
        """Where the first piece is that is not wholly before *position*."""

    def get(self, place: Place, timeout: float) -> tuple[Place, Piece] | Nothing:
        """The piece at *place*, or the first after it that is still kept.

        And the place behind it. Waits up to *timeout* seconds for one.
        """

    def trim(self, position: int) -> None:
        """What ends by *position* is final and not needed any more."""


MEMORY_LIMIT = 256 * 2**20
READ_AHEAD = 2**20


class MemorySpool:
    """A spool in memory, where a place is the number of a piece.

    Over *limit* bytes the oldest sound goes. A source that can wait (*may_wait*) is
    held up while a mebibyte is unread.
    """

    def __init__(
        self, *, may_wait: Callable[[], bool], limit: int = MEMORY_LIMIT
    ) -> None:
        self._pieces: list[Piece] = []
        self._ends: list[int] = []
        self._first = 0
        self._read = 0
        """The number up to which pieces were read."""
        self._unread = 0
        self._size = 0
        self._limit = limit
        self._may_wait = may_wait
        self._is_finished = False
        self._changed = Condition()

    def append(self, piece: Piece) -> None:
        with self._changed:
            while self._may_wait() and self._unread > READ_AHEAD:
                if self._is_finished:
                    return
                self._changed.wait()
            self._pieces.append(piece)
            self._ends.append(piece.end)
            self._size += _size(piece)
            self._unread += _size(piece)
            self._drop_oldest()
            self._changed.notify_all()

    def finish(self) -> None:
        with self._changed:
            self._is_finished = True
            self._changed.notify_all()

    def seek(self, position: int) -> Place:
        with self._changed:
            found = bisect_right(self._ends, position)
            while found and _is_pause_at(self._pieces[found - 1], position):
                found -= 1
            self._note_read(self._first + found)
            return self._first + found, position

    def get(self, place: Place, timeout: float) -> tuple[Place, Piece] | Nothing:
        number, _ = place
        with self._changed:
            if number >= self._next and not self._is_finished:
                self._changed.wait(timeout)
            number = max(number, self._first)
            if number >= self._next:
                return Nothing.MORE if self._is_finished else Nothing.YET
            piece = self._pieces[number - self._first]
            self._note_read(number + 1)
            return (number + 1, piece.end), piece

    def trim(self, position: int) -> None:
        with self._changed:
            self._remove(bisect_right(self._ends, position))

    @property
    def _next(self) -> int:
        """The number that the next piece will have."""
        return self._first + len(self._pieces)

    def _note_read(self, number: int) -> None:
        """Pieces before *number* were read, or will not be."""
        first = max(self._read, self._first)
        if number > first:
            passed = self._pieces[first - self._first : number - self._first]
            self._unread -= sum(map(_size, passed))
            self._read = number
            self._changed.notify_all()

    def _drop_oldest(self) -> None:
        while self._size > self._limit and len(self._pieces) > 1:
            self._remove(1)

    def _remove(self, count: int) -> None:
        for piece in self._pieces[:count]:
            self._size -= _size(piece)
            if self._first >= self._read:
                self._read = self._first + 1
                self._unread -= _size(piece)
            self._first += 1
        del self._pieces[:count], self._ends[:count]


def _size(piece: Piece) -> int:
    match piece:
        case Sound(pcm=pcm):
            return len(pcm)
        case Hole():
            return 0


def _is_pause_at(piece: Piece, position: int) -> bool:
    """Whether *piece* says that time passed at *position*, and no more."""
    return isinstance(piece, Hole) and piece.start == piece.end == position
