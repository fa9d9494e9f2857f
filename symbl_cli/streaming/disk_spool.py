"""A spool whose newest sound is in memory, and all that is not final on disk."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Condition
from typing import Protocol, TypeAlias

from ..lines import Cause
from .segments import KeptFile, SegmentWriter
from .spool import (
    MEMORY_LIMIT,
    READ_AHEAD,
    Hole,
    Losses,
    Nothing,
    Piece,
    Place,
    Sound,
    rest_of,
)

log = logging.getLogger(__name__)

BEHIND = 5.0
"""Seconds after which a disk that takes nothing has failed."""
WINDOW = 2**20
"""Bytes that stay in memory though they are on disk: the reader is mostly there."""
_LOOK = 0.5


class Owner(Protocol):
    """Who writes for a spool, on a thread of its own."""

    @property
    def folder(self) -> Path:
        """Where files go; asked for on that thread."""

    @property
    def limit(self) -> int:
        """Bytes that a spool may have on disk."""

    @property
    def is_off(self) -> bool:
        """Whether nothing more goes to disk."""

    def wake(self) -> None:
        """There is something to write."""

    def give_up(self, why: str) -> None:
        """The disk does not take what it is given."""

    def lost(self, stream: int, samples: int, cause: Cause) -> None:
        """So much will never be sent."""


@dataclass(slots=True)
class _Stretch:
    """Sound without a gap."""

    start: int
    end: int
    at: datetime | None
    """Wall time of *start*; `None` where no time is known to have passed before."""


@dataclass(slots=True)
class _Kept:
    """A piece in memory."""

    stretch: int
    sound: Sound
    since: float


@dataclass(slots=True)
class _OnDisk:
    """Sound that has to be read first."""

    file: KeptFile
    start: int
    end: int


_Found: TypeAlias = "tuple[Place, Piece] | _OnDisk | Nothing"


class DiskSpool:
    """A place is the number of a stretch, and a position in it.

    `save`, `take_doomed` and `close` are for its owner's thread. Once that is off, what
    is on disk is still read, and the rest is kept in memory, until it is saved at last.
    """

    def __init__(
        self,
        stream: int,
        frame_size: int,
        owner: Owner,
        *,
        longest: int,
        may_wait: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*longest*: samples of a piece that is read from disk."""
        self._stream = stream
        self._frame_size = frame_size
        self._owner = owner
        self._longest = longest
        self._may_wait = may_wait
        self._clock = clock
        self._writer = SegmentWriter(stream)
        self._changed = Condition()
        self._first = 0
        """The number of the first stretch."""
        self._stretches = [_Stretch(0, 0, None)]
        self._tail: deque[_Kept] = deque()
        self._tail_first = 0
        """The number of the first piece in memory."""
        self._tail_size = 0
        self._saved = 0
        """The number of the first piece that is not on disk."""
        self._files: list[KeptFile] = []
        self._doomed: list[Path] = []
        self._read = 0
        """The position up to which sound was read."""
        self._losses = Losses(partial(owner.lost, stream))
        self._is_finished = False

    @property
    def lost(self) -> int:
        return self._losses.samples

    # --- the source's side

    def append(self, piece: Piece) -> None:
        with self._changed:
            while self._has_to_wait:
                self._changed.wait(_LOOK)
                self._check_disk()
            match piece:
                case Hole(end=end, at=at):
                    self._stretches.append(_Stretch(end, end, at))
                case Sound():
                    self._add(piece)
            self._check_disk()
            self._limit_memory()
            self._changed.notify_all()
        self._owner.wake()

    def finish(self) -> None:
        with self._changed:
            self._is_finished = True
            self._changed.notify_all()
        self._owner.wake()

    # --- the sender's side

    def seek(self, position: int) -> Place:
        with self._changed:
            self._note_read(position)
            self._losses.asked_again(position)
            for number, stretch in enumerate(self._stretches, start=self._first):
                if stretch.end >= position:
                    return number, position
            return self._last, position

    def get(self, place: Place, timeout: float) -> tuple[Place, Piece] | Nothing:
        with self._changed:
            found = self._find(place)
            if found is Nothing.YET:
                self._changed.wait(timeout)
                found = self._find(place)
        match found:
            case _OnDisk():
                return self._fetched(found) or self.get(place, timeout)
            case _:
                return found

    def trim(self, position: int) -> None:
        with self._changed:
            self._doom([file for file in self._files if file.end <= position])
            while self._tail and self._tail[0].sound.end <= position:
                self._forget_first()
            self._losses.forget(min(position, self._first_kept), Cause.SERVER)
            while len(self._stretches) > 1 and self._stretches[1].start < position:
                del self._stretches[0]
                self._first += 1
            self._changed.notify_all()
        self._owner.wake()

    # --- the owner's side

    def save(self) -> None:
        """Write all that is not on disk yet; raises OSError."""
        with self._changed:
            unsaved = list(self._unsaved())
            number = max(self._saved, self._tail_first)
        for kept in unsaved:
            self._write(kept)
            number += 1
            with self._changed:
                self._saved = max(self._saved, number)
                self._limit_memory()
                self._limit_disk()
                self._changed.notify_all()

    def take_doomed(self) -> list[Path]:
        """Files that nobody needs any more."""
        with self._changed:
            doomed, self._doomed = self._doomed, []
            return doomed

    def close(self) -> None:
        self._writer.close()

    # --- inside, under the lock

    @property
    def _last(self) -> int:
        """The number of the last stretch."""
        return self._first + len(self._stretches) - 1

    @property
    def _has_to_wait(self) -> bool:
        if not self._may_wait() or self._is_finished:
            return False
        unread = (self._stretches[-1].end - self._read) * self._frame_size
        if unread > READ_AHEAD or self._owner.is_off:
            return unread > READ_AHEAD
        return sum(len(kept.sound.pcm) for kept in self._unsaved()) > READ_AHEAD

    def _unsaved(self) -> Iterator[_Kept]:
        count = self._tail_first + len(self._tail) - self._saved
        for index in range(max(0, len(self._tail) - count), len(self._tail)):
            yield self._tail[index]

    def _add(self, sound: Sound) -> None:
        if sound.start != self._stretches[-1].end:
            self._stretches.append(_Stretch(sound.start, sound.start, None))
        self._stretches[-1].end = sound.end
        self._tail.append(_Kept(self._last, sound, self._clock()))
        self._tail_size += len(sound.pcm)

    def _check_disk(self) -> None:
        oldest = next(self._unsaved(), None)
        if oldest is not None and self._clock() - oldest.since > BEHIND:
            self._owner.give_up(f"the disk has taken nothing for {BEHIND:.0f} s")

    def _limit_memory(self) -> None:
        while self._tail_size > WINDOW and self._tail_first < self._saved:
            self._forget_first()
        if self._tail_size <= MEMORY_LIMIT:
            return
        start = self._tail[0].sound.start
        # Much at a time, so that it is told seldom.
        while self._tail_size > MEMORY_LIMIT - WINDOW:
            self._forget_first()
        self._remove(start, self._tail[0].sound.start, Cause.MEMORY)

    def _forget_first(self) -> None:
        self._tail_size -= len(self._tail.popleft().sound.pcm)
        self._tail_first += 1

    def _limit_disk(self) -> None:
        size = sum(file.end - file.start for file in self._files) * self._frame_size
        while size > self._owner.limit and len(self._files) > 1:
            oldest = self._files[0]
            size -= (oldest.end - oldest.start) * self._frame_size
            self._doom([oldest])
            while self._tail and self._tail[0].sound.end <= oldest.end:
                self._forget_first()
            self._remove(oldest.first, oldest.end, Cause.CONNECTION)

    def _remove(self, start: int, end: int, cause: Cause) -> None:
        self._losses.removed(start, end, read=self._read, cause=cause)

    @property
    def _first_kept(self) -> int:
        """The position of the first sample there is, or of the next."""
        return self._files[0].first if self._files else self._tail_start

    @property
    def _tail_start(self) -> int:
        """The position of the first sample in memory, or of the next."""
        return self._tail[0].sound.start if self._tail else self._stretches[-1].end

    def _doom(self, done: list[KeptFile]) -> None:
        """The file that is being written stays, whatever it holds."""
        gone = [file for file in done if file is not self._files[-1]]
        self._doomed += [file.path for file in gone]
        self._files = [file for file in self._files if file not in gone]

    def _find(self, place: Place) -> _Found:
        number, position = max(place, (self._first, 0))
        while number <= self._last:
            stretch = self._stretches[number - self._first]
            found = self._kept(number, max(position, stretch.start))
            if found is not None:
                return found
            number += 1
            if number > self._last:
                break
            following = self._stretches[number - self._first]
            position = following.start
            if following.at is not None:
                self._note_read(position)
                hole = Hole(stretch.end, position, following.at)
                return (number, position), hole
        return Nothing.MORE if self._is_finished else Nothing.YET

    def _kept(
        self, number: int, position: int
    ) -> "tuple[Place, Piece] | _OnDisk | None":
        """The sound of stretch *number* at *position*, or the first after it."""
        here = self._in_memory(number, position)
        if here is not None and here.start <= position:
            return self._given(number, rest_of(here, position, self._frame_size))
        for file in self._files:
            start = max(file.first, position)
            if file.stretch == number and file.end > start:
                if here is not None and here.start <= start:
                    break
                return _OnDisk(file, start, min(file.end, start + self._longest))
        return None if here is None else self._given(number, here)

    def _in_memory(self, number: int, position: int) -> Sound | None:
        """The first piece that ends behind *position*, looked for from the newest."""
        found: Sound | None = None
        for kept in reversed(self._tail):
            if kept.stretch < number or kept.sound.end <= position:
                break
            found = kept.sound if kept.stretch == number else None
        return found

    def _given(self, number: int, sound: Sound) -> tuple[Place, Piece]:
        self._note_read(sound.end)
        return (number, sound.end), sound

    def _note_read(self, position: int) -> None:
        if position > self._read:
            self._read = position
            self._changed.notify_all()

    # --- inside, without it

    def _fetched(self, wanted: _OnDisk) -> tuple[Place, Piece] | None:
        """Read from disk; `None` where it went meanwhile, or cannot be read."""
        file, size = wanted.file, self._frame_size
        try:
            with file.path.open("rb") as opened:
                opened.seek((wanted.start - file.start) * size)
                pcm = opened.read((wanted.end - wanted.start) * size)
        except OSError as exc:
            log.warning("kept sound cannot be read: %s", exc)
            pcm = b""
        with self._changed:
            end = wanted.start + len(pcm) // size
            if end > wanted.start:
                return self._given(file.stretch, Sound(wanted.start, end, pcm))
            # What memory still has is missed once it is forgotten there.
            file.first = min(file.end, max(file.first, self._tail_start))
            self._losses.add(file.first - wanted.start, Cause.DISK)
            return None

    def _write(self, kept: _Kept) -> None:
        sound = kept.sound
        last = self._files[-1] if self._files else None
        if (
            last is None
            or self._writer.is_full
            or last.first > last.start  # it is gone
            or (last.stretch, last.end) != (kept.stretch, sound.start)
        ):
            at = self._began(kept)
            path = self._writer.begin(self._owner.folder, sound.start, at)
            first = sound.start
            last = KeptFile(path, kept.stretch, first, first, first)
            with self._changed:
                self._files.append(last)
        self._writer.write(sound.pcm)
        last.end = sound.end

    def _began(self, kept: _Kept) -> datetime | None:
        """Wall time of *kept*, where a stretch begins with it."""
        with self._changed:
            if kept.stretch < self._first:
                return None
            stretch = self._stretches[kept.stretch - self._first]
            return stretch.at if stretch.start == kept.sound.start else None
