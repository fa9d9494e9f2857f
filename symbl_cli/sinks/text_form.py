"""Lines as people read them, each one line of text; pure."""

from collections.abc import Iterable

from ..documents.times import clock, length
from ..lines import (
    Body,
    Due,
    Firsts,
    Fold,
    Insight,
    InsightKind,
    Revised,
    Status,
    Topic,
    Tracker,
    Transcript,
)
from ..text.terminal import terminal_safe

_SIGNS = {
    InsightKind.QUESTION: "?",
    InsightKind.ACTION_ITEM: "!",
    InsightKind.FOLLOW_UP: ">",
}


class Telling:
    """Tells each final and insight of a run once: its first revision."""

    def __init__(self) -> None:
        self._firsts = Firsts()
        self._topics = Fold()

    def tell(self, body: Body) -> str | None:
        """*body* as a line of text; None if it has none, or had it before."""
        match body:
            case Topic():
                self._topics.add(body)
            case Transcript(final=True, text=text) if text:
                return self._once(body, transcript_text(body))
            case Insight(removed=False):
                return self._once(body, insight_text(body))
            case Tracker(removed=False):
                return self._once(body, f"# {body.name}: {body.match}")
            case _:
                pass
        return None

    def topics(self) -> str | None:
        """The topics as one closing line, the weightiest first; None without any."""
        names = [topic.text for topic in weightiest(self._topics.kept())]
        return terminal_safe(f"Topics: {', '.join(names)}") if names else None

    def _once(self, body: Transcript | Insight | Tracker, text: str) -> str | None:
        if not self._firsts.is_first(body):
            return None
        return terminal_safe(f"[{clock(body.start)}] {text}")


def weightiest(kept: Iterable[Revised]) -> list[Topic]:
    """The topics among *kept*, the weightiest first."""
    topics = (topic for topic in kept if isinstance(topic, Topic))
    return sorted(topics, key=lambda topic: topic.score, reverse=True)


def transcript_text(transcript: Transcript) -> str:
    """`Ann: …`"""
    return f"{transcript.speaker.name}: {transcript.text}"


def insight_text(insight: Insight) -> str:
    """`? Bea: …`, `! … (Bea, 2026-11-27)`, `> … (Bea)`: who and when where known."""
    sign = _SIGNS[insight.kind]
    if insight.kind is InsightKind.QUESTION:
        return f"{sign} {insight.speaker.name}: {insight.text}"
    assignee = [insight.assignee.name] if insight.assignee else []
    due = [due_text(insight.due)] if insight.due else []
    agreed = ", ".join(assignee + due)
    return f"{sign} {insight.text} ({agreed})" if agreed else f"{sign} {insight.text}"


def gap_text(gap: Status) -> str:
    """`[59:58] ~ nothing was recorded for 1 h`"""
    whose = f" of {gap.speaker}" if gap.speaker else ""
    lasted = length(gap.seconds or 0.0)
    text = f"[{clock(gap.start or 0.0)}] ~ nothing{whose} was recorded for {lasted}"
    return terminal_safe(text)


def due_text(due: Due) -> str:
    """`2026-11-27`, with the time of day where one was said: `2026-11-27 15:00`."""
    day, _, time = due.date.partition("T")
    return f"{day} {time[:5]}" if time else day
