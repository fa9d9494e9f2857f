"""Dates in a text, found by our own grammar and reckoned from a clock we are given."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from ...frozen import dataclass
from .date_grammar import (
    DATE_HINT,
    DATE_SPAN,
    MONTH_INDEX,
    VAGUE_SPAN,
    WEEKDAY_INDEX,
    number,
)

_FRIDAY = 4
_SUNDAY = 6
_NOON = 12
_LONGEST_MONTH = 31
_LATEST_MORNING_HOUR = 7
"""`by seven` is said of the evening, `at eight` of the morning."""


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date or time of day where it stands in a text."""

    text: str
    """With its preposition: `by Friday`."""
    start: int
    end: int
    value: str
    """ISO date; RFC 3339 where a time of day was said; empty where no day can be
    told (`next meeting`)."""
    core_start: int
    """Where the date itself begins, after the preposition."""
    is_range: bool = False
    """A week, a month: *value* is its last day."""


def find_dates(text: str, now: datetime) -> tuple[DateSpan, ...]:
    """The dates and times in *text*, as one who speaks at *now* means them."""
    if DATE_HINT.search(text) is None:
        return ()
    return tuple(
        span
        for match in DATE_SPAN.finditer(text)
        if (span := _span(match, now)) is not None
    )


def find_due(
    text: str, now: datetime, start: int = 0, task_start: int = 0
) -> DateSpan | None:
    """When *text*, from *start* on, says that something is to be done.

    What follows the task's verb at *task_start* counts first, a day before "later".
    """
    days = [s for s in find_dates(text, now) if s.start >= start and _may_be_due(s)]
    vague = [
        DateSpan(match.group(), match.start(), match.end(), "", match.start())
        for match in VAGUE_SPAN.finditer(text, start)
    ]
    for spans in (days, vague):
        after = [span for span in spans if span.start >= task_start]
        before = [span for span in spans if span.start < task_start]
        if after or before:
            return after[-1] if after else before[0]
    return None


def _may_be_due(span: DateSpan) -> bool:
    return not span.text.lower().startswith(("from ", "as of ", "during "))


def _span(match: re.Match[str], now: datetime) -> DateSpan | None:
    day = _day(match, now)
    clock = match["clock"] or match["clock_first"] or match["clock_alone"]
    value = _value(day, clock, now)
    if value is None:
        return None
    core = match.start() if match["lead"] is None else match.end("lead") + 1
    is_range = bool(match["period"] or match["edge"] or match["weekend"])
    return DateSpan(match.group(), match.start(), match.end(), value, core, is_range)


def _value(day: date | None, clock: str | None, now: datetime) -> str | None:
    if clock is None:
        return day.isoformat() if day else None
    at = _clock_time(clock)
    if at is None:
        return day.isoformat() if day else None
    moment = datetime.combine(day or now.date(), at, tzinfo=now.tzinfo)
    if day is None and moment <= now:
        moment = datetime.combine(now.date() + timedelta(1), at, tzinfo=now.tzinfo)
    return moment.isoformat(timespec="seconds")


def _day(match: re.Match[str], now: datetime) -> date | None:
    today = now.date()
    try:
        return _named_day(match, today) or _relative_day(match, now)
    except (ValueError, OverflowError):  # the 31st of June
        return None


def _named_day(match: re.Match[str], today: date) -> date | None:
    if match["iso"]:
        return date.fromisoformat(match["iso"])
    if match["month"]:
        return _month_day(
            match["month"], match["month_day"], match["month_year"], today
        )
    if match["of_month"]:
        return _month_day(match["of_month"], match["day_of"], match["of_year"], today)
    bare_month = match["bare_month"] or match["for_month"]
    if bare_month:
        index = MONTH_INDEX[bare_month.lower().rstrip(".")]
        return _edge_of_month("end", _named_month(index, today))
    if match["day_only"]:
        return _next_day_of_month(number(match["day_only"]), today)
    if match["weekday"]:
        return _weekday(match, today)
    return None


def _relative_day(match: re.Match[str], now: datetime) -> date | None:
    today = now.date()
    if match["after_tomorrow"]:
        return today + timedelta(2)
    if match["near"]:
        return today + timedelta(1 if match["near"].lower() == "tomorrow" else 0)
    if match["edge"]:
        return _edge(match, today)
    if match["close"]:
        return (
            today if match["close"].lower() != "eow" else _on_or_after(today, _FRIDAY)
        )
    if match["period"]:
        return _period_end(match["period"].lower(), _is_next(match["which"]), today)
    if match["weekend"]:
        return _on_or_after(today, _SUNDAY)
    count = match["ahead_count"] or match["later_count"] or match["next_count"]
    if count:
        unit = match["ahead_unit"] or match["later_unit"] or match["next_unit"]
        return _ahead(number(count), unit.lower().rstrip("s"), now)
    return None


def _month_day(month: str, day: str, year: str | None, today: date) -> date:
    index = MONTH_INDEX[month.lower().rstrip(".")]
    if year:
        return date(int(year), index, number(day))
    this_year = date(today.year, index, number(day))
    return this_year if this_year >= today else this_year.replace(year=today.year + 1)


