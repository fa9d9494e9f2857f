"""The sound of a run in files: raw samples, each file without a gap.

What a file holds is in its name: `STREAM-NUMBER-START.pcm`, with *START* the position
of its first sample, and where time passed before it, `-MICROSECONDS` since 1970. So no
index has to be kept true, whenever the process dies.
"""

import dataclasses
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..frozen import dataclass
from .kept_files import open_kept
from .spool import Hole, Piece, Sound

SEGMENT = 2**20
"""Bytes after which another file is begun: what is trimmed are whole files."""

_NAME = re.compile(r"(\d{1,3})-(\d{1,9})-(\d{1,15})(?:-(\d{1,16}))?\.pcm", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BINARY = getattr(os, "O_BINARY", 0)
_NONE = -1


@dataclass(frozen=True, slots=True)
class Segment:
    """One file."""

    stream: int
    number: int
    """Growing along the stream."""
    start: int
    at: datetime | None = None
    """Wall time of *start*, where it comes after a gap or a pause."""

    @property
    def name(self) -> str:
        head = f"{self.stream}-{self.number:06}-{self.start}"
        moment = "" if self.at is None else f"-{(self.at - _EPOCH) // _MICROSECOND}"
        return f"{head}{moment}.pcm"


def read_name(name: str) -> Segment | None:
    """The segment that is called *name*, if that is one's name."""
    if (found := _NAME.fullmatch(name)) is None:
        return None
    stream, number, start = map(int, found.groups()[:3])
    at = found[4] and _EPOCH + int(found[4]) * _MICROSECOND
    return Segment(stream, number, start, at or None)


@dataclasses.dataclass(slots=True)
class KeptFile:
    """One that is being used."""

    path: Path
    stretch: int
    start: int
    end: int
    first: int
    """The position of the first sample that can be had from it."""


class SegmentWriter:
    """Writes one stream's sound to files, for their owner alone."""

    def __init__(self, stream: int) -> None:
        self._stream = stream
        self._count = 0
        self._size = 0
        self._descriptor = _NONE

    @property
    def is_full(self) -> bool:
        """Whether the next sound needs another file."""
        return self._descriptor == _NONE or self._size >= SEGMENT

    def begin(self, folder: Path, start: int, at: datetime | None) -> Path:
        """Go on in a new file in *folder*, whose path is returned."""
        self.close()
        segment = Segment(self._stream, self._count, start, at)
        path = folder / segment.name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
        self._descriptor = os.open(path, flags, 0o600)
        self._count += 1
        self._size = 0
        return path

    def write(self, pcm: bytes) -> None:
        """Hand *pcm* to the kernel; raises OSError, and then took none of it."""
        rest = memoryview(pcm)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(pcm)

    def close(self) -> None:
        if self._descriptor != _NONE:
            os.close(self._descriptor)
            self._descriptor = _NONE


def segments_of(folder: Path, stream: int) -> list[tuple[Segment, Path]]:
    """The files of *stream*, in order."""
    found = ((read_name(path.name), path) for path in folder.iterdir())
    files = [(segment, path) for segment, path in found if segment is not None]
    mine = (file for file in files if file[0].stream == stream)
    return sorted(mine, key=lambda file: file[0].number)


def missing_samples(
    files: Iterable[tuple[Segment, Path]], frame_size: int, start: int | None
) -> int:
    """How many no file holds, though no time is known to have passed.

    From *start* on, `None` for that of the first file. Raises OSError. What is cut off
    at the very end cannot be seen.
    """
    missing, end = 0, start
    for segment, path in files:
        if segment.at is None and end is not None:
            missing += max(0, segment.start - end)
        end = max(end or 0, segment.start + path.stat().st_size // frame_size)
    return missing


def kept_pieces(folder: Path, stream: int, frame_size: int) -> Iterator[Piece]:
    """What *folder* holds of *stream*, in order, read as it is asked for."""
    end: int | None = None
    for segment, path in segments_of(folder, stream):
        if segment.at is not None and end is not None:
            yield Hole(end, segment.start, segment.at)
        for sound in _sounds(path, segment.start, frame_size):
            end = sound.end
            yield sound


def _sounds(path: Path, start: int, frame_size: int) -> Iterator[Sound]:
    """Seconds of sound at a time; half a sample at the end is left out."""
    with open_kept(path) as file:
        while pcm := file.read(frame_size << 15):
            count = len(pcm) // frame_size
            if count:
                yield Sound(start, start + count, pcm[: count * frame_size])
            start += count
