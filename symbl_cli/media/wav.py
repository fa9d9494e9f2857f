"""WAV files as they come: every width, honest or not, from a file or a pipe."""

import struct
from dataclasses import replace

from ..errors import NotAudioError
from . import samples
from .format import HIGHEST_RATE, AudioFormat
from .raw import Layout, SampleReader
from .reader import ByteStream
from .samples import SampleCodec

MOST_CHANNELS = 256

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_UNKNOWN_SIZE = 0xFFFFFFFF
_FORMAT_SIZE = 40
"""Of the longest `fmt ` chunk that means anything to us."""
_BLOCK_SIZE = 65_536


class CompressedWavError(NotAudioError):
    """A WAV file around something that is not plain samples (ADPCM, MP3, …)."""


def open_wav(stream: ByteStream) -> SampleReader:
    """Read the header of WAV, RF64 or BW64; the reader then owns *stream*.

    Raises `NotAudioError` where there is no header to go by.
    """
    return SampleReader(stream, read_header(stream))


def read_header(stream: ByteStream) -> Layout:
    """Read *stream* up to its first sample."""
    form, _, kind = struct.unpack("<4sI4s", _read_exactly(stream, 12))
    if form not in {b"RIFF", b"RF64", b"BW64"} or kind != b"WAVE":
        raise NotAudioError("this is not a WAV file")
    layout: Layout | None = None
    long_size: int | None = None
    name, size = _next_chunk(stream)
    while name != b"data":
        body = _read_exactly(stream, min(size, _FORMAT_SIZE))
        match name:
            case b"fmt ":
                layout = _parse_format(body)
            case b"ds64" if len(body) >= 16:  # noqa: PLR2004 - two sizes of 8 bytes
                (long_size,) = struct.unpack("<8xQ", body[:16])
            case _:
                pass
        _skip(stream, size - len(body))
        name, size = _next_chunk(stream, after_odd=size % 2 == 1)
    if layout is None:
        raise NotAudioError("the WAV file does not say how its samples are written")
    return replace(layout, size=_known_size(size, long_size))


def _known_size(size: int, long_size: int | None) -> int | None:
    """Writers that were killed or wrote to a pipe leave 0 or the highest number."""
    if size in {0, _UNKNOWN_SIZE}:
        return long_size or None
    return size


def _parse_format(body: bytes) -> Layout:
    if len(body) < 16:  # noqa: PLR2004 - the shortest `fmt ` chunk
        raise NotAudioError("the WAV file's header is cut off")
    tag, channels, rate, byte_rate, align, bits = struct.unpack("<HHIIHH", body[:16])
    if tag == _EXTENSIBLE and len(body) >= 26:  # noqa: PLR2004 - up to the tag inside
        (tag,) = struct.unpack("<H", body[24:26])
    if not 1 <= channels <= MOST_CHANNELS or not 1 <= rate <= HIGHEST_RATE:
        raise NotAudioError(
            f"the WAV file's header makes no sense: channels {channels}, rate {rate} Hz"
        )
    width = (bits + 7) // 8
    wider, rest = divmod(align, channels)
    if rest == 0 and byte_rate == rate * align and (tag == _PCM or not bits):
        width = max(width, wider)  # 24 bits in 4 bytes, for one
    return Layout(AudioFormat(rate, channels), _codec(tag, width))


def _codec(tag: int, width: int) -> SampleCodec:
    match tag, width:
        case (_, 1) if tag == _MULAW:
            return samples.mulaw()
        case (_, 1) if tag == _ALAW:
            return samples.alaw()
        case (_, 4 | 8) if tag == _FLOAT:
            return samples.floating(width)
        case (_, 1 | 2 | 3 | 4 | 8) if tag == _PCM:
            return samples.linear(width)
        case _ if tag in {_PCM, _FLOAT, _ALAW, _MULAW}:
            raise NotAudioError(
                f"the WAV file's header makes no sense: {8 * width}-bit samples"
            )
        case _:
            raise CompressedWavError(
                f"the WAV file holds compressed sound (format {tag:#06x})",
                suggestion="convert it first: ffmpeg -i IN.wav -c:a pcm_s16le OUT.wav",
            )


def _next_chunk(stream: ByteStream, *, after_odd: bool = False) -> tuple[bytes, int]:
    """Name and size of the chunk that begins here.

    A chunk of odd length is padded with a zero, but not every writer knows that.
    """
    head = _read_exactly(stream, 8)
    if after_odd and head[0] == 0:
        head = head[1:] + _read_exactly(stream, 1)
    name, size = struct.unpack("<4sI", head)
    return name, size


def _read_exactly(stream: ByteStream, size: int) -> bytes:
    read = bytearray()
    while len(read) < size:
        block = stream.read(size - len(read))
        if not block:
            raise NotAudioError("the WAV file ends before its first sample")
        read += block
    return bytes(read)


def _skip(stream: ByteStream, size: int) -> None:
    while size > 0:
        size -= len(_read_exactly(stream, min(size, _BLOCK_SIZE)))
