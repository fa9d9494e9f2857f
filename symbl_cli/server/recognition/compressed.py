"""FLAC and Opus [PyAV, an extra]."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

import numpy as np

from ...errors import MissingError, NotAudioError
from ...media.format import HIGHEST_RATE, LOWEST_RATE, AudioFormat, Encoding
from .resampling import NOTHING, Resampler, Samples, mix

if TYPE_CHECKING:
    import av

    Packet: TypeAlias = av.Packet[av.AudioStream]


_BYTES_AT_ONCE = 1 << 12
"""Silence takes next to nothing: a frame of the wire may hold hours of it."""


class CompressedDecoder:
    """Whatever rate is inside, positions count at the one that was announced."""

    def __init__(self, audio_format: AudioFormat) -> None:
        """Raises `MissingError` without PyAV."""
        self._rate = audio_format.sample_rate
        self._codec = _open_codec(audio_format)
        self._packets: _Packets = (
            _FlacPackets(self._codec)
            if audio_format.encoding is Encoding.FLAC
            else _OpusPackets()
        )
        self._resampler: Resampler | None = None
        self._inner_rate = self._rate
        self._decoded = 0

    @property
    def received(self) -> int:
        return self._decoded * self._rate // self._inner_rate

    def push(self, data: bytes) -> Iterator[Samples]:
        """Raises `NotAudioError` where *data* is not what was announced."""
        return map(self._decode, self._packets.push(data))

    def finish(self) -> Samples:
        decoded = [self._decode(packet) for packet in self._packets.finish()]
        decoded.append(self._decode(None))
        if self._resampler is not None:
            decoded.append(self._resampler.push(NOTHING, last=True))
        return np.concatenate(decoded)

    def _decode(self, packet: "Packet | None") -> Samples:
        try:
            frames = self._codec.decode(packet)
        except (ValueError, EOFError) as exc:  # PyAV's InvalidDataError is the former
            if packet is None:  # an end without a beginning
                return NOTHING
            raise _not_announced() from exc
        return np.concatenate([self._samples(frame) for frame in frames] or [NOTHING])

    def _samples(self, frame: "av.AudioFrame") -> Samples:
        self._decoded += frame.samples
        if self._resampler is None:
            if not LOWEST_RATE <= frame.sample_rate <= HIGHEST_RATE:
                raise _not_announced()
            self._inner_rate = frame.sample_rate
            self._resampler = Resampler(frame.sample_rate)
        return self._resampler.push(mix(_rows(frame)))


def _not_announced() -> NotAudioError:
    return NotAudioError(
        "what was sent is not the compressed audio that was announced",
        suggestion="send raw Opus packets, one a frame, or a FLAC stream",
    )


class _Packets(Protocol):
    """From what is sent to what the codec takes."""

    def push(self, data: bytes) -> "Iterator[Packet]": ...

    def finish(self) -> "Iterator[Packet]": ...


class _OpusPackets:
    """Each frame of the wire is a packet."""

    def push(self, data: bytes) -> "Iterator[Packet]":
        import av

        if data:
            yield cast("Packet", av.Packet(data))

    def finish(self) -> "Iterator[Packet]":
        return iter(())


class _FlacPackets:
    """A byte stream: the marker, blocks about the sound, frames of sound.

    The blocks are read here: FFmpeg's parser, given them, loses the first frame of a
    short stream.
    """

    _MARKER = b"fLaC"
    _STREAM_INFO, _LAST = 0, 0x80
    _BLOCK_HEAD, _INFO_SIZE = 4, 34

    def __init__(self, codec: "av.AudioCodecContext") -> None:
        self._codec = codec
        self._is_marked = False
        self._is_last = False
        self._ahead = 0
        """Bytes of a block that are still to come; they are not kept."""
        self._head: bytes | None = b""
        """Of a block, what does not say yet what it is; `None` once frames come."""

    def push(self, data: bytes) -> "Iterator[Packet]":
        for start in range(0, len(data), _BYTES_AT_ONCE):
            piece = data[start : start + _BYTES_AT_ONCE]
            if self._head is not None:
                piece = self._after_head(self._head + piece)
            if piece:
                yield from self._codec.parse(piece)

    def finish(self) -> "Iterator[Packet]":
        # It gives one packet a call now, and takes it back with the next.
        while packets := self._codec.parse(None):
            yield from packets

    def _after_head(self, data: bytes) -> bytes:
        """The frames in *data*, empty as long as the blocks go on."""
        while True:
            self._ahead, data = max(0, self._ahead - len(data)), data[self._ahead :]
            if self._is_last and not self._ahead:
                self._head = None
                return data
            used = 0 if self._ahead else self._read_block(data)
            if not used:
                self._head = data
                return b""
            data = data[used:]

    def _read_block(self, data: bytes) -> int:
        """How much of *data* is the marker, or a block's head; 0: more has to come."""
        if not self._is_marked:
            return self._read_marker(data)
        if len(data) < self._BLOCK_HEAD:
            return 0
        kind, size = data[0], int.from_bytes(data[1 : self._BLOCK_HEAD])
        if kind & ~self._LAST == self._STREAM_INFO:
            end = self._BLOCK_HEAD + self._INFO_SIZE
            if len(data) < end:
                return 0
            self._codec.extradata = data[self._BLOCK_HEAD : end]
        self._is_last, self._ahead = bool(kind & self._LAST), size
        return self._BLOCK_HEAD

    def _read_marker(self, data: bytes) -> int:
        marker = self._MARKER
        if not marker.startswith(data[: len(marker)]):
            raise NotAudioError(
                "what was sent is not FLAC", suggestion="begin with its header"
            )
        self._is_marked = len(data) >= len(marker)
        return len(marker) if self._is_marked else 0


def _open_codec(audio_format: AudioFormat) -> "av.AudioCodecContext":
    name = audio_format.encoding.value
    try:
        import av
    except ImportError as exc:
        raise MissingError(
            f"this server cannot decode {name}: PyAV is not installed",
            suggestion="in the checkout: pip install '.[opus]'; or send LINEAR16",
        ) from exc
    codec = cast("av.AudioCodecContext", av.CodecContext.create(name.lower(), "r"))
    if audio_format.encoding is Encoding.OPUS:
        codec.sample_rate = 48000  # Opus knows no other
        codec.layout = "stereo" if audio_format.channels > 1 else "mono"
    return codec


def _rows(frame: "av.AudioFrame") -> Samples:
    """One row a sample, one column a channel."""
    plain = frame.to_ndarray()
    channels = frame.layout.nb_channels
    rows = plain.T if frame.format.is_planar else plain.reshape(-1, channels)
    floats = rows.astype(np.float32)
    return floats if rows.dtype.kind == "f" else floats / _full_scale(rows.itemsize)


def _full_scale(width: int) -> np.float32:
    """What stands for 1.0 in signed samples of *width* bytes."""
    return np.float32(2 ** (8 * width - 1))
