"""From the bytes on the wire to what the recogniser hears: mono floats at 16 kHz.

However the bytes are cut, the samples are the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import soxr

from ...errors import MissingError, NotAudioError, UsageError
from ...media.format import AudioFormat, Encoding
from .recognizer import SAMPLE_RATE

if TYPE_CHECKING:
    import av

    Packet: TypeAlias = av.Packet[av.AudioStream]

Samples: TypeAlias = npt.NDArray[np.float32]

_LOWEST_RATE, _HIGHEST_RATE = 8000, 192000
_NOTHING: Samples = np.zeros(0, np.float32)


class Decoder(Protocol):
    def push(self, data: bytes) -> Samples:
        """The samples that are now complete; half a sample waits for its rest."""

    def finish(self) -> Samples:
        """The rest. Half a sample is discarded; nothing may be pushed any more."""

    @property
    def received(self) -> int:
        """Whole samples pushed so far, at the rate that was announced."""


def open_decoder(audio_format: AudioFormat) -> Decoder:
    """Raises `UsageError` for a rate nobody speaks at, `MissingError` for a codec."""
    rate = audio_format.sample_rate
    if not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
        raise UsageError(
            f"cannot listen at {rate} Hz",
            suggestion=f"send {_LOWEST_RATE} to {_HIGHEST_RATE} samples a second",
        )
    match audio_format.encoding:
        case Encoding.LINEAR16 | Encoding.MULAW:
            return _PcmDecoder(audio_format)
        case Encoding.FLAC | Encoding.OPUS:
            return _PacketDecoder(audio_format)


class Resampler:
    """One stream of one rate, to 16 kHz; nothing is delayed, some held back.

    Sample N of the input is sample N * 16000 / rate of the output.
    """

    def __init__(self, rate: int) -> None:
        self._stream = (
            None
            if rate == SAMPLE_RATE
            else soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        )

    def push(self, samples: Samples, *, last: bool = False) -> Samples:
        if self._stream is None:
            return samples
        resampled: Samples = self._stream.resample_chunk(samples, last=last)
        return resampled


class _PcmDecoder:
    """LINEAR16 and MULAW."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._resampler = Resampler(audio_format.sample_rate)
        self._rest = b""
        self.received = 0

    def push(self, data: bytes) -> Samples:
        data = self._rest + data
        count = self._format.count(data)
        size = count * self._format.frame_size
        self._rest = data[size:]
        self.received += count
        return self._resampler.push(self._mono(data[:size]))

    def finish(self) -> Samples:
        return self._resampler.push(_NOTHING, last=True)

    def _mono(self, data: bytes) -> Samples:
        if self._format.encoding is Encoding.MULAW:
            samples = _MULAW[np.frombuffer(data, np.uint8)]
        else:
            samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
        return _mix(samples.reshape(-1, self._format.channels))


class _PacketDecoder:
    """FLAC and Opus: whatever rate is inside, positions count at the announced one.

    Opus comes as raw packets, one a push; FLAC as a byte stream with its header.
    """

    def __init__(self, audio_format: AudioFormat) -> None:
        self._rate = audio_format.sample_rate
        self._is_stream = audio_format.encoding is Encoding.FLAC
        self._codec = _open_codec(audio_format)
        self._resampler: Resampler | None = None
        self._inner_rate = self._rate
        self._decoded = 0

    @property
    def received(self) -> int:
        return self._decoded * self._rate // self._inner_rate

    def push(self, data: bytes) -> Samples:
        if not data:
            return _NOTHING
        packets = self._codec.parse(data) if self._is_stream else [_packet(data)]
        return self._decode(packets)

    def finish(self) -> Samples:
        packets: list[Packet | None] = []
        # The parser gives one packet a call once its input has ended.
        while self._is_stream and (parsed := self._codec.parse(None)):
            packets += parsed
        samples = [self._decode([*packets, None])]
        if self._resampler is not None:
            samples.append(self._resampler.push(_NOTHING, last=True))
        return np.concatenate(samples)

    def _decode(self, packets: "Sequence[Packet | None]") -> Samples:
        frames = [frame for packet in packets for frame in self._frames(packet)]
        return np.concatenate([self._samples(frame) for frame in frames] or [_NOTHING])

    def _frames(self, packet: "Packet | None") -> "list[av.AudioFrame]":
        try:
            return list(self._codec.decode(packet))
        except (ValueError, EOFError) as exc:  # PyAV's InvalidDataError is the former
            if packet is None:
                return []
            raise NotAudioError(
                "what was sent is not the compressed audio that was announced",
                suggestion="raw Opus packets, one a frame, or a FLAC stream",
            ) from exc

    def _samples(self, frame: "av.AudioFrame") -> Samples:
        self._decoded += frame.samples
        if self._resampler is None:
            self._inner_rate = frame.sample_rate
            self._resampler = Resampler(frame.sample_rate)
        return self._resampler.push(_mix(_interleaved(frame)))


def _open_codec(audio_format: AudioFormat) -> "av.AudioCodecContext":
    name = audio_format.encoding.value
    try:
        import av
    except ImportError as exc:
        raise MissingError(
            f"this server cannot decode {name}: PyAV is not installed",
            suggestion="pip install 'symbl-cli[opus]', or send LINEAR16",
        ) from exc
    codec = cast("av.AudioCodecContext", av.CodecContext.create(name.lower(), "r"))
    if audio_format.encoding is Encoding.OPUS:
        codec.sample_rate = 48000  # Opus knows no other
        codec.layout = "stereo" if audio_format.channels > 1 else "mono"
    return codec


def _packet(data: bytes) -> "Packet":
    import av

    return cast("Packet", av.Packet(data))


def _interleaved(frame: "av.AudioFrame") -> Samples:
    """One row a sample, one column a channel."""
    channels = frame.layout.nb_channels
    plain = frame.to_ndarray()
    rows = plain.T if frame.format.is_planar else plain.reshape(-1, channels)
    floats = rows.astype(np.float32)
    return floats if rows.dtype.kind == "f" else floats / _full_scale(rows.itemsize)


def _full_scale(width: int) -> np.float32:
    """What stands for 1.0 in signed samples of *width* bytes."""
    return np.float32(2 ** (8 * width - 1))


def _mix(rows: Samples) -> Samples:
    if rows.shape[1] == 1:
        return np.ascontiguousarray(rows[:, 0])
    mixed: Samples = rows.mean(axis=1, dtype=np.float32)
    return mixed


def _mulaw_table() -> Samples:
    """G.711: sign, three bits of exponent, four of mantissa, all inverted."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code >> 4 & 7).astype(np.int32)
    magnitude = (((code & 15).astype(np.int32) << 3) + 132 << exponent) - 132
    signed = np.where(code & 128, -magnitude, magnitude)
    return signed.astype(np.float32) / np.float32(32768)


_MULAW = _mulaw_table()
