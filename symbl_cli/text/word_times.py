"""Times for words whose recogniser gives none: spread over the segment, by length."""

from ..frozen import dataclass


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word and where it is thought to be, in the unit that was given."""

    text: str
    start: float
    end: float


def spread_words(text: str, start: float, end: float) -> tuple[TimedWord, ...]:
    """The words of *text*, one after the other, filling *start* to *end*.

    An estimate, to be marked as one wherever it is shown.
    """
    words = text.split()
    weights = [_weight(word) for word in words]
    scale = (end - start) / sum(weights) if weights else 0.0
    timed, passed = [], 0
    for word, weight in zip(words, weights, strict=True):
        edges = start + passed * scale, start + (passed + weight) * scale
        timed.append(TimedWord(word, *edges))
        passed += weight
    return tuple(timed)


def _weight(word: str) -> int:
    """How long a word takes: its letters, and a pause where the sentence breathes."""
    return len(word) + 1 + (2 if word[-1] in ".,;:?!" else 0)
