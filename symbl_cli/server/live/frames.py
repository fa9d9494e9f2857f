"""Findings and messages as the wire has them: pure."""

from datetime import datetime

from ...errors import SymblError
from ...protocol import events as wire
from ...protocol.events import InsightId, Json, Person
from ...text.terminal import clip
from ..insights import findings
from ..insights.findings import Finding, Party, Place
from ..store.records import MemberRecord, MessageRecord
from .wall import format_time

UNMEASURED_CONFIDENCE = 0.9
"""Stands where the API demands a confidence and the recogniser has none."""


_LONGEST_DETAILS = 500


def person(member: MemberRecord, extra: wire.Fields | None = None) -> Person:
    return Person(
        id=member.id,
        user_id=member.user_id,
        name=member.name,
        email=member.email,
        extra=extra or {},
    )


def party(member: MemberRecord) -> Party:
    return Party(member.name, member.id, member.user_id, member.email)


def estimates(record: MessageRecord) -> tuple[str, ...]:
    """Which of the numbers the API requires were not measured."""
    return tuple(
        name
        for name, is_estimated in (
            ("words", record.words_estimated),
            ("confidence", record.confidence is None),
        )
        if is_estimated
    )


def message(
    record: MessageRecord,
    sender: Person,
    *,
    timezone_offset: int | None = None,
    sentiment: findings.Sentiment | None = None,
) -> wire.Message:
    """§3.10 of one final."""
    shift = record.started_at.timestamp() - record.start
    return wire.Message(
        id=record.id,
        sender=sender,
        content=record.text,
        content_type="text/plain",
        channel="realtime-api",
        timezone_offset=timezone_offset,
        original_content=record.text,
        original_message_id=record.id,
        disable_punctuation=True,
        words=tuple(
            wire.MessageWord(
                text=word.text,
                start_time=_time(shift + word.start, record.started_at),
                end_time=_time(shift + word.end, record.started_at),
            )
            for word in record.words
        ),
        dismissed=False,
        start_time=format_time(record.started_at),
        end_time=format_time(record.ended_at),
        time_offset=round(record.start, 3),
        duration=round(record.end - record.start, 3),
        sentiment=None
        if sentiment is None
        else wire.Sentiment(score=sentiment.score, suggested=sentiment.label),
        estimated=estimates(record),
    )


def _time(seconds: float, like: datetime) -> str:
    return format_time(datetime.fromtimestamp(seconds, like.tzinfo))


def response(finding: Finding) -> wire.ServerEvent | None:
    """The frame that tells of *finding*; a sentiment travels with its message."""
    match finding:
        case findings.Insight():
            return wire.InsightResponse(insights=(_insight(finding),))
        case findings.Topic():
            return wire.TopicResponse(topics=(_topic(finding),))
        case findings.TrackerMatch():
            return wire.TrackerResponse(
                trackers=(_tracker(finding),), is_final=finding.is_final
            )
        case findings.Entity():
            return wire.EntityResponse(entities=(_entity(finding),))
        case findings.Sentiment():
            return None


def failure(message: str, exc: SymblError) -> wire.ErrorMessage:
    """What a client is told of *exc*; what kind it is, and what helps, are ours."""
    return wire.ErrorMessage(
        message=message,
        # It may quote what was sent, and that may be long.
        details=clip(exc.message, _LONGEST_DETAILS),
        extra={"kind": exc.kind, "suggestion": exc.suggestion},
    )


def _party(who: Party | None) -> Person | None:
    if who is None:
        return None
    return Person(id=who.id, user_id=who.user_id, name=who.name, email=who.email)


def _insight(found: findings.Insight) -> wire.Insight:
    return wire.Insight(
        id=found.id,
        type=found.kind.value,
        content=found.text,
        confidence=found.confidence,
        message_id=found.message_ids[0] if found.message_ids else None,
        message_ids=found.message_ids,
        hints=(("confidenceScore", f"{found.confidence:.3f}"),),
        assignee=_party(found.assignee),
        sender=_party(found.speaker),
        due=found.due.date if found.due else None,
        tags=_tags(found),
        dismissed=False,
        rev=found.rev,
        removed=found.removed or None,
        answered_by=found.answered_by,
        definitive=found.definitive,
    )


def _tags(found: findings.Insight) -> tuple[wire.Tag, ...]:
    tags = tuple(
        wire.Tag(
            type=tag.type,
            text=tag.text,
            begin_offset=tag.offset,
            value=_tag_value(tag, found.assignee),
        )
        for tag in found.tags
    )
    if found.due is None or any(tag.text == found.due.text for tag in found.tags):
        return tags
    due = wire.Tag(
        type="date",
        text=found.due.text,
        begin_offset=max(0, found.text.find(found.due.text)),
        value={"datetime": found.due.date},
    )
    return (*tags, due)


def _tag_value(tag: findings.Tag, assignee: Party | None) -> Json:
    if tag.type != "person":
        return {"datetime": tag.value}
    value: dict[str, Json] = {"name": tag.value or tag.text, "assignee": False}
    if assignee is not None and assignee.name == value["name"]:
        value |= {"assignee": True, "id": assignee.id, "userId": assignee.user_id}
    return value


def _topic(found: findings.Topic) -> wire.Topic:
    return wire.Topic(
        id=found.id,
        phrase=found.text,
        root_words=found.root_words,
        score=found.score,
        message_references=tuple(
            wire.MessageReference(id=one, relation="text instance")
            for one in found.message_ids
        ),
        rev=found.rev,
        removed=found.removed or None,
    )


def _reference(place: Place) -> wire.TextReference:
    return wire.TextReference(id=place.message_id, text=place.text, offset=place.offset)


def _tracker(found: findings.TrackerMatch) -> wire.Tracker:
    return wire.Tracker(
        id=found.id,
        name=found.name,
        matches=(
            wire.TrackerMatch(
                value=found.value,
                type="vocabulary",
                message_refs=tuple(_reference(place) for place in found.places),
            ),
        ),
        rev=found.rev,
        removed=found.removed or None,
    )


def _entity(found: findings.Entity) -> wire.Entity:
    return wire.Entity(
        type=found.type,
        sub_type=found.sub_type,
        category="Managed",
        matches=(
            wire.EntityMatch(
                detected_value=found.text,
                message_refs=tuple(_reference(place) for place in found.places),
            ),
        ),
        id=found.id,
        rev=found.rev,
        removed=found.removed or None,
        value=found.value,
    )


def insight_id(key: int) -> InsightId:
    """*key* as 16 digits, like the ids of the Conversation API (§0 there)."""
    return InsightId(str(4_500_000_000_000_000 + key % 2_400_000_000_000_000))
