"""Words that a recogniser keeps getting wrong, put right."""

import re
from collections.abc import Iterable, Iterator

from ..errors import UsageError
from ..protocol.events import Fix


class Fixes:
    """Writes *right* for every *wrong* that stands as words of its own.

    Case does not matter to what is looked for. It does to what is written: a lower-case
    *right* takes the capital that a sentence's first word, or a word in capitals, had;
    any other stays as it is spelled.
    """

    def __init__(self, fixes: Iterable[Fix]) -> None:
        self._right = {_key(fix.wrong): fix.right for fix in fixes if fix.wrong.strip()}
        # The longest first: "new york city" before "new york".
        wrong = sorted(self._right, key=len, reverse=True)
        self._pattern = re.compile(
            rf"(?<!\w)(?:{'|'.join(map(_spelled, wrong))})(?!\w)", re.IGNORECASE
        )

    def apply(self, text: str) -> str:
        return self._pattern.sub(self._fixed, text) if self._right else text

    def _fixed(self, found: re.Match[str]) -> str:
        wrong = found[0]
        right = self._right[_key(wrong)]
        if not right.islower():
            return right
        if wrong.isupper() and len(wrong) > 1:
            return right.upper()
        return right[0].upper() + right[1:] if wrong[0].isupper() else right


def _key(wrong: str) -> str:
    return " ".join(wrong.casefold().split())


def _spelled(wrong: str) -> str:
    """Its pattern: between its words there may be any space."""
    return r"\s+".join(map(re.escape, wrong.split()))


def read_fixes(text: str) -> tuple[Fix, ...]:
    """The fixes of a file, `wrong = right` a line; `#` begins a comment.

    An empty *right* takes the words out. Raises UsageError for anything else.
    """
    return tuple(_read_fixes(text))


def _read_fixes(text: str) -> Iterator[Fix]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        wrong, equals, right = (part.strip() for part in line.partition("="))
        if not (wrong and equals):
            raise UsageError(
                f"line {number} of the fixes is none: {line.strip()!r}",
                suggestion="write `wrong = right`, one a line",
            )
        yield Fix(wrong=wrong, right=right)
