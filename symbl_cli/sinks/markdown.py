"""Notes in Markdown: the transcript as it comes, what came of it at the end."""

from collections import OrderedDict
from collections.abc import Iterable

from ..documents.notes import (
    Findings,
    Paragraph,
    Question,
    Task,
    gap,
    heading,
    paragraph,
    sections,
)
from ..lines import (
    RECENT,
    Begin,
    End,
    Fold,
    Insight,
    InsightKind,
    Line,
    Topic,
    Transcript,
)
from ..text.terminal import terminal_safe
from .gaps import Gaps
from .output import Output
from .text_form import due_text, weightiest


class Markdown:
    """Writes the heading when the run begins, a paragraph a final, lists at its end.

    And where nothing was recorded, that.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._recent: OrderedDict[str, str] = OrderedDict()
        """The texts of the newest messages: one of them may answer a question."""
        self._answers: dict[str, str | None] = {}
        """The texts of those that do, as far as they were told."""
        self._found = Fold()
        self._gaps = Gaps()

    def handle(self, line: Line) -> None:
        for missing in self._gaps.before(line.body):
            name = terminal_safe(missing.speaker or "")
            self._output.write(gap(missing.start or 0.0, missing.seconds or 0.0, name))
        match line.body:
            case Begin(title=title, started_at=began):
                self._output.write(heading(terminal_safe(title or ""), began))
            case Transcript(final=True) as said if said.text:
                self._say(said)
            case Insight(answered_by=str(answer)) as found:
                self._found.add(found)
                self._answers.setdefault(answer, self._recent.get(answer))
            case Insight() | Topic() as found:
                self._found.add(found)
            case End():
                if text := sections(self._findings()):
                    self._output.write(text)
            case _:
                pass

    def close(self) -> None:
        self._output.close()

    def _say(self, said: Transcript) -> None:
        text = terminal_safe(said.text)
        if said.id in self._answers:
            self._answers[said.id] = text
        if said.id not in self._recent:
            name = terminal_safe(said.speaker.name)
            self._output.write(paragraph(Paragraph(name, text, said.start)))
        self._recent[said.id] = text
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def _findings(self) -> Findings:
        kept = self._found.kept()
        insights = [found for found in kept if isinstance(found, Insight)]
        return Findings(
            questions=tuple(map(self._question, _of(insights, InsightKind.QUESTION))),
            action_items=tuple(map(_task, _of(insights, InsightKind.ACTION_ITEM))),
            follow_ups=tuple(map(_task, _of(insights, InsightKind.FOLLOW_UP))),
            topics=tuple(terminal_safe(topic.text) for topic in weightiest(kept)),
        )

    def _question(self, question: Insight) -> Question:
        return Question(
            terminal_safe(question.speaker.name),
            terminal_safe(question.text),
            self._answers.get(question.answered_by) if question.answered_by else None,
        )


def _of(insights: Iterable[Insight], kind: InsightKind) -> list[Insight]:
    return [insight for insight in insights if insight.kind is kind]


def _task(insight: Insight) -> Task:
    return Task(
        terminal_safe(insight.text),
        terminal_safe(insight.assignee.name) if insight.assignee else None,
        due_text(insight.due) if insight.due else None,
    )
