"""Whether a microphone is too quiet or too loud to be understood."""

from array import array
from collections.abc import Iterator

from ..media.format import AudioFormat
from .source import SourceState

_SILENT_SECONDS = 2.0
_CLIPPING_EVERY = 10.0
_MOST_AT_FULL_SCALE = 4
"""Samples of one block; a few are a peak that just fits."""
_LOUDEST, _LOWEST = 32767, -32768


class LevelWatch:
    """Tells of digital silence (muted, unplugged) and of clipping, once each.

    Silence is told again after sound has been heard, clipping after ten seconds.
    """

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._silent = 0
        self._until_clipping = 0

    def after(self, pcm: bytes) -> Iterator[SourceState]:
        samples = array("h", pcm)
        if not samples:
            return
        count = self._format.count(pcm)
        highest, lowest = max(samples), min(samples)
        if self._falls_silent(count, is_silent=highest <= 1 and lowest >= -1):
            yield SourceState("input_silent")
        self._until_clipping -= count
        is_loud = highest == _LOUDEST or lowest == _LOWEST
        if is_loud and self._starts_to_clip(samples):
            yield SourceState("clipping")

    def _falls_silent(self, count: int, *, is_silent: bool) -> bool:
        before = self._silent
        self._silent = before + count if is_silent else 0
        return before < self._format.samples(_SILENT_SECONDS) <= self._silent

    def _starts_to_clip(self, samples: "array[int]") -> bool:
        at_full_scale = samples.count(_LOUDEST) + samples.count(_LOWEST)
        if at_full_scale <= _MOST_AT_FULL_SCALE or self._until_clipping > 0:
            return False
        self._until_clipping = self._format.samples(_CLIPPING_EVERY)
        return True
