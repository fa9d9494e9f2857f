"""Word errors, with substitutions, deletions and insertions apart.

Spelling is made alike first: case, punctuation, hyphens, fillers, titles, and numbers
in digits, which are written out as they are read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    "seventeen", "eighteen", "nineteen",
)
_TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)
# fmt: on
_ALIKE = {"mr": "mister", "mrs": "missus", "dr": "doctor", "ok": "okay"}
_FILLERS = frozenset({"uh", "um", "hmm", "mm", "mhm", "hm", "er", "ah"})


@dataclass(frozen=True, slots=True)
class WordErrors:
    words: int = 0
    """Of the reference."""
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def rate(self) -> float:
        """In per cent of the reference's words."""
        wrong = self.substitutions + self.deletions + self.insertions
        return 100 * wrong / max(self.words, 1)

    def __add__(self, other: Self) -> "WordErrors":
        return WordErrors(
            self.words + other.words,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


def spoken_words(text: str) -> list[str]:
    """The words of *text* as they are spoken, all spelled one way."""
    lowered = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    tokens = re.findall(r"[a-z']+|\d+", lowered)
    words = [word for token in tokens for word in _spoken(token.strip("'"))]
    return [_ALIKE.get(word, word) for word in words if word not in _FILLERS]


def count_errors(reference: Sequence[str], heard: Sequence[str]) -> WordErrors:
    """Those of the cheapest alignment."""
    row = [WordErrors(0, 0, 0, count) for count in range(len(heard) + 1)]
    for done, word in enumerate(reference, 1):
        above, row = row, [WordErrors(0, 0, done, 0)]
        for column, other in enumerate(heard, 1):
            choices = (
                above[column - 1] + WordErrors(0, int(word != other)),
                above[column] + WordErrors(0, 0, 1),
                row[column - 1] + WordErrors(0, 0, 0, 1),
            )
            row.append(min(choices, key=_cost))
    last = row[-1]
    return WordErrors(
        len(reference), last.substitutions, last.deletions, last.insertions
    )


def _cost(errors: WordErrors) -> int:
    return errors.substitutions + errors.deletions + errors.insertions


def _spoken(token: str) -> list[str]:
    if not token.isdigit():
        return [token.replace("'", "")] if token else []
    return _number(int(token))


def _number(number: int) -> list[str]:
    """As people read it: 1455 is fourteen fifty-five."""
    match number:
        case _ if number < 20:
            return [_ONES[number]]
        case _ if number < 100:
            tens, ones = divmod(number, 10)
            return [_TENS[tens - 2], *(_number(ones) if ones else ())]
        case _ if 1100 <= number < 2000 and number % 100 > 9:
            return [*_number(number // 100), *_number(number % 100)]
        case _ if number < 1000:
            hundreds, rest = divmod(number, 100)
            return [_ONES[hundreds], "hundred", *(_number(rest) if rest else ())]
        case _:
            thousands, rest = divmod(number, 1000)
            return [*_number(thousands), "thousand", *(_number(rest) if rest else ())]
