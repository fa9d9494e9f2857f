"""How loud a source is, seen as it passes."""

import math
from array import array
from collections.abc import Iterator

from ..audio.source import AudioSource, Captured, Chunk
from ..media.format import AudioFormat

_FULL_SCALE = 32768.0


class MeteredSource:
    """An `AudioSource` whose newest peak can be read from any thread."""

    def __init__(self, source: AudioSource) -> None:
        self._source = source
        self.peak = -math.inf
        """Of the newest chunk, in dBFS."""

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def speaker(self) -> str | None:
        return self._source.speaker

    @property
    def format(self) -> AudioFormat:
        return self._source.format

    @property
    def is_live(self) -> bool:
        return self._source.is_live

    def chunks(self) -> Iterator[Captured]:
        for captured in self._source.chunks():
            if isinstance(captured, Chunk):
                self.peak = _peak(captured.pcm)
            yield captured
        self.peak = -math.inf

    def close(self) -> None:
        self._source.close()


def _peak(pcm: bytes) -> float:
    samples = array("h", pcm)
    highest, lowest = max(samples, default=0), min(samples, default=0)
    loudest = max(highest, -lowest)
    return 20 * math.log10(loudest / _FULL_SCALE) if loudest else -math.inf
