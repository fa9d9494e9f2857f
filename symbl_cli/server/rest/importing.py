"""A conversation that comes whole, as it was exported (addition)."""

import re
from dataclasses import replace

from ...protocol.events import ConversationId
from ...protocol.resource_table import read, write
from ...protocol.resources import Bookmark, Conversation, Export
from ..store.changes import AddConversation
from ..store.records import ConversationRecord, MarkRecord
from .bookmarks import record_of
from .completing import missing
from .conversations import described
from .exchange import Call, Refused, Reply
from .imported import People, conversation_record, message_records
from .imported_findings import findings_in

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LAST = "last"


def post(call: Call) -> Reply:
    """With `merge=true` one that is here already gets what it has not."""
    wanted = read(Export, call.read_json())
    known = _known(call, wanted.conversation.id) if call.read_flag("merge") else None
    try:
        if known is not None:
            call.write(*missing(call, wanted, known))
            return Reply(write(_resource(call, known.id)))
        conversation_id = _id(call, wanted.conversation.id)
        call.write(_whole(call, wanted, conversation_id))
    except OverflowError:
        raise Refused(400, "a time lies beyond the calendar") from None
    return Reply(write(_resource(call, conversation_id)), 201)


def _resource(call: Call, conversation_id: ConversationId) -> Conversation:
    record = call.desk.store.conversation(call.request.tenant, conversation_id)
    if record is None:
        raise Refused(409, "the conversation was deleted meanwhile")
    (resource,) = described(call, (record,))
    return resource


def _known(call: Call, wanted: str) -> ConversationRecord | None:
    if wanted == _LAST:
        return None
    return call.desk.store.conversation(call.request.tenant, wanted)


def _id(call: Call, wanted: str) -> ConversationId:
    """The one that it had, unless that is another's here."""
    if wanted == _LAST or not _ID.fullmatch(wanted):
        return ConversationId(call.desk.new_id())
    if call.desk.store.conversation(call.request.tenant, wanted) is not None:
        raise Refused(409, f"conversation {wanted} is here already")
    is_taken = call.desk.store.is_taken(wanted)
    return ConversationId(call.desk.new_id() if is_taken else wanted)


def _whole(call: Call, wanted: Export, owner: ConversationId) -> AddConversation:
    people = People(owner, call.desk.new_member_id)
    for person in wanted.conversation.members:
        people.member(person)
    record = conversation_record(wanted, owner, call.request.tenant, call.desk.now())
    messages = message_records(wanted, record, people, call.desk.new_id)
    if record.ended_at is None:
        ends = (message.ended_at for message in messages)
        record = replace(record, ended_at=max([record.started_at, *ends]))
    return AddConversation(
        record=record,
        messages=tuple(messages),
        findings=tuple(findings_in(wanted, people, call.desk.new_id)),
        members=people.members,
        marks=tuple(_mark(one, record, call) for one in wanted.bookmarks),
    )


def _mark(bookmark: Bookmark, record: ConversationRecord, call: Call) -> MarkRecord:
    mark = record_of(bookmark, record, call)
    return replace(mark, id=bookmark.id or mark.id)
