"""WAV files of every kind, honest and not, made by hand."""

import struct
from collections.abc import Iterable

PCM, FLOAT, ALAW, MULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE


def pcm16(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}h", *values)


def ramp(frames: int, channels: int = 1) -> bytes:
    """16-bit samples that all differ from their neighbours."""
    count = frames * channels
    return pcm16(*((i * 37) % 20011 - 10000 for i in range(count)))


def fmt_chunk(
    *,
    tag: int = PCM,
    channels: int = 1,
    rate: int = 16000,
    bits: int = 16,
    align: int | None = None,
    extension: bytes = b"",
) -> bytes:
    width = (bits + 7) // 8
    byte_rate = rate * channels * width
    body = struct.pack(
        "<HHIIHH",
        tag,
        channels,
        rate % 2**32,
        byte_rate % 2**32,
        channels * width % 2**16 if align is None else align,
        bits,
    )
    return chunk(b"fmt ", body + extension)


def extensible(tag: int) -> bytes:
    """The extension of a `fmt ` chunk that has *tag* within."""
    guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
    return struct.pack("<HHI", 22, 16, 0) + guid


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    padding = b"\0" * (len(body) % 2)
    size = len(body) if size is None else size
    return name + struct.pack("<I", size) + body + padding


def wav_file(
    sound: bytes,
    *,
    fmt: bytes | None = None,
    before: Iterable[bytes] = (),
    after: Iterable[bytes] = (),
    size: int | None = None,
    form: bytes = b"RIFF",
) -> bytes:
    """A WAV file of 16-bit mono at 16 kHz unless *fmt* says something else."""
    body = b"".join([*before, fmt or fmt_chunk(), chunk(b"data", sound, size), *after])
    return form + struct.pack("<I", len(body) + 4) + b"WAVE" + body
