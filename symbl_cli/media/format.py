"""All arithmetic between rates, bytes and seconds."""

from enum import StrEnum

from ..frozen import dataclass

LOWEST_RATE, HIGHEST_RATE = 1000, 768_000
"""Samples a second of sound that anybody may send."""


class Encoding(StrEnum):
    """How samples travel (streaming-api.md §2.1, `config.speechRecognition`)."""

    LINEAR16 = "LINEAR16"
    MULAW = "MULAW"
    FLAC = "FLAC"
    OPUS = "OPUS"


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """16-bit samples (8-bit with MULAW), interleaved where there are channels."""

    sample_rate: int = 16000
    channels: int = 1
    encoding: Encoding = Encoding.LINEAR16

    @property
    def frame_size(self) -> int:
        """Bytes of one sample of every channel."""
        width = 1 if self.encoding is Encoding.MULAW else 2
        return width * self.channels

    def samples(self, seconds: float) -> int:
        """Whole samples, a channel, that *seconds* of sound have."""
        return round(seconds * self.sample_rate)

    def size(self, seconds: float) -> int:
        """Bytes of *seconds* of sound, never a part of a sample."""
        return self.samples(seconds) * self.frame_size

    def count(self, pcm: bytes) -> int:
        """Whole samples, a channel, in *pcm*."""
        return len(pcm) // self.frame_size

    def seconds(self, pcm: bytes) -> float:
        return self.count(pcm) / self.sample_rate
