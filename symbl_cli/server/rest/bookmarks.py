"""Moments that people marked (§2.21)."""

from dataclasses import replace

from ...protocol.events import Json, MessageId, MessageReference, Person
from ...protocol.resource_table import read, write
from ...protocol.resources import Bookmark
from ..store.changes import DeleteMark, SaveMark
from ..store.records import ConversationRecord, MarkRecord
from .exchange import Call, Refused, Reply, check_length
from .people import said_in
from .summary import summarise

_LONGEST_DESCRIPTION = 4096


def list_them(call: Call, record: ConversationRecord) -> Reply:
    marks = call.desk.store.marks(record.id)
    return Reply({"bookmarks": [write(_resource(mark)) for mark in marks]})


def post(call: Call, record: ConversationRecord) -> Reply:
    """Mark a moment: this one, where none is named and the conversation runs."""
    wanted = _read(call)
    start = wanted.begin_time_offset
    if start is None:
        if not record.is_live:
            raise Refused(400, '"beginTimeOffset" is required')
        start = (call.desk.now() - record.started_at).total_seconds()
    mark = record_of(replace(wanted, begin_time_offset=start), record, call)
    call.write(SaveMark(mark))
    call.desk.live.marked(mark)
    return Reply(write(_resource(mark)), 201)


def get(call: Call, record: ConversationRecord) -> Reply:
    return Reply(write(_resource(_known(call, record))))


def put(call: Call, record: ConversationRecord) -> Reply:
    known, wanted = _known(call, record), _read(call)
    start = (
        known.start if wanted.begin_time_offset is None else wanted.begin_time_offset
    )
    mark = record_of(replace(wanted, begin_time_offset=start), record, call)
    changed = replace(mark, id=known.id)
    call.write(SaveMark(changed))
    return Reply(write(_resource(changed)))


def delete(call: Call, record: ConversationRecord) -> Reply:
    call.write(DeleteMark(record.id, _known(call, record).id))
    return Reply({"message": "successfully deleted the bookmark"})


def summarise_all(call: Call, record: ConversationRecord) -> Reply:
    """What was said at each mark."""
    marks = call.desk.store.marks(record.id)
    return Reply({"summary": [one for m in marks for one in _summary(call, record, m)]})


def summarise_one(call: Call, record: ConversationRecord) -> Reply:
    return Reply({"summary": _summary(call, record, _known(call, record))})


def record_of(wanted: Bookmark, record: ConversationRecord, call: Call) -> MarkRecord:
    return MarkRecord(
        id=call.desk.new_id(),
        conversation_id=record.id,
        label=wanted.label,
        description=wanted.description or "",
        start=wanted.begin_time_offset or 0.0,
        duration=wanted.duration or 0.0,
        message_ids=tuple(MessageId(one.id) for one in wanted.message_refs),
        user_name=wanted.user.name,
        user_id=wanted.user.user_id,
        user_email=wanted.user.email,
    )


def _read(call: Call) -> Bookmark:
    wanted = read(Bookmark, call.read_json())
    if not wanted.label.strip():
        raise Refused(400, '"label" is not allowed to be empty')
    if wanted.description == "":
        raise Refused(400, '"description" is not allowed to be empty')
    check_length("label", wanted.label)
    check_length("description", wanted.description, _LONGEST_DESCRIPTION)
    for name in (wanted.user.name, wanted.user.user_id, wanted.user.email):
        check_length("user", name)
    return wanted


def _known(call: Call, record: ConversationRecord) -> MarkRecord:
    name = call.names["bookmark"]
    for mark in call.desk.store.marks(record.id):
        if mark.id == name:
            return mark
    raise Refused(404, "The bookmarkId is either invalid or does not exist.")


def _resource(mark: MarkRecord) -> Bookmark:
    user = Person(name=mark.user_name, user_id=mark.user_id, email=mark.user_email)
    return Bookmark(
        id=mark.id,
        label=mark.label,
        description=mark.description,
        user=user,
        begin_time_offset=mark.start,
        duration=mark.duration,
        message_refs=tuple(MessageReference(id=one) for one in mark.message_ids),
    )


def _summary(call: Call, record: ConversationRecord, mark: MarkRecord) -> list[Json]:
    """Of the messages that *mark* names, or else of those it touches."""
    end = mark.start + mark.duration
    said = (
        one
        for one in said_in(call, record)
        if one.id in mark.message_ids
        or (not mark.message_ids and one.start <= end and one.end >= mark.start)
    )
    return summarise(call, record, said)
