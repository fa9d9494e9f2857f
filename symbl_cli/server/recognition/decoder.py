"""From the bytes on the wire to what the recogniser hears: mono floats at 16 kHz.

However the bytes are cut, the samples are the same.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from ...errors import UsageError
from ...media.format import HIGHEST_RATE, LOWEST_RATE, AudioFormat, Encoding
from .compressed import CompressedDecoder
from .resampling import NOTHING, Resampler, Samples, mix

_PARTS = 10
"""Of a second: no more of it is decoded in one go."""


class Decoder(Protocol):
    def push(self, data: bytes) -> Iterator[Samples]:
        """The samples that are now complete, decoded as they are asked for.

        Half a sample waits for its rest.
        """

    def finish(self) -> Samples:
        """The rest. Half a sample is discarded; nothing may be pushed any more."""

    @property
    def received(self) -> int:
        """Whole samples pushed so far, at the rate that was announced."""


def open_decoder(audio_format: AudioFormat) -> Decoder:
    """Raises `UsageError` for a rate nobody speaks at, `MissingError` for a codec."""
    rate = audio_format.sample_rate
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise UsageError(
            f"cannot listen at {rate} Hz",
            suggestion=f"send {LOWEST_RATE} to {HIGHEST_RATE} samples a second",
        )
    match audio_format.encoding:
        case Encoding.LINEAR16 | Encoding.MULAW:
            return _PcmDecoder(audio_format)
        case Encoding.FLAC | Encoding.OPUS:
            return CompressedDecoder(audio_format)


class _PcmDecoder:
    """LINEAR16 and MULAW."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._resampler = Resampler(audio_format.sample_rate)
        self._rest = b""
        self.received = 0

    def push(self, data: bytes) -> Iterator[Samples]:
        samples = max(1, self._format.sample_rate // _PARTS)
        size = samples * self._format.frame_size
        for start in range(0, len(data), size):
            yield self._push(data[start : start + size])

    def finish(self) -> Samples:
        return self._resampler.push(NOTHING, last=True)

    def _push(self, data: bytes) -> Samples:
        data = self._rest + data
        count = self._format.count(data)
        size = count * self._format.frame_size
        self._rest = data[size:]
        self.received += count
        return self._resampler.push(self._mono(data[:size]))

    def _mono(self, data: bytes) -> Samples:
        if self._format.encoding is Encoding.MULAW:
            samples = _MULAW[np.frombuffer(data, np.uint8)]
        else:
            samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
        return mix(samples.reshape(-1, self._format.channels))


def _mulaw_table() -> Samples:
    """G.711: sign, three bits of exponent, four of mantissa, all inverted."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code >> 4 & 7).astype(np.int32)
    magnitude = (((code & 15).astype(np.int32) << 3) + 132 << exponent) - 132
    signed = np.where(code & 128, -magnitude, magnitude)
    return signed.astype(np.float32) / np.float32(32768)


_MULAW = _mulaw_table()
