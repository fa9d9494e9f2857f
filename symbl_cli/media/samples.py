"""From any way of writing samples down to 16-bit ones, and from many channels to one.

Without numpy, which would cost more start-up than all the rest of the client: plain
slices, `bytes.translate`, and one integer a block that holds every sample side by side.
"""

from array import array
from collections.abc import Callable
from functools import partial
from math import isnan
from struct import Struct, pack, unpack
from typing import TypeAlias

from ..frozen import dataclass

Convert: TypeAlias = Callable[[bytes], bytes]
"""Whole samples of one kind to 16-bit little-endian ones."""

_LANE = 8
_SIGN_FLIPPED = bytes(value ^ 0x80 for value in range(256))
_LOUDEST = 32767
_FLOAT_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class SampleCodec:
    """How one sample is written down."""

    width: int
    """Bytes of one sample."""
    to_pcm16: Convert


def linear(width: int) -> SampleCodec:
    """Integers of *width* bytes, little-endian: unsigned in one byte, else signed."""
    match width:
        case 1:
            return SampleCodec(1, _from_unsigned_bytes)
        case 2:
            return SampleCodec(2, bytes)
        case _:
            return SampleCodec(width, partial(_top_two_bytes, width=width))


def floating(width: int) -> SampleCodec:
    """IEEE floats of 4 or 8 bytes, full scale at 1.0; what is louder is clipped."""
    return SampleCodec(width, partial(_from_floats, code="f" if width == 4 else "d"))  # noqa: PLR2004 - the width of a float


def mulaw() -> SampleCodec:
    return SampleCodec(1, partial(_by_table, tables=_tables(_mulaw_sample)))


def alaw() -> SampleCodec:
    return SampleCodec(1, partial(_by_table, tables=_tables(_alaw_sample)))


def channel(pcm: bytes, index: int, channels: int) -> bytes:
    """The samples of one channel of interleaved *pcm*."""
    if channels == 1:
        return pcm
    return array("h", pcm)[index::channels].tobytes()


def mix_down(pcm: bytes, channels: int) -> bytes:
    """The mean of all channels of interleaved *pcm*, rounded down.

    Five times as fast as a loop over samples: every channel becomes one integer with
    a sample in each 64 bits, made unsigned so that none borrows from its neighbour.
    Their sum is divided by multiplying with 2**32 / *channels*, rounded up, which is
    exact for up to 256 channels.
    """
    if channels == 1:
        return pcm
    count = len(pcm) // (2 * channels)
    total = sum(_lanes(pcm, index, channels) for index in range(channels))
    mean = total * -(-(1 << 32) // channels)
    lanes = mean.to_bytes(_LANE * (count + 1), "little")[: _LANE * count]
    mixed = bytearray(2 * count)
    mixed[0::2] = lanes[4::_LANE]
    mixed[1::2] = lanes[5::_LANE].translate(_SIGN_FLIPPED)
    return bytes(mixed)


def peak(pcm: bytes) -> float:
    """The loudest sample of *pcm*, between 0 (digital silence) and 1."""
    samples = array("h", pcm)
    if not samples:
        return 0.0
    highest, lowest = max(samples), min(samples)
    return max(highest, -lowest) / _FLOAT_SCALE


def _from_unsigned_bytes(samples: bytes) -> bytes:
    pcm = bytearray(2 * len(samples))
    pcm[1::2] = samples.translate(_SIGN_FLIPPED)
    return bytes(pcm)


def _top_two_bytes(samples: bytes, *, width: int) -> bytes:
    pcm = bytearray(len(samples) // width * 2)
    pcm[0::2] = samples[width - 2 :: width]
    pcm[1::2] = samples[width - 1 :: width]
    return bytes(pcm)


def _from_floats(samples: bytes, *, code: str) -> bytes:
    count = len(samples) // Struct(code).size
    values: tuple[float, ...] = unpack(f"<{count}{code}", samples)
    try:
        return array("h", [int(value * _FLOAT_SCALE) for value in values]).tobytes()
    except (ValueError, OverflowError):  # not a number, or louder than full scale
        return pack(f"<{count}h", *map(_clipped, values))


def _clipped(value: float) -> int:
    if isnan(value):
        return 0
    return int(max(-_FLOAT_SCALE, min(_LOUDEST, value * _FLOAT_SCALE)))


def _by_table(samples: bytes, *, tables: tuple[bytes, bytes]) -> bytes:
    low, high = tables
    pcm = bytearray(2 * len(samples))
    pcm[0::2] = samples.translate(low)
    pcm[1::2] = samples.translate(high)
    return bytes(pcm)


def _tables(sample: Callable[[int], int]) -> tuple[bytes, bytes]:
    values = [sample(code) & 0xFFFF for code in range(256)]
    return bytes(v & 0xFF for v in values), bytes(v >> 8 for v in values)


def _mulaw_sample(code: int) -> int:
    """As ITU-T G.711 has it."""
    code = ~code & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _alaw_sample(code: int) -> int:
    """As ITU-T G.711 has it."""
    code ^= 0x55
    segment = (code & 0x70) >> 4
    magnitude = ((code & 0x0F) << 4) + (0x108 if segment else 8)
    magnitude <<= max(segment - 1, 0)
    return magnitude if code & 0x80 else -magnitude


def _lanes(pcm: bytes, index: int, channels: int) -> int:
    """The samples of one channel, unsigned, 64 bits for each."""
    step = 2 * channels
    lanes = bytearray(_LANE * (len(pcm) // step))
    lanes[0::_LANE] = pcm[2 * index :: step]
    lanes[1::_LANE] = pcm[2 * index + 1 :: step].translate(_SIGN_FLIPPED)
    return int.from_bytes(lanes, "little")
