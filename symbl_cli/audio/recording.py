"""A feed that is also saved, in a WAV file that can be played at every instant."""

import logging
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from errno import ENOSPC
from pathlib import Path
from threading import Condition, Thread

from ..errors import DiskFullError, OutputError, not_made
from ..frozen import dataclass
from ..media.format import AudioFormat
from .feed import Feed, FeedFilter
from .source import Captured, Chunk, Skipped

log = logging.getLogger(__name__)

BEHIND = 5.0
"""Seconds after which a disk that takes nothing has failed."""
_READ_AHEAD = 100
"""Blocks that may wait where the source can wait too."""
_HEADER = struct.Struct("<4sI4s 4sI16sQ4x 4sIHHIIHH 4sI")
_LONGEST = 0xFFFFFFFF
_UP_TO_SIZE = 8
"""Bytes that the size of a RIFF file leaves out."""


class Recorded(FeedFilter):
    """Lets *feed* through and writes it to the new file *path*, all channels.

    On a thread of its own: a slow disk never keeps one who reads waiting, unless *feed*
    can be asked to wait. What was skipped is silence there, so positions in the file
    are those of the run. Raises `OutputError` when it is made, if there is such a file
    or it cannot be written. A failure later, or a disk that takes nothing for
    *patience* seconds, ends the recording, not the feed, and is kept. Closed before
    anybody has read it, it leaves no file.
    """

    def __init__(
        self,
        feed: Feed,
        path: Path,
        *,
        patience: float = BEHIND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(feed)
        self.path = path
        self._is_read = False
        try:
            file = WavFile(path, feed.format)
        except OSError as exc:
            raise _unwritable(path, exc) from exc
        self._saving = _Saving(
            file,
            path,
            patience=patience,
            may_wait=lambda: not feed.is_live,
            most=feed.format.size(patience),
            clock=clock,
        )

    @property
    def failure(self) -> OutputError | None:
        """Why the file ends early, if it does."""
        return self._saving.failure

    def blocks(self) -> Iterator[Captured]:
        self._is_read = True
        try:
            for item in self._feed.blocks():
                self._save(item)
                yield item
        finally:
            self._saving.close()

    def close(self) -> None:
        super().close()
        if not self._is_read:
            self._saving.close()
            self.path.unlink(missing_ok=True)  # the next run may want its name

    def _save(self, item: Captured) -> None:
        match item:
            case Chunk(position=position, pcm=pcm):
                self._saving.put(position, pcm)
            case Skipped(end=end):
                self._saving.put(end, b"")
            case _:
                pass


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sound that waits to be written."""

    position: int
    pcm: bytes
    since: float


class _Saving:
    """The thread that writes *file*, and what waits for it."""

    def __init__(
        self,
        file: "WavFile",
        path: Path,
        *,
        patience: float,
        may_wait: Callable[[], bool],
        most: int,
        clock: Callable[[], float],
    ) -> None:
        """*most*: bytes that are played in the time of *patience*."""
        self._file = file
        self._path = path
        self._patience = patience
        self._may_wait = may_wait
        self._most = most
        self._clock = clock
        self._changed = Condition()
        self._waiting: deque[_Piece] = deque()
        """The first of them is being written."""
        self._is_closing = False
        self.failure: OutputError | None = None
        # A write that never returns must not keep the process.
        self._thread = Thread(target=self._run, name=f"save {path.name}", daemon=True)
        self._thread.start()

    def put(self, position: int, pcm: bytes) -> None:
        with self._changed:
            if self._may_wait():
                self._changed.wait_for(self._has_room, self._patience)
            if self._is_behind():
                self._give_up()
            if self.failure is None:
                self._waiting.append(_Piece(position, pcm, self._clock()))
                self._changed.notify_all()

    def close(self) -> None:
        """Write what waits, unless the disk has failed, or fails now."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self.failure is None:  # a thread that hangs was waited for
            self._thread.join(self._patience)
        with self._changed:
            if self._waiting:
                self._give_up()

    def _is_behind(self) -> bool:
        """By time, and by sound: while we are stopped (Ctrl-Z) only time goes on."""
        if not self._waiting:
            return False
        late = self._clock() - self._waiting[0].since
        return late > self._patience and (
            sum(len(piece.pcm) for piece in self._waiting) > self._most
        )

    def _has_room(self) -> bool:
        return len(self._waiting) < _READ_AHEAD or self.failure is not None

    def _give_up(self) -> None:
        self._fail(
            OutputError(
                f"{str(self._path)!r} ends early: its disk is more than"
                f" {self._patience:g} s behind",
                suggestion="see whether its disk is still there",
            )
        )

    def _fail(self, failure: OutputError) -> None:
        with self._changed:
            self.failure = self.failure or failure
            self._waiting.clear()
            self._changed.notify_all()
        log.info("%s; the run goes on", failure.message)

    def _run(self) -> None:
        try:
            while (piece := self._next()) is not None:
                self._file.write(piece.position, piece.pcm)
                self._written()
        except OSError as exc:
            self._fail(_unwritable(self._path, exc))
        finally:
            self._file.close()

    def _next(self) -> _Piece | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._waiting or self._is_closing or self.failure
            )
            return self._waiting[0] if self._waiting else None

    def _written(self) -> None:
        with self._changed:
            if self._waiting:  # it may have been given up meanwhile
                self._waiting.popleft()
            self._changed.notify_all()


class WavFile:
    """16-bit samples at positions; what lies between is silence.

    The header is right after every write, so that a crash costs nothing. A file of
    more than 4 GB becomes RF64 in place.
    """

    def __init__(self, path: Path, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._size = 0
        self._file = path.open("xb", buffering=0)
        try:
            self._file.write(_header(audio_format, 0))
        except BaseException:
            self._file.close()
            path.unlink()  # the next run may want its name
            raise

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
