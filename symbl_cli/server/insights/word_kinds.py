"""Words by what they do in a sentence, so that a model sees its shape."""

from collections.abc import Sequence

from .clauses import WH
from .stop_words import STOP_WORDS
from .verbs import TASK_VERBS, WORD_VERBS

_LISTED = {
    "TIME": (
        "later after afterwards tomorrow tonight today soon week weeks weekend month"
        " months monday tuesday wednesday thursday friday saturday sunday next until"
        " till before year day days afternoon evening morning deadline end january"
        " february march april may june july august september october november"
        " december minutes hours hour"
    ),
    "WILL": "will shall",
    "WOULD": "would could might",
    "SHOULD": "should ought must",
    "CAN": "can",
    "BE": "am is are 's be been being",
    "PAST": "was were did had",
    "HAVE": "have has",
    "DO": "do does",
    "PERSON": "him her them someone somebody people everybody everyone anybody anyone",
    "DET": "the a an some any",
    "POSS": "my your our their his",
    "NUM": (
        "one two three four five six seven eight nine ten twenty thirty forty fifty"
        " hundred"
    ),
}
_KINDS = {word: kind for kind, words in _LISTED.items() for word in words.split()}
_PRONOUNS = frozenset("i we you it they he she there this that these those".split())
OTHER = "X"


def kind_of(word: str) -> str:
    """What *word* is: of time, a task's verb, …; small words are their own kind."""
    if word in _PRONOUNS:
        return word
    if word in _KINDS:
        return _KINDS[word]
    if word in WH:
        return "WH"
    if word.isdigit():
        return "NUM"
    return _kind_of_content(word)


def _kind_of_content(word: str) -> str:
    if word in TASK_VERBS:
        return "TASK"
    if word in WORD_VERBS:
        return "SAY"
    if word in STOP_WORDS:
        return word
    if word.endswith("ing"):
        return "ING"
    return "ED" if word.endswith("ed") else OTHER


def shape_of(words: Sequence[str]) -> list[str]:
    """The kinds of *words*, runs of others being one."""
    shape: list[str] = []
    for word in words:
        kind = kind_of(word)
        if kind != OTHER or shape[-1:] != [OTHER]:
            shape.append(kind)
    return shape
