"""Things with a form of their own: dates, money, addresses, persons."""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from ...frozen import dataclass
from ...protocol.events import InsightId
from .date_grammar import CARDINALS, DURATION_SPAN, number
from .dates import find_dates
from .findings import Entity, Place, Said
from .patterns import LatePattern


@dataclass(frozen=True, slots=True)
class _Span:
    type: str
    sub_type: str
    start: int
    end: int
    value: str


_ONES = "|".join(sorted(CARDINALS, key=len, reverse=True))
_AMOUNT = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?"
    rf"|(?:(?:{_ONES}|a|hundred|thousand|million|and)[ -]){{0,12}}"
    rf"(?:{_ONES}|hundred|thousand|million))"
)
_SCALE = r"(?:\s?(?P<scale>hundred|thousand|million|billion|k|m|bn)\b)?"
_CURRENCIES = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "dollar": "USD",
    "buck": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "cent": "cents",
    "yen": "JPY",
}
_MONEY = LatePattern(
    rf"(?P<sign>[$€£])\s?(?P<signed>\d[\d,]*(?:\.\d+)?){_SCALE}"
    rf"|\b(?P<amount>{_AMOUNT}){_SCALE.replace('scale', 'scale_after')}"
    r"\s(?P<unit>dollar|euro|pound|buck|cent|yen)s?\b",
)
_PERCENT = LatePattern(rf"(?<![\w.])(?P<amount>{_AMOUNT})\s?(?:%|per\s?cent\b)")
_NUMBER = LatePattern(rf"(?<![\w.,-])(?P<amount>{_AMOUNT})(?![\w%-]|[.,]\d)")
_EMAIL = re.compile(
    # Bounds keep a text without blanks from being read again from each of its letters.
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|\b[\w+-]{1,64}(?: dot [\w+-]{1,64}){0,5} at [\w-]{1,63}"
    r" dot (?:com|org|net|edu|gov|io|de|uk|co)\b",
    re.IGNORECASE,
)
_URL = re.compile(
    r"\b(?:https?://[^\s,;]+|www\.[\w.-]+[^\s,;.]*"
    r"|(?<![\w-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.(?:com|org|net|edu|gov|io|dev|app)\b(?:/[^\s,;]*)?)",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.])\+?(?:\(\d{2,4}\)[ -]?)?\d{2,4}(?:[ .-]\d{2,4}){2,4}(?![\w.]\d)"
)
_PHONE_DIGITS = range(7, 16)
_PLACE = re.compile(
    r"\b(?:in|near)\s(?P<place>(?:[A-Z][a-z]{2,})"
    r"(?:\s[A-Z][a-z]+)?)(?=[\s.,?!]|$)"
    r"(?:\s(?P<kind>office|street|airport|station|university))?"
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Doctor)\.?\s[A-Z][\w'’-]+")
_MAGNITUDES = {
    "hundred": 100,
    "thousand": 1000,
    "k": 1000,
    "million": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
}


def find_entities(
    said: Said,
    now: datetime,
    names: Iterable[str],
    new_id: Callable[[str], InsightId],
) -> tuple[Entity, ...]:
    """The entities of *said*, one for each value, in the order of their places."""
    places: dict[tuple[str, str, str], list[_Span]] = {}
    for span in _apart(list(_spans(said.text, now, tuple(names)))):
        places.setdefault((span.type, span.sub_type, span.value), []).append(span)
    return tuple(
        Entity(
            id=new_id(f"entity:{said.id}:{kind}:{value}"),
            type=kind,
            sub_type=sub_type or None,
            text=said.text[spans[0].start : spans[0].end],
            value=value,
            places=tuple(Place(said.id, said.text, span.start) for span in spans),
        )
        for (kind, sub_type, value), spans in places.items()
    )


def _spans(text: str, now: datetime, names: tuple[str, ...]) -> Iterator[_Span]:
    """Candidates; of two that overlap the earlier yielded counts."""
    for match in _EMAIL.finditer(text):
        yield _Span("email", "", *match.span(), _email(match.group()))
    for match in _URL.finditer(text):
        yield _Span("url", "", *match.span(), match.group().lower())
    yield from _date_spans(text, now)
    for match in _PHONE.finditer(text):
        digits = re.sub(r"[^\d+]", "", match.group())
        if len(digits.lstrip("+")) in _PHONE_DIGITS:
            yield _Span("phone", "", *match.span(), digits)
    for match in DURATION_SPAN.finditer(text):
        if match["count"].lower() not in {"a", "an"}:
            yield _Span("duration", "", *match.span(), _duration(match))
    for match in _MONEY.finditer(text):
        yield _Span("money", _currency(match), *match.span(), _money(match))
    for match in _PERCENT.finditer(text):
        yield _Span("percent", "", *match.span(), _shown(_amount(match["amount"])))
    yield from _persons(text, names)
    for match in _PLACE.finditer(text):
        yield _Span("location", "", *match.span("place"), match["place"])
    for match in _NUMBER.finditer(text):
        if match["amount"].lower() not in {"a", "one"}:
            yield _Span("number", "", *match.span(), _shown(_amount(match["amount"])))


def _date_spans(text: str, now: datetime) -> Iterator[_Span]:
    for date in find_dates(text, now):
        kind = "datetime" if "T" in date.value else "date"
        kind = "daterange" if date.is_range else kind
        yield _Span(kind, "", date.core_start, date.end, date.value)


def _persons(text: str, names: tuple[str, ...]) -> Iterator[_Span]:
    for match in _TITLED.finditer(text):
        yield _Span("person", "", *match.span(), match.group())
    called = {part: name for name in names for part in (name, name.split(" ")[0])}
    for part, name in sorted(called.items(), key=lambda item: -len(item[0])):
        if part and not re.fullmatch(r"speaker(?: \d+)?", part, re.IGNORECASE):
            for match in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text):
                yield _Span("person", "", *match.span(), name)


