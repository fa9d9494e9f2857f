"""Insights, topics, trackers and entities of an export, as findings."""

from collections.abc import Callable, Iterable, Iterator

from ...frozen import dataclass
from ...protocol import resources
from ...protocol.events import InsightId, Json, MessageId, Person, TextReference
from ...protocol.events import Tracker as WireTracker
from ..insights.findings import (
    Due,
    Entity,
    Finding,
    Insight,
    InsightKind,
    Party,
    Place,
    Tag,
    Topic,
    TrackerMatch,
)
from ..live.frames import UNMEASURED_CONFIDENCE, party
from .imported import People


def findings_in(
    wanted: resources.Export, people: People, new_id: Callable[[], str]
) -> Iterator[Finding]:
    """In the order of the export; what has no id gets one."""
    reading = _Reading(people, new_id)
    yield from map(reading.question, wanted.questions)
    for item in wanted.action_items:
        yield reading.item(item, InsightKind.ACTION_ITEM)
    for item in wanted.follow_ups:
        yield reading.item(item, InsightKind.FOLLOW_UP)
    yield from map(reading.topic, wanted.topics)
    for tracker in wanted.trackers:
        yield from reading.matches(tracker)
    yield from map(reading.entity, wanted.entities)


@dataclass(frozen=True, slots=True)
class _Reading:
    people: People
    new_id: Callable[[], str]

    def question(self, question: resources.Question) -> Insight:
        return Insight(
            id=self._id(question.id),
            rev=question.rev or 1,
            kind=InsightKind.QUESTION,
            text=question.text,
            confidence=_score(question.score),
            message_ids=_ids(question.message_ids),
            speaker=self._party(question.sender),
            answered_by=_answer(question),
        )

    def item(self, item: resources.ActionItem, kind: InsightKind) -> Insight:
        is_assigned = item.assignee != Person()
        return Insight(
            id=self._id(item.id),
            rev=item.rev or 1,
            kind=kind,
            text=item.text,
            confidence=_score(item.score),
            message_ids=_ids(
                item.message_ids or [o.id for o in item.message_refs or ()]
            ),
            speaker=self._party(item.sender),
            assignee=self._party(item.assignee) if is_assigned else None,
            due=_due(item),
            definitive=item.definitive,
            phrases=tuple(phrase.text for phrase in item.phrases),
            tags=tuple(
                Tag(tag.type, tag.text, tag.offset or 0, _tag_value(tag.value))
                for tag in item.tags
            ),
        )

    def topic(self, topic: resources.Topic) -> Topic:
        return Topic(
            id=self._id(topic.id),
            rev=topic.rev or 1,
            text=topic.text,
            score=_score(topic.score),
            root_words=topic.root_words,
            message_ids=_ids(topic.message_ids),
            parents=tuple(parent.text for parent in topic.parent_refs),
        )

    def matches(self, tracker: WireTracker) -> Iterator[TrackerMatch]:
        """One a phrase; the tracker's id goes with the first."""
        for number, match in enumerate(tracker.matches):
            places = _places(match.message_refs)
            yield TrackerMatch(
                id=self._id((tracker.id or "") if number == 0 else ""),
                rev=tracker.rev or 1,
                name=tracker.name,
                value=match.value,
                exact=all(place.offset >= 0 for place in places),
                places=places,
            )

    def entity(self, entity: resources.Entity) -> Entity:
        matched = [
            reference for one in entity.matches for reference in one.message_refs
        ]
        return Entity(
            id=self._id(entity.id or ""),
            rev=entity.rev or 1,
            type=entity.type,
            sub_type=entity.sub_type,
            text=entity.text or next((o.detected_value for o in entity.matches), ""),
            value=_plain(entity.value),
            places=_places(entity.message_refs or matched),
        )

    def _id(self, wanted: str) -> InsightId:
        return InsightId(wanted or self.new_id())

    def _party(self, person: Person) -> Party:
        member = self.people.find(person)
        if member is not None:
            return party(member)
        return Party(person.name or "", person.id, person.user_id, person.email)


def _answer(question: resources.Question) -> MessageId | None:
    return MessageId(question.answered_by) if question.answered_by else None


def _score(score: float | None) -> float:
    return UNMEASURED_CONFIDENCE if score is None else score


def _ids(ids: Iterable[str]) -> tuple[MessageId, ...]:
    return tuple(MessageId(one) for one in ids)


def _due(item: resources.ActionItem) -> Due | None:
    """As it was said, where a tag says so."""
    if item.due_by is None:
        return None
    said = (tag.text for tag in item.tags if tag.value == item.due_by)
    return Due(next(said, ""), item.due_by)


def _tag_value(value: Json) -> str:
    """A date, or a person's name."""
    return _plain(value.get("name")) if isinstance(value, dict) else _plain(value)


def _plain(value: Json) -> str:
    return "" if value is None else str(value)


def _places(references: Iterable[TextReference]) -> tuple[Place, ...]:
    return tuple(
        Place(
            MessageId(one.id),
            one.text or "",
            -1 if one.offset is None else one.offset,
        )
        for one in references
    )
