"""The sound that a run left behind, as a source."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from ..audio.source import AudioSource, Captured, Chunk, Skipped
from ..errors import StoreError
from .run_record import RecordedStream
from .segments import kept_pieces
from .spool import Hole, Sound


class KeptSource:
    """All that *folder* holds of *stream*, at the positions that it had."""

    is_live = False

    def __init__(
        self, folder: Path, number: int, stream: RecordedStream, *, start: int = 0
    ) -> None:
        """*start*: where the sound begins that is wanted."""
        self.name = stream.name
        self.speaker = stream.speaker
        self.format = stream.format
        self._folder = folder
        self._number = number
        self._start = start
        self._closed = Event()

    def chunks(self) -> Iterator[Captured]:
        try:
            yield from self._chunks()
        except OSError as exc:
            raise StoreError(
                f"cannot read the sound in {self._folder}: {exc.strerror}",
                suggestion="mend its disk, and try again",
            ) from exc

    def _chunks(self) -> Iterator[Captured]:
        size = self.format.frame_size
        for piece in kept_pieces(self._folder, self._number, size):
            if self._closed.is_set():
                return
            match piece:
                case Hole(start=start, end=end, at=at):
                    yield Skipped(start, end, "recovered", at)
                case Sound(start=start, pcm=pcm):
                    if rest := _behind(self._start, Chunk(start, pcm), size):
                        yield rest

    def close(self) -> None:
        self._closed.set()


class RestOf:
    """What *source* has behind position *start*."""

    is_live = False

    def __init__(self, source: AudioSource, start: int) -> None:
        self.name = source.name
        self.speaker = source.speaker
        self.format = source.format
        self._source = source
        self._start = start

    def chunks(self) -> Iterator[Captured]:
        for captured in self._source.chunks():
            match captured:
                case Chunk():
                    size = self.format.frame_size
                    if rest := _behind(self._start, captured, size):
                        yield rest
                case _:
                    yield captured

    def close(self) -> None:
        self._source.close()


def _behind(start: int, chunk: Chunk, size: int) -> Chunk | None:
    """What of *chunk* comes behind position *start*; *size* bytes are a sample."""
    known = max(0, start - chunk.position)
    rest = chunk.pcm[known * size :]
    return Chunk(chunk.position + known, rest, chunk.arrived) if rest else None