def _next_day_of_month(day: int, today: date) -> date:
    if not 1 <= day <= _LONGEST_MONTH:
        raise ValueError(day)
    month = today if day >= today.day else _first_of_next_month(today)
    while monthrange(month.year, month.month)[1] < day:
        month = _first_of_next_month(month)
    return month.replace(day=day)


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = WEEKDAY_INDEX[match["weekday"].lower()]
    which = (match["which_day"] or "").lower()
    if which == "next":
        next_monday = today - timedelta(today.weekday()) + timedelta(7)
        return next_monday + timedelta(wanted)
    if which == "this":
        return _on_or_after(today, wanted)
    found = _on_or_after(today + timedelta(1), wanted)
    return found + timedelta(7) if match["day_week"] else found


def _on_or_after(day: date, weekday: int) -> date:
    return day + timedelta((weekday - day.weekday()) % 7)


def _is_next(which: str) -> bool:
    return which.lower() in {"next", "coming", "following"}


def _edge(match: re.Match[str], today: date) -> date | None:
    unit = match["edge_of"].lower().rstrip(".")
    is_next = "next" in (match["edge_which"] or "").lower()
    edge = match["edge"].lower()
    if unit in MONTH_INDEX:
        return _edge_of_month(edge, _named_month(MONTH_INDEX[unit], today))
    if unit in {"day", "business"}:
        return today
    last = _period_end(unit, is_next, today)
    if edge == "end" or last is None:
        return last
    if unit == "week":
        return last - timedelta(4 if edge in {"beginning", "start"} else 2)
    return _edge_of_month(edge, last) if unit == "month" else last


def _named_month(month: int, today: date) -> date:
    year = today.year + (1 if month < today.month else 0)
    return date(year, month, 1)


def _edge_of_month(edge: str, month: date) -> date:
    day = {"beginning": 1, "start": 1, "middle": 15}.get(edge)
    return month.replace(day=day or monthrange(month.year, month.month)[1])


def _period_end(period: str, is_next: bool, today: date) -> date | None:
    match period:
        case "week":
            monday = today - timedelta(today.weekday()) + timedelta(7 * is_next)
            return monday + timedelta(_FRIDAY)
        case "weekend":
            return _on_or_after(today, _SUNDAY) + timedelta(7 * is_next)
        case "month":
            month = _first_of_next_month(today) if is_next else today
            return _edge_of_month("end", month)
        case "quarter":
            return _quarter_end(today, is_next)
        case "year":
            return date(today.year + is_next, 12, 31)
        case "morning" | "afternoon" | "evening" | "night":
            return today
        case _:
            return None


def _quarter_end(today: date, is_next: bool) -> date:
    last = 3 * ((today.month - 1) // 3) + 3 + 3 * is_next
    year, month = (today.year, last) if last <= _NOON else (today.year + 1, last - 12)
    return date(year, month, monthrange(year, month)[1])


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)


def _ahead(count: int, unit: str, now: datetime) -> date:
    today = now.date()
    match unit:
        case "minute":
            return (now + timedelta(minutes=count)).date()
        case "hour":
            return (now + timedelta(hours=count)).date()
        case "day":
            return today + timedelta(count)
        case "week":
            return today + timedelta(7 * count)
        case "month" | "quarter":
            return _months_ahead(today, count if unit == "month" else 3 * count)
        case _:
            return _months_ahead(today, 12 * count)


def _months_ahead(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _clock_time(clock: str) -> time | None:
    plain = re.sub(r"[\s.’']+", " ", clock.lower()).strip()
    if plain in {"noon", "midday"}:
        return time(_NOON)
    if plain == "midnight":
        return time(23, 59)
    found = re.match(r"(?:(half past|quarter past|quarter to) )?([\w]+)", plain)
    if found is None:
        return None
    minute = {"half past": 30, "quarter past": 15}.get(found[1] or "", 0)
    minutes = re.match(r"\d+[: ]([0-5]\d)", plain)
    if minutes:
        minute = int(minutes[1])
    minute = next((m for w, m in _SPOKEN_MINUTES if w in plain.split()), minute)
    hour = _hour(number(found[2]), plain)
    if found[1] == "quarter to":
        hour, minute = hour - 1, 45
    return time(hour % 24, minute)


_SPOKEN_MINUTES = (("fifteen", 15), ("thirty", 30), ("forty-five", 45))


def _hour(hour: int, plain: str) -> int:
    is_evening = re.search(r"\bp ?m\b|\d ?pm|afternoon|evening|night", plain)
    is_morning = re.search(r"\ba ?m\b|\d ?am|morning", plain)
    if is_evening:
        return hour if hour >= _NOON else hour + _NOON
    if is_morning:
        return hour % _NOON
    is_digital = re.match(r"\d\d:", plain)
    return hour + _NOON if hour <= _LATEST_MORNING_HOUR and not is_digital else hour
