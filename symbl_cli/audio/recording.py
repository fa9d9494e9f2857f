"""A feed that is also saved, in a WAV file that can be played at every instant."""

import logging
import struct
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path

from ..errors import DiskFullError, OutputError, not_made
from ..media.format import AudioFormat
from .feed import Feed, FeedFilter
from .source import Captured, Chunk, Skipped

log = logging.getLogger(__name__)

_HEADER = struct.Struct("<4sI4s 4sI16sQ4x 4sIHHIIHH 4sI")
_LONGEST = 0xFFFFFFFF
_UP_TO_SIZE = 8
"""Bytes that the size of a RIFF file leaves out."""


class Recorded(FeedFilter):
    """Lets *feed* through and writes it to the new file *path*, all channels.

    What was skipped is silence there, so positions in the file are those of the run.
    Raises `OutputError` when it is made, if there is such a file or it cannot be
    written. A failure later ends the recording, not the feed, and is kept. Closed
    before anybody has read it, it leaves no file.
    """

    def __init__(self, feed: Feed, path: Path) -> None:
        super().__init__(feed)
        self.path = path
        self._failure: OutputError | None = None
        self._is_read = False
        try:
            self._file = WavFile(path, feed.format)
        except OSError as exc:
            raise _unwritable(path, exc) from exc

    @property
    def failure(self) -> OutputError | None:
        """Why the file ends early, if it does."""
        return self._failure

    def blocks(self) -> Iterator[Captured]:
        self._is_read = True
        try:
            for item in self._feed.blocks():
                self._save(item)
                yield item
        finally:
            self._file.close()

    def close(self) -> None:
        super().close()
        if not self._is_read:
            self._file.close()
            self.path.unlink(missing_ok=True)  # the next run may want its name

    def _save(self, item: Captured) -> None:
        if self._failure is not None:
            return
        try:
            match item:
                case Chunk(position=position, pcm=pcm):
                    self._file.write(position, pcm)
                case Skipped(end=end):
                    self._file.write(end, b"")
                case _:
                    pass
        except OSError as exc:
            self._failure = _unwritable(self.path, exc)
            log.info("%s; the run goes on", self._failure.message)


class WavFile:
    """16-bit samples at positions; what lies between is silence.

    The header is right after every write, so that a crash costs nothing. A file of
    more than 4 GB becomes RF64 in place.
    """

    def __init__(self, path: Path, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._size = 0
        self._file = path.open("xb", buffering=0)
        self._file.write(_header(audio_format, 0))

    def write(self, position: int, pcm: bytes) -> None:
        start = position * self._format.frame_size
        if start > self._size:
            self._file.truncate(_HEADER.size + start)
        self._file.seek(_HEADER.size + start)
        written = self._file.write(pcm)
        self._size = max(self._size, start + written)
        self._file.seek(0)
        self._file.write(_header(self._format, self._size))

    def close(self) -> None:
        self._file.close()


def _header(audio_format: AudioFormat, size: int) -> bytes:
    """In front of *size* bytes: a `JUNK` chunk holds the place of a `ds64`."""
    riff_size = _HEADER.size - _UP_TO_SIZE + size
    is_long = riff_size > _LONGEST
    frame_size = audio_format.frame_size
    sizes = struct.pack("<QQ", riff_size, size) if is_long else bytes(16)
    return _HEADER.pack(
        b"RF64" if is_long else b"RIFF",
        min(riff_size, _LONGEST),
        b"WAVE",
        b"ds64" if is_long else b"JUNK",
        28,
        sizes,
        size // frame_size if is_long else 0,
        b"fmt ",
        16,
        1,
        audio_format.channels,
        audio_format.sample_rate,
        audio_format.sample_rate * frame_size,
        frame_size,
        8 * frame_size // audio_format.channels,
        b"data",
        min(size, _LONGEST),
    )


def _unwritable(path: Path, exc: OSError) -> OutputError:
    if exc.errno == ENOSPC:
        return DiskFullError(f"the disk is full: {str(path)!r} ends early")
    return not_made(path, exc) or OutputError(f"cannot write {path}: {exc.strerror}")