def _apart(spans: list[_Span]) -> list[_Span]:
    """*spans* by place; of two that overlap, the one that comes first in *spans*."""
    kept: list[_Span] = []
    for span in spans:
        at = bisect(kept, span.start, key=lambda other: other.start)
        beside = kept[max(at - 1, 0) : at + 1]
        if all(span.end <= one.start or span.start >= one.end for one in beside):
            kept.insert(at, span)
    return kept


def _email(text: str) -> str:
    return text.lower().replace(" at ", "@").replace(" dot ", ".")


def _duration(match: re.Match[str]) -> str:
    count = match["count"].lower()
    amount = 0.5 if "half" in count else float(number(count))
    if re.fullmatch(r"\d+\.\d+", count):
        amount = float(count)
    if "and a half" in match.group().lower():
        amount += 0.5
    unit = match["unit"].lower().rstrip("s")
    return f"{_shown(amount)} {unit}" + ("" if amount == 1 else "s")


def _currency(match: re.Match[str]) -> str:
    return _CURRENCIES[(match["sign"] or match["unit"]).lower()]


def _money(match: re.Match[str]) -> str:
    amount = _amount(match["signed"] or match["amount"])
    scale = match["scale"] or match["scale_after"]
    if scale and scale.lower() not in (match["amount"] or "").lower().split():
        amount *= _MAGNITUDES[scale.lower()]
    return f"{_shown(amount)} {_currency(match)}"


def _amount(words: str) -> float:
    """The value of figures or of number words."""
    plain = words.lower().replace(",", "").replace("-", " ").strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return float(plain)
    total, part = 0, 0
    for word in plain.split():
        magnitude = _MAGNITUDES.get(word)
        if word == "hundred" and magnitude:
            part = max(part, 1) * magnitude
        elif magnitude:
            total += max(part, 1) * magnitude
            part = 0
        else:
            part += 1 if word == "a" else CARDINALS.get(word, 0)
    return float(total + part)


def _shown(amount: float) -> str:
    return str(int(amount)) if amount == int(amount) else str(amount)
