"""A recogniser for tests: the text is written in the samples themselves.

Each byte of the UTF-8 text is two levels of 30 ms each, high nibble first: about the
pace of people. Zeros are silence. The sixteen levels are far enough apart to survive
resampling and mu-law.
"""

import os
import signal
import time
from array import array
from collections.abc import Iterator

from .recognizer import SAMPLE_RATE, Recognized

BLOCK = 0.03
"""Seconds of one level."""
LEVELS = 16
_LOWEST, _STEP = 4000, 1700
_SILENCE = 2000 / 32768
_BLOCK_SAMPLES = round(BLOCK * SAMPLE_RATE)

DEADLY = "\N{BELL}"
"""A text with this in it ends the process that reads it."""
ENDLESS = "\N{DEVICE CONTROL THREE}"
"""A text with this in it stops the process that reads it, which never goes on."""
SLOW = "\N{SYNCHRONOUS IDLE}"
"""A text with this in it takes long, as on a computer that is too busy."""
_LONG = 2.5
"""Seconds, for each."""


def level(nibble: int) -> int:
    """The 16-bit amplitude that stands for *nibble*."""
    return _LOWEST + _STEP * nibble


class ScriptedRecognizer:
    """Reads the text; what silence parts is parted by one space."""

    def recognize(
        self, samples: "array[float]", vocabulary: tuple[str, ...]
    ) -> Recognized:
        text = " ".join(_read(run) for run in _runs(samples)).strip()
        if DEADLY in text:
            os._exit(1)
        if ENDLESS in text:
            os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(_LONG * text.count(SLOW))
        return Recognized(text)

    def close(self) -> None: ...


def _runs(samples: "array[float]") -> Iterator["array[float]"]:
    """The stretches that are not silent; a dip shorter than a block is none."""
    start, last = None, 0
    for index, sample in enumerate(samples):
        if sample < _SILENCE:
            continue
        if start is not None and index - last > _BLOCK_SAMPLES:
            yield samples[start : last + 1]
            start = None
        start, last = index if start is None else start, index
    if start is not None:
        yield samples[start : last + 1]


def _read(run: "array[float]") -> str:
    count = round(len(run) / _BLOCK_SAMPLES)
    nibbles = [_nibble(run, block) for block in range(count)]
    pairs = zip(nibbles[::2], nibbles[1::2], strict=False)
    return bytes(high << 4 | low for high, low in pairs).decode(errors="ignore")


def _nibble(run: "array[float]", block: int) -> int:
    """Read in the middle of the block, where no edge rings."""
    start = block * _BLOCK_SAMPLES
    middle = run[start + _BLOCK_SAMPLES // 4 : start + _BLOCK_SAMPLES * 3 // 4]
    amplitude = sum(middle) / max(len(middle), 1) * 32768
    return min(max(round((amplitude - _LOWEST) / _STEP), 0), LEVELS - 1)
