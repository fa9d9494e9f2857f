"""Whether the message that answers a question is found, beside simply the next one.

Questions of meetings, drawn at random, were read with the eight turns after them; kept
are ids of the question and of the turns that may count as its first answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from benchmarks.insight_data import NOW, Labelled, rows
from benchmarks.insight_scores import head
from symbl_cli.protocol.events import InsightId, MessageId
from symbl_cli.server.insights.findings import Insight, Party, Said
from symbl_cli.server.insights.insights import Insights
from symbl_cli.server.insights.settings import InsightSettings

LABELS = Path(__file__).parent / "labels" / "answers.jsonl"
_LONGEST_TURN = 40
_WITHIN = 9
"""Turns read with a question, it being the first."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A question with what follows it, and who was read to answer it."""

    turns: tuple[Said, ...]
    answers: frozenset[str]


def show_answers(said: Sequence[Labelled]) -> None:
    """Told answers that are right, answers found, and open questions left open."""
    read = list(_read_labels(messages_of(said)))
    head("Answered by", "told and right", "answers found", "left open of those open")
    for name, find in (("the next speaker", _next_speaker), ("ours", _ours)):
        print(f"| {name} | {' | '.join(_counts(read, find))} |")


def messages_of(said: Iterable[Labelled]) -> list[Said]:
    """Neighbouring utterances of one speaker as one message, until he asks."""
    messages: list[Said] = []
    for one in said:
        start, end = (int(part) / 1000 for part in one.id.rsplit("_", 2)[1:])
        who = Party(one.speaker, f"{one.meeting}:{one.speaker}")
        last = messages[-1] if messages else None
        if last and last.speaker == who and _goes_on(last.text):
            messages[-1] = replace(last, text=f"{last.text} {one.text}", end=end)
        else:
            at = NOW + timedelta(seconds=start)
            messages.append(Said(MessageId(one.id), one.text, who, start, end, at))
    return messages


def _goes_on(text: str) -> bool:
    return len(text.split()) < _LONGEST_TURN and not text.rstrip().endswith("?")


def _read_labels(messages: Sequence[Said]) -> Iterable[_Read]:
    place = {said.id: index for index, said in enumerate(messages)}
    for label in rows(LABELS):
        index = place[label["id"]]
        turns = tuple(messages[index : index + _WITHIN])
        yield _Read(turns, frozenset(label["answers"]))


def _counts(
    read: Sequence[_Read], find: Callable[[_Read], str | None]
) -> tuple[str, str, str]:
    found = [(find(one), one.answers) for one in read]
    told = [(answer, wanted) for answer, wanted in found if answer is not None]
    right = sum(answer in wanted for answer, wanted in told)
    answered = sum(bool(wanted) for _, wanted in found)
    left = sum(answer is None and not wanted for answer, wanted in found)
    return (
        f"{right} of {len(told)}",
        f"{right} of {answered}",
        f"{left} of {len(found) - answered}",
    )


def _next_speaker(read: _Read) -> str | None:
    asked, *after = read.turns
    return next((said.id for said in after if said.speaker != asked.speaker), None)


def _ours(read: _Read) -> str | None:
    """What is told of the last question of the message, in the end."""
    insights = Insights(InsightSettings(kinds=frozenset({"question"})), InsightId)
    found = [one for said in read.turns for one in insights.hear(said)]
    asked = read.turns[0].id
    told: dict[str, str | None] = {
        one.id: one.answered_by
        for one in [*found, *insights.finish()]
        if isinstance(one, Insight) and one.message_ids[-1] == asked
    }
    return list(told.values())[-1] if told else None
