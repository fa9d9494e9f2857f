"""What a run has heard, as a conversation that can be imported."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from ..lines import (
    Assignee,
    Entity,
    Insight,
    InsightKind,
    Revised,
    SpeakerRef,
    Topic,
    Tracker,
    Transcript,
)
from ..protocol import resources as r
from ..protocol.events import InsightId, Person, TextReference, TrackerMatch
from ..protocol.events import Tracker as WireTracker

_T = TypeVar("_T")


def export_of(
    conversation_id: str,
    title: str | None,
    started_at: datetime,
    bodies: Sequence[Revised],
) -> r.Export:
    """*bodies* as one conversation; insights keep their ids and what they point to."""
    said = sorted(_of(bodies, Transcript), key=lambda line: line.start)
    insights = list(_of(bodies, Insight))
    return r.Export(
        conversation=r.Conversation(
            id=conversation_id,
            name=title,
            start_time=started_at,
            end_time=max((_end(line) for line in said), default=started_at),
        ),
        messages=tuple(map(_message, said)),
        topics=tuple(map(_topic, _of(bodies, Topic))),
        questions=tuple(
            _question(one) for one in insights if one.kind is InsightKind.QUESTION
        ),
        action_items=tuple(_items(insights, InsightKind.ACTION_ITEM)),
        follow_ups=tuple(_items(insights, InsightKind.FOLLOW_UP)),
        trackers=tuple(map(_tracker, _of(bodies, Tracker))),
        entities=tuple(map(_entity, _of(bodies, Entity))),
    )


def as_known(known: Iterable[Revised], heard: Iterable[Revised]) -> list[Revised]:
    """*heard*, with its speakers as *known* has them: by name, as ids may differ."""
    people = {one.name: one for one in reversed(list(map(_speaker, known))) if one}
    return [_said_by(body, people) for body in heard]


def _speaker(body: Revised) -> SpeakerRef | None:
    match body:
        case Transcript() | Insight():
            return body.speaker
        case _:
            return None


def _said_by(body: Revised, people: Mapping[str, SpeakerRef]) -> Revised:
    match body:
        case Transcript() | Insight():
            speaker = people.get(body.speaker.name, body.speaker)
            return replace(body, speaker=speaker)
        case _:
            return body


def _of(bodies: Iterable[object], cls: type[_T]) -> Iterable[_T]:
    return (body for body in bodies if isinstance(body, cls))


def _end(line: Transcript) -> datetime:
    return line.at + timedelta(seconds=line.end - line.start)


def _person(speaker: SpeakerRef) -> Person:
    return Person(id=speaker.id, name=speaker.name)


def _message(line: Transcript) -> r.Message:
    return r.Message(
        id=line.id,
        text=line.text,
        sender=_person(line.speaker),
        start_time=line.at,
        end_time=_end(line),
        time_offset=line.start,
        duration=line.end - line.start,
        estimated=("words",),
    )


def _question(line: Insight) -> r.Question:
    return r.Question(
        id=line.id,
        rev=line.rev,
        text=line.text,
        score=line.confidence,
        message_ids=line.message_ids,
        sender=_person(line.speaker),
        answered_by=line.answered_by,
    )


def _items(lines: Iterable[Insight], kind: InsightKind) -> Iterable[r.ActionItem]:
    for line in lines:
        if line.kind is kind:
            yield r.ActionItem(
                id=line.id,
                rev=line.rev,
                type=kind.value,
                text=line.text,
                score=line.confidence,
                message_ids=line.message_ids,
                sender=_person(line.speaker),
                definitive=line.definitive,
                assignee=_assignee(line.assignee),
                due_by=line.due.date if line.due else None,
            )


def _assignee(assignee: Assignee | None) -> Person:
    if assignee is None:
        return Person()
    return Person(id=assignee.id, name=assignee.name)


def _topic(line: Topic) -> r.Topic:
    return r.Topic(
        id=line.id,
        rev=line.rev,
        text=line.text,
        score=line.score,
        root_words=line.root_words,
        message_ids=line.message_ids,
    )


def _tracker(line: Tracker) -> WireTracker:
    places = tuple(TextReference(id=one) for one in line.message_ids)
    match = TrackerMatch(value=line.match, message_refs=places)
    return WireTracker(
        id=InsightId(line.id), rev=line.rev, name=line.name, matches=(match,)
    )


def _entity(line: Entity) -> r.Entity:
    return r.Entity(
        id=line.id,
        rev=line.rev,
        type=line.kind,
        text=line.text,
        value=line.value,
        message_refs=tuple(TextReference(id=one) for one in line.message_ids),
    )
