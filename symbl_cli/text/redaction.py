"""Hiding what identifies people: addresses and numbers, written or spoken.

Numbers are hidden by their length alone: a recogniser mishears digits, so a checksum
would let numbers through. Spoken ones are those read digit by digit. Names are not
hidden; nor is what was said over several messages.
"""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum

from ..frozen import dataclass


class Sensitive(StrEnum):
    """What is hidden, by the name that takes its place."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    """A bank card, or another number that long."""
    SSN = "ssn"
    IBAN = "iban"
    IP = "ip"


@dataclass(frozen=True, slots=True)
class Found:
    """*text[start:end]* is *kind*."""

    kind: Sensitive
    start: int
    end: int


def redact(
    text: str, kinds: Collection[str] = frozenset(Sensitive), mask: str | None = None
) -> str:
    """*text* with `[email]` and the like, or *mask*, instead of what is of *kinds*."""
    pieces: list[str] = []
    end = 0
    for found in find(text):
        if found.kind in kinds:
            pieces += [text[end : found.start], mask or f"[{found.kind}]"]
            end = found.end
    return "".join([*pieces, text[end:]])


def redact_unfinished(
    text: str, kinds: Collection[str] = frozenset(Sensitive), mask: str | None = None
) -> str:
    """Like `redact`, for a *text* that goes on: `…` for an end that may become one.

    So no number and no address is shown until it is known what it is.
    """
    hidden = redact(text, kinds, mask)
    held = hidden[: _settled(hidden, kinds)].rstrip()
    return hidden if held == hidden.rstrip() else f"{held} {_MORE}".lstrip()


def find(text: str) -> list[Found]:
    """What is sensitive in *text*, in order and without overlaps."""
    found: list[Found] = []
    for candidate in sorted(_candidates(text), key=_first_and_longest):
        if not found or candidate.start >= found[-1].end:
            found.append(candidate)
    return found


def _first_and_longest(found: Found) -> tuple[int, int]:
    return found.start, -found.end


_SPOKEN_ENDINGS = "com|org|net|edu|gov|io|co|info|me|us|uk|eu|de|fr|es|it|nl"
_PATTERNS = {
    Sensitive.EMAIL: re.compile(
        r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
        # Counted, so that a long text of "a dot a dot" takes no time.
        r"|(?<!\w)\w+(?:\s(?:dot|underscore|dash|hyphen)\s\w+){0,4}\sat"
        rf"(?:\s\w+\sdot){{1,4}}\s(?:{_SPOKEN_ENDINGS})(?!\w)",
        re.IGNORECASE,
    ),
    Sensitive.IBAN: re.compile(
        r"(?<!\w)[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?(?!\w)"
    ),
    Sensitive.IP: re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)"),
}


_MORE = "…"
_JOINT = r"\s(?:dot|underscore|dash|hyphen)"
_UNFINISHED = {
    Sensitive.EMAIL: re.compile(
        r"(?<!\S)[^\s@]*@\S*$"
        rf"|(?<!\w)\w+(?:{_JOINT}\s\w+){{0,4}}"
        rf"(?:{_JOINT}|\sat(?:\s\w+(?:\sdot\s\w+){{0,4}}(?:\sdot)?)?)[\s.,]*$"
        rf"|(?<!\w)\w+(?:{_JOINT}\s\w+){{1,4}}[\s.,]*$",
        re.IGNORECASE,
    ),
    Sensitive.IBAN: re.compile(r"(?<!\w)[A-Z]{2}\d{2}[A-Z0-9\s]{0,40}$"),
}
"""The beginnings of those that begin with something else than a digit."""
_BETWEEN_TO_COME = re.compile(r"[\s().,/+-]*")


def _settled(text: str, kinds: Collection[str]) -> int:
    """Up to where nothing of *kinds* can come into being, whatever follows."""
    begun = [
        match.start()
        for kind, pattern in _UNFINISHED.items()
        if kind in kinds and (match := pattern.search(text))
    ]
    if set(kinds) - {Sensitive.EMAIL}:
        begun += [
            run.start
            for run in _runs(text)
            if _BETWEEN_TO_COME.fullmatch(text, run.end)
        ]
    return min(begun, default=len(text))


def _candidates(text: str) -> Iterator[Found]:
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            yield Found(kind, match.start(), match.end())
    for run in _runs(text):
        number = _kind_of(text[run.start : run.end], run.digits)
        if number is not None:
            yield Found(number, run.start, run.end)


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits that belong together."""

    start: int
    end: int
    digits: int
    ends_single: bool
    """Whether the last token was one digit alone, as numbers are dictated."""


_DIGITS = {"double": 1, "triple": 2}
"""How many digits a word adds to the one that follows; every other word is one."""
_TOKEN = re.compile(
    r"(?<![\w$€£])[+(]*(\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine"
    r"|double|triple)(?!\w)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s)./-]{1,3}")
_BETWEEN_DICTATED = re.compile(r"[\s,.-]{1,3}")


def _runs(text: str) -> Iterator[_Run]:
    run: _Run | None = None
    for token in _TOKEN.finditer(text):
        word = token[1].lower()
        digits = len(word) if word.isdigit() else _DIGITS.get(word, 1)
        start, is_single = token.start(), digits == 1
        if run is not None and _belongs(
            text[run.end : start], run, is_single=is_single
        ):
            start, digits = run.start, run.digits + digits
        elif run is not None:
            yield run
        run = _Run(start, token.end(), digits, is_single)
    if run is not None:
        yield run


def _belongs(gap: str, run: _Run, *, is_single: bool) -> bool:
    is_dictated = run.ends_single and is_single
    between = _BETWEEN_DICTATED if is_dictated else _BETWEEN
    return between.fullmatch(gap) is not None


_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([-./])\d{1,2}\1\d{4}")
_SSN = re.compile(r"\d{3}([-\s]?)\d{2}\1\d{4}")
_SHORTEST_PHONE = 7
_SHORTEST_CARD = 13


def _kind_of(written: str, digits: int) -> Sensitive | None:
    if digits < _SHORTEST_PHONE or _DATE.fullmatch(written):
        return None
    if digits >= _SHORTEST_CARD:
        return Sensitive.CARD
    return Sensitive.SSN if _SSN.fullmatch(written) else Sensitive.PHONE
