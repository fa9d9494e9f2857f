"""Captured sound that is kept until it is final."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from threading import Condition
from typing import Protocol, TypeAlias

from ..frozen import dataclass
from ..lines import Cause


@dataclass(frozen=True, slots=True)
class Sound:
    """*pcm* from sample *start* to sample *end*."""

    start: int
    end: int
    pcm: bytes


def rest_of(sound: Sound, position: int, frame_size: int) -> Sound:
    """What of *sound* is not before *position*."""
    if position <= sound.start:
        return sound
    known = (position - sound.start) * frame_size
    return Sound(position, sound.end, sound.pcm[known:])


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

    @property
    def lost(self) -> int:
        """Samples that will never be sent, as was told of each."""


TellLost: TypeAlias = Callable[[int, Cause], None]
"""Says how many samples will never be sent, and why."""


class Losses:
    """What a spool has to tell of sound that it has no more; under its lock."""

    def __init__(self, tell: TellLost) -> None:
        self._tell = tell
        self._gone = 0
        """The position up to which sound that was read is not kept."""
        self._why = Cause.SERVER
        self.samples = 0

    def add(self, samples: int, cause: Cause) -> None:
        if samples > 0:
            self.samples += samples
            self._tell(samples, cause)

    def removed(self, start: int, end: int, *, read: int, cause: Cause) -> None:
        """There was no room for what is between; it was read up to *read*."""
        self.forget(min(read, end), cause)
        self.add(end - max(start, read), cause)

    def forget(self, end: int, why: Cause) -> None:
        """What was read up to *end* is kept no more: a loss only if asked for again."""
        if end > self._gone:
            self._gone, self._why = end, why

    def asked_again(self, position: int) -> None:
        """From *position* on."""
        self.add(self._gone - position, self._why)
        self._gone = min(self._gone, position)


MEMORY_LIMIT = 256 * 2**20
READ_AHEAD = 2**20


class MemorySpool:
    """A spool in memory, where a place is the number of a piece.

    Over *limit* bytes the oldest sound goes. A source that can wait (*may_wait*) is
    held up while a mebibyte is unread.
    """

    def __init__(
        self,
        *,
        may_wait: Callable[[], bool],
        tell_lost: TellLost,
        limit: int = MEMORY_LIMIT,
    ) -> None:
        self._pieces: list[Piece] = []
        self._ends: list[int] = []
        self._first = 0
        self._read = 0
        """The number up to which pieces were read."""
        self._read_end = 0
        """The position up to which sound was read."""
        self._unread = 0
        self._size = 0
        self._limit = limit
        self._may_wait = may_wait
        self._losses = Losses(tell_lost)
        self._is_finished = False
        self._changed = Condition()

    @property
    def lost(self) -> int:
        return self._losses.samples

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
            self._read_end = max(self._read_end, position)
            self._losses.asked_again(position)
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
            self._read_end = max(self._read_end, piece.end)
            return (number + 1, piece.end), piece

    def trim(self, position: int) -> None:
        with self._changed:
            if count := bisect_right(self._ends, position):
                self._losses.forget(self._ends[count - 1], Cause.SERVER)
                self._remove(count)

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
        if self._size <= self._limit:
            return
        start = end = self._pieces[0].start
        # Much at a time, so that it is told seldom.
        while self._size > self._limit - self._limit // 256 and len(self._pieces) > 1:
            end = self._ends[0]
            self._remove(1)
        read = self._read_end
        self._losses.removed(start, end, read=read, cause=Cause.MEMORY)

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
