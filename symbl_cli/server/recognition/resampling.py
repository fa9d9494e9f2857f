"""Samples as the recogniser hears them: one channel, 16 kHz."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import soxr

from .recognizer import SAMPLE_RATE

Samples: TypeAlias = npt.NDArray[np.float32]

NOTHING: Samples = np.zeros(0, np.float32)


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


def mix(rows: Samples) -> Samples:
    """One row a sample, one column a channel; their mean."""
    if rows.shape[1] == 1:
        return np.ascontiguousarray(rows[:, 0])
    mixed: Samples = rows.mean(axis=1, dtype=np.float32)
    return mixed
