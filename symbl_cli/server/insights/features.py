"""What the models see of a text: runs of words, with their places where it matters."""

from collections.abc import Iterable, Iterator, Sequence

from .clauses import AUXILIARIES, HESITATIONS, SUBJECTS, WH
from .words import norms, read_words, tidy

_LETTERS = frozenset("bcdefghjklmnopqrstuvwxyz")
"""Words broken off after one letter."""
_LONGEST_REPAIR = 3
_OPENERS = frozenset(
    "so and but well okay yeah yes yep right alright now then also like no"
    " anyway actually basically maybe perhaps because or hey sure great good uhhuh"
    " wait".split()
)
_OPENING_PAIRS = frozenset(
    {("i", "mean"), ("you", "know"), ("i", "guess"), ("all", "right")}
)
_DETERMINERS = "the a an your my our their any some".split()
WORD_CLASSES = (
    dict.fromkeys(SUBJECTS, "PRO")
    | dict.fromkeys(AUXILIARIES, "AUX")
    | dict.fromkeys(_DETERMINERS, "DET")
    | dict.fromkeys(WH, "WH")
)


def fluent_words(text: str) -> list[str]:
    """The words of *text* as meant: no hesitations, false starts and repairs."""
    words: list[str] = []
    for word in norms(read_words(tidy(text))):
        if word in HESITATIONS or word in _LETTERS or (word == "'s" and not words):
            continue
        if words and words[-1] == word:
            continue
        words.append(word)
        for size in range(2, _LONGEST_REPAIR + 1):
            if len(words) >= 2 * size and words[-size:] == words[-2 * size : -size]:
                del words[-size:]
    return words


def core_words(words: Sequence[str]) -> list[str]:
    """*words* without what people say before they say something."""
    core = list(words)
    while len(core) > 1:
        if tuple(core[:2]) in _OPENING_PAIRS:
            del core[:2]
        elif core[0] in _OPENERS:
            del core[0]
        else:
            break
    return core


def ngrams(words: Sequence[str], longest: int) -> Iterator[str]:
    """Runs of one to *longest* of *words*, the text's edges being words too."""
    edged = ["<", *words, ">"]
    for size in range(1, longest + 1):
        for start in range(len(edged) - size + 1):
            yield " ".join(edged[start : start + size])


def classed(words: Iterable[str]) -> list[str]:
    """*words*, those of a small class by its name."""
    return [WORD_CLASSES.get(word, word) for word in words]
