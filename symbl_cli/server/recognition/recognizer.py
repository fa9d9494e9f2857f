"""What every recogniser is to the worker that runs it."""

from array import array
from typing import Protocol

from ...frozen import dataclass

SAMPLE_RATE = 16000
"""Of all samples behind the decoder: the detector and the models know no other."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word whose times were measured: seconds from the first of the samples."""

    text: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Recognized:
    """What one stretch of samples says; words and confidence only where measured."""

    text: str
    words: tuple[HeardWord, ...] = ()
    confidence: float | None = None


class Recognizer(Protocol):
    """Keeps nothing from one call to the next: the same samples, the same text."""

    def recognize(
        self, samples: "array[float]", vocabulary: tuple[str, ...]
    ) -> Recognized:
        """*samples*: 32-bit floats, mono, at `SAMPLE_RATE`, of one stretch of speech
        with a second of silence behind it.

        Raises `SymblError` when it cannot; the next call may succeed all the same.
        """

    def close(self) -> None: ...
