"""People and messages of an export, as records."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ...protocol.events import ConversationId, MessageId, Person
from ...protocol.resources import Export, Message, Word
from ..store.records import (
    ConversationRecord,
    MemberRecord,
    MessageRecord,
    WordRecord,
)

_LONGEST = 10 * 366 * 24 * 3600.0
"""Seconds that a conversation may have lasted."""


class People:
    """Finds the member that somebody is, or makes one."""

    def __init__(
        self,
        owner: ConversationId,
        new_member_id: Callable[[], str],
        known: Iterable[MemberRecord] = (),
    ) -> None:
        self._owner = owner
        self._new_member_id = new_member_id
        self._members = list(known)

    @property
    def members(self) -> tuple[MemberRecord, ...]:
        return tuple(self._members)

    def member(self, person: Person) -> MemberRecord:
        known = self.find(person)
        if known is None:
            return self._new(person)
        member = replace(
            known,
            user_id=known.user_id or person.user_id,
            email=known.email or person.email,
        )
        self._members[self._members.index(known)] = member
        return member

    def _new(self, person: Person) -> MemberRecord:
        member = MemberRecord(
            id=person.id or self._new_member_id(),
            conversation_id=self._owner,
            name=person.name or person.email or f"Speaker {len(self._members) + 1}",
            user_id=person.user_id,
            email=person.email,
        )
        self._members.append(member)
        return member

    def find(self, person: Person) -> MemberRecord | None:
        """By id, else by what else is known of *person*."""
        for member in self._members:
            # A line names a speaker by their user id where they have one.
            if person.id is not None and person.id in {member.id, member.user_id}:
                return member
        if person.id is not None:
            return None
        for member in self._members:
            if _is_same(person, member):
                return member
        return None


def _is_same(person: Person, member: MemberRecord) -> bool:
    pairs = (
        (person.user_id, member.user_id),
        (person.email, member.email),
        (person.name, member.name),
    )
    return any(one is not None and one == two for one, two in pairs)


def conversation_record(
    wanted: Export, owner: ConversationId, tenant: str, now: datetime
) -> ConversationRecord:
    """Its start is told, or that of its first message."""
    conversation = wanted.conversation
    times = [one.start_time for one in wanted.messages if one.start_time is not None]
    metadata = conversation.metadata or {}
    return ConversationRecord(
        id=owner,
        tenant=tenant,
        connection_id=f"imported:{owner}",
        started_at=conversation.start_time or min(times, default=now),
        name=conversation.name if conversation.name != conversation.id else None,
        type=conversation.type,
        ended_at=conversation.end_time,
        is_live=False,
        metadata={key: str(value) for key, value in metadata.items()},
    )


def message_records(
    wanted: Export,
    record: ConversationRecord,
    people: People,
    new_id: Callable[[], str],
) -> list[MessageRecord]:
    """Raises OverflowError where a time lies beyond the calendar."""
    records: list[MessageRecord] = []
    previous_end = 0.0
    for message in wanted.messages:
        start = _seconds(message, record.started_at, previous_end)
        end = start + _duration(message)
        previous_end = end
        records.append(
            MessageRecord(
                id=MessageId(message.id or new_id()),
                conversation_id=record.id,
                member_id=people.member(message.sender).id,
                text=message.text,
                start=start,
                end=end,
                started_at=_moment(record, start),
                ended_at=_moment(record, end),
                words=_words(message, record.started_at, start),
                words_estimated="words" in message.estimated,
            )
        )
    return records


def _moment(record: ConversationRecord, seconds: float) -> datetime:
    return record.started_at + timedelta(seconds=seconds)


def _seconds(one: Message | Word, beginning: datetime, otherwise: float) -> float:
    """When *one* started, seconds after *beginning*."""
    if one.start_time is not None:
        return _within((one.start_time - beginning).total_seconds())
    return otherwise if one.time_offset is None else _within(one.time_offset)


def _duration(one: Message | Word) -> float:
    if one.start_time is not None and one.end_time is not None:
        return _within((one.end_time - one.start_time).total_seconds())
    return _within(one.duration or 0.0)


def _within(seconds: float) -> float:
    if seconds > _LONGEST:
        raise OverflowError(seconds)
    return max(seconds, 0.0)


def _words(
    message: Message, beginning: datetime, otherwise: float
) -> tuple[WordRecord, ...]:
    words: list[WordRecord] = []
    for word in message.words or ():
        start = _seconds(word, beginning, otherwise)
        otherwise = start + _duration(word)
        words.append(WordRecord(word.text, start, otherwise, word.score))
    return tuple(words)
