"""Made sound that the scripted recogniser reads, and silence, at any rate."""

import struct

from symbl_cli.server.recognition.scripted import BLOCK, level


def say(text: str, sample_rate: int = 16000) -> bytes:
    """16-bit mono PCM that says *text*, 60 ms a byte of its UTF-8."""
    nibbles = (half for byte in text.encode() for half in (byte >> 4, byte & 15))
    samples: list[int] = []
    for index, nibble in enumerate(nibbles):
        end = round((index + 1) * BLOCK * sample_rate)
        samples += [level(nibble)] * (end - len(samples))
    return struct.pack(f"<{len(samples)}h", *samples)


def silence(seconds: float, sample_rate: int = 16000) -> bytes:
    return bytes(2 * round(seconds * sample_rate))


def speech(*texts: str, sample_rate: int = 16000, pause: float = 1.2) -> bytes:
    """Each of *texts*, with *pause* seconds of silence before and behind it."""
    still = silence(pause, sample_rate)
    return still + b"".join(say(text, sample_rate) + still for text in texts)


def cut(pcm: bytes, size: int) -> list[bytes]:
    """*pcm* in frames of *size* bytes, the last maybe shorter."""
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]
