"""Text as words: contractions spread out, places in the text kept."""

import re
from collections.abc import Sequence

from ...frozen import dataclass

_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*['’]?", re.UNICODE)
_SPLIT_CLITIC = re.compile(r"\s+(?=['’](?:s|m|d|t|re|ve|ll)\b)", re.IGNORECASE)
_NOT = re.compile(r"n['’]?t$")

_WHOLE = {
    "won't": ("will", "not"),
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "shan't": ("shall", "not"),
    "gonna": ("going", "to"),
    "gotta": ("got", "to"),
    "wanna": ("want", "to"),
    "let's": ("let", "us"),
    "gimme": ("give", "me"),
    "lemme": ("let", "me"),
    "i'ma": ("i", "will"),
    "cos": ("because",),
    "'cause": ("because",),
    "cuz": ("because",),
    "ok": ("okay",),
    "e-mail": ("email",),
    "e-mails": ("emails",),
}
_CLITICS = {
    "'ll": "will",
    "'m": "am",
    "'re": "are",
    "'ve": "have",
    "'d": "would",
    "'s": "'s",
}
# What clitics become where a transcript has lost its apostrophes.
_BARE_CLITICS = {"ll": "will", "m": "am", "re": "are", "ve": "have", "s": "'s"}
_BARE_NOT = {"don", "doesn", "didn", "isn", "aren", "wasn", "weren", "won", "couldn"}
_BARE_NOT |= {"wouldn", "shouldn", "haven", "hasn", "hadn", "can", "ain"}
_BARE_NOT_WHOLE = {"won": "will", "can": "can", "ain": "is"}


@dataclass(frozen=True, slots=True)
class Word:
    """A lower-case word; two words of one contraction share its place."""

    norm: str
    start: int
    """Characters into the text."""
    end: int
    is_part: bool = False
    """The second half of a contraction."""


def read_words(text: str) -> tuple[Word, ...]:
    """The words of *text* in order; hesitations are words too."""
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        parts = _spread(match.group().lower().replace("’", "'").strip("."))
        for index, part in enumerate(parts):
            found.append(Word(part, match.start(), match.end(), is_part=index > 0))
    return tuple(_rejoin(found))


def norms(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(word.norm for word in words)


def tidy(text: str) -> str:
    """*text* with clitics put back (`I 'll` → `I'll`) and spaces made single."""
    return re.sub(r"\s+", " ", _SPLIT_CLITIC.sub("", text)).strip()


def _spread(token: str) -> tuple[str, ...]:
    token = token.rstrip("'")
    if token in _WHOLE:
        return _WHOLE[token]
    if token.endswith("n't") and len(token) > len("n't"):
        return (_NOT.sub("", token), "not")
    head, apostrophe, tail = token.rpartition("'")
    clitic = _CLITICS.get(apostrophe + tail)
    if head and clitic:
        return (head, clitic)
    return (token,)


def _rejoin(words: Sequence[Word]) -> list[Word]:
    """Clitics that stand alone (`don t`, `I 'll`) read as what they are."""
    joined: list[Word] = []
    for word in words:
        before = joined[-1].norm if joined else ""
        if word.norm == "t" and before in _BARE_NOT:
            last = joined.pop()
            stem = _BARE_NOT_WHOLE.get(before, before.removesuffix("n"))
            joined.append(Word(stem, last.start, last.end))
            joined.append(Word("not", word.start, word.end, is_part=True))
        elif before and word.norm in _BARE_CLITICS:
            norm = _BARE_CLITICS[word.norm]
            joined.append(Word(norm, word.start, word.end, is_part=True))
        else:
            joined.append(word)
    return joined
