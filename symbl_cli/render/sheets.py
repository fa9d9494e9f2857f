"""Conversations and what is in them as tables of text; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ..documents.times import clock
from ..frozen import dataclass
from ..protocol import resources as r
from ..protocol.events import Person, Tracker

_OPEN = "open"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table for people, and the same as lines of text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    """What a pipe gets."""


def conversations(items: Iterable[r.Conversation]) -> Sheet:
    columns = ("ID", "Started", "Length", "Name", "Who")
    return _tabbed(columns, (_conversation(item) for item in items))


def _conversation(item: r.Conversation) -> tuple[str, ...]:
    who = ", ".join(member.name or "" for member in item.members)
    name = "" if item.name == item.id else item.name or ""
    return item.id, _local(item.start_time), _length(item), name, who


def _local(moment: datetime | None) -> str:
    """Nothing where no calendar here has *moment*: others may send any year."""
    try:
        return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else ""
    except (ValueError, OverflowError):
        return ""


def _length(item: r.Conversation) -> str:
    if item.start_time is None:
        return ""
    if item.end_time is None:
        return "live"
    return clock((item.end_time - item.start_time).total_seconds())


def whole(item: r.Conversation, counts: Mapping[str, int]) -> Sheet:
    """One conversation, and how much of what it holds."""
    metadata = item.metadata or {}
    facts = (
        ("ID", item.id),
        ("Name", item.name or ""),
        ("Started", _local(item.start_time)),
        ("Length", _length(item)),
        ("Who", ", ".join(member.name or "" for member in item.members)),
        *((what, str(count)) for what, count in counts.items()),
        *((key, str(value)) for key, value in metadata.items()),
    )
    return _tabbed(("", ""), facts)


def messages(items: Sequence[r.Message]) -> Sheet:
    rows = tuple(
        (clock(item.time_offset or 0.0), _name(item.sender), item.text)
        for item in items
    )
    lines = tuple(f"[{time}] {who}: {text}" for time, who, text in rows)
    return Sheet(("Time", "Who", "Text"), rows, lines)


def questions(items: Sequence[r.Question], spoken: Sequence[r.Message]) -> Sheet:
    starts = _starts(spoken)
    rows = tuple(
        (
            _time(item.message_ids, starts),
            _name(item.sender),
            item.text,
            _answered(item, starts),
        )
        for item in items
    )
    lines = tuple(f"{_bracketed(time)}? {who}: {text}" for time, who, text, _ in rows)
    return Sheet(("Time", "Who", "Question", "Answered"), rows, lines)


def action_items(items: Sequence[r.ActionItem], spoken: Sequence[r.Message]) -> Sheet:
    return _agreed("Action item", "!", items, spoken)


def follow_ups(items: Sequence[r.ActionItem], spoken: Sequence[r.Message]) -> Sheet:
    return _agreed("Follow-up", ">", items, spoken)


def _agreed(
    title: str, sign: str, items: Sequence[r.ActionItem], spoken: Sequence[r.Message]
) -> Sheet:
    starts = _starts(spoken)
    rows = tuple(
        (
            _time(item.message_ids or (), starts),
            item.text,
            item.assignee.name or "",
            _due(item.due_by),
        )
        for item in items
    )
    lines = tuple(_agreed_line(sign, *row) for row in rows)
    return Sheet(("Time", title, "Who", "Due"), rows, lines)


def _agreed_line(sign: str, time: str, text: str, who: str, due: str) -> str:
    known = ", ".join(one for one in (who, due) if one)
    return f"{_bracketed(time)}{sign} {text}" + (f" ({known})" if known else "")


def _due(due_by: str | None) -> str:
    """`2026-11-27`, with the time of day where one was said: `2026-11-27 15:00`."""
    day, _, time = (due_by or "").partition("T")
    return f"{day} {time[:5]}" if time else day


def topics(items: Iterable[r.Topic]) -> Sheet:
    rows = (
        (item.text, _score(item.score), str(len(item.message_ids))) for item in items
    )
    return _tabbed(("Topic", "Score", "Messages"), rows)


def trackers(items: Iterable[Tracker]) -> Sheet:
    rows = tuple(
        (tracker.name, match.value, reference.text or "")
        for tracker in items
        for match in tracker.matches
        for reference in match.message_refs
    )
    lines = tuple(f"# {name}: {value}" for name, value, _ in rows)
    return Sheet(("Tracker", "Phrase", "Said"), rows, lines)


def entities(items: Iterable[r.Entity]) -> Sheet:
    rows = (
        (item.custom_type or item.type, item.text, str(item.value or ""))
        for item in items
    )
    return _tabbed(("Kind", "Text", "Value"), rows)


def members(items: Iterable[Person]) -> Sheet:
    rows = ((item.name or "", item.email or "", item.id or "") for item in items)
    return _tabbed(("Name", "E-mail", "ID"), rows)


def analytics(item: r.Analytics) -> Sheet:
    """Who spoke how long, then the conversation's totals."""
    members = (
        (
            member.name or member.id or "",
            clock(member.talk_seconds or 0.0),
            _percent(member.talk_percentage),
            _score(member.words_per_minute),
        )
        for member in item.members
    )
    totals = (
        (
            metric.type.replace("_", " "),
            clock(metric.seconds),
            _percent(metric.percent),
            "",
        )
        for metric in item.metrics
    )
    return _tabbed(("Who", "Time", "Share", "Words/min"), (*members, *totals))


def summary(items: Iterable[r.SummarySentence]) -> Sheet:
    return _tabbed(("Summary",), ((item.text,) for item in items))


def _tabbed(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Sheet:
    cells = tuple(tuple(cell.replace("\t", " ") for cell in row) for row in rows)
    return Sheet(columns, cells, tuple("\t".join(row) for row in cells))


def _name(person: Person) -> str:
    return person.name or person.email or "Speaker"


def _starts(spoken: Iterable[r.Message]) -> dict[str, float]:
    return {item.id: item.time_offset or 0.0 for item in spoken}


def _time(message_ids: Sequence[str], starts: Mapping[str, float]) -> str:
    known = [starts[one] for one in message_ids if one in starts]
    return clock(min(known)) if known else ""


def _bracketed(time: str) -> str:
    return f"[{time}] " if time else ""


def _answered(item: r.Question, starts: Mapping[str, float]) -> str:
    if item.answered_by is None:
        return _OPEN
    return _time((item.answered_by,), starts) or "yes"


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:g}"


def _percent(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f} %"
