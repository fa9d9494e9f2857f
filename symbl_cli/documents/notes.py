"""The notes of a meeting in Markdown: what was said, asked and agreed.

In parts, so that a meeting can be written down while it goes on: `heading` and
`paragraph` as they come, `sections` at its end.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from ..frozen import dataclass
from .times import clock, length


@dataclass(frozen=True, slots=True)
class Paragraph:
    speaker: str
    text: str
    start: float
    """Seconds of the recording."""


@dataclass(frozen=True, slots=True)
class Question:
    speaker: str
    text: str
    answer: str | None = None
    """What answered it, if anything did."""


@dataclass(frozen=True, slots=True)
class Task:
    """An action item or a follow-up."""

    text: str
    assignee: str | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What a meeting came to."""

    questions: tuple[Question, ...] = ()
    action_items: tuple[Task, ...] = ()
    follow_ups: tuple[Task, ...] = ()
    topics: tuple[str, ...] = ()


def notes(
    title: str, began: datetime, paragraphs: Iterable[Paragraph], findings: Findings
) -> str:
    """All of a meeting."""
    said = "".join(map(paragraph, paragraphs))
    return heading(title, began) + said + sections(findings)


def heading(title: str, began: datetime) -> str:
    """The first lines, down to the heading of the transcript."""
    when = f"{began:%Y-%m-%d %H:%M}"
    return f"# {_inline(title) or 'Conversation'}\n\n{when}\n\n## Transcript\n\n"


def paragraph(said: Paragraph) -> str:
    return (
        f"**{_inline(said.speaker)}** ({clock(said.start)}): {_inline(said.text)}\n\n"
    )


def gap(start: float, seconds: float, speaker: str = "") -> str:
    """Nothing was recorded for *seconds* from *start* on: of *speaker*, if named."""
    whose = f" of {_inline(speaker)}" if speaker else ""
    return f"*({clock(start)}) Nothing{whose} was recorded for {length(seconds)}.*\n\n"


def sections(findings: Findings) -> str:
    """Questions, action items, follow-ups and topics; those there are."""
    parts = (
        _section("Questions", map(_question, findings.questions)),
        _section("Action items", map(_task, findings.action_items)),
        _section("Follow-ups", map(_task, findings.follow_ups)),
        _section("Topics", map(_inline, findings.topics)),
    )
    return "".join(parts)


def _section(name: str, items: Iterable[str]) -> str:
    listed = "".join(f"- {item}\n" for item in items)
    return f"## {name}\n\n{listed}\n" if listed else ""


def _question(question: Question) -> str:
    asked = f"{_inline(question.speaker)}: {_inline(question.text)}"
    if question.answer is None:
        return f"{asked} (open)"
    return f"{asked}\n  - Answer: {_inline(question.answer)}"


def _task(task: Task) -> str:
    """With a box to tick."""
    agreed = ", ".join(_known(task.assignee, task.due))
    return f"[ ] {_inline(task.text)}" + (f" ({agreed})" if agreed else "")


def _known(assignee: str | None, due: str | None) -> Iterator[str]:
    if assignee:
        yield f"**{_inline(assignee)}**"
    if due:
        yield _inline(due)


_SPECIAL = re.compile(r"[\\`*_\[\]<>~|#&]")


def _inline(text: str) -> str:
    """*text* on one line, as Markdown that shows it and does nothing else."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
