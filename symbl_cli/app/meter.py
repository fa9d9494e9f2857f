"""How loud a source is, seen as it passes."""

import math
from collections.abc import Iterator

from ..audio.source import AudioSource, Captured, Chunk
from ..media import samples
from ..media.format import AudioFormat


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
    peak = samples.peak(pcm)
    return 20 * math.log10(peak) if peak else -math.inf
