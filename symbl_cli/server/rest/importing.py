"""A conversation that comes whole, as it was exported (addition)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ...protocol.events import ConversationId
from ...protocol.resource_table import read, write
from ...protocol.resources import Export
from ..store.changes import (
    Change,
    SaveConversation,
    SaveFinding,
    SaveMark,
    SaveMember,
    SaveMessage,
)
from .bookmarks import record_of
from .conversations import described
from .exchange import Call, Refused, Reply
from .imported import People, conversation_record, message_records
from .imported_findings import findings_in

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LAST = "last"


def post(call: Call) -> Reply:
    wanted = read(Export, call.read_json())
    conversation_id = _id(call, wanted.conversation.id)
    try:
        call.write(*_changes(call, wanted, conversation_id))
    except OverflowError:
        raise Refused(400, "a time lies beyond the calendar") from None
    record = call.desk.store.conversation(call.request.tenant, conversation_id)
    if record is None:
        raise Refused(409, "the conversation was deleted meanwhile")
    (resource,) = described(call, (record,))
    return Reply(write(resource), 201)


def _id(call: Call, wanted: str) -> ConversationId:
    """The one that it had, unless that is another's here."""
    if wanted == _LAST or not _ID.fullmatch(wanted):
        return ConversationId(call.desk.new_id())
    if call.desk.store.conversation(call.request.tenant, wanted) is not None:
        raise Refused(409, f"conversation {wanted} is here already")
    is_taken = call.desk.store.is_taken(wanted)
    return ConversationId(call.desk.new_id() if is_taken else wanted)


def _changes(call: Call, wanted: Export, owner: ConversationId) -> Iterator[Change]:
    people = People(owner, call.desk.new_member_id)
    for person in wanted.conversation.members:
        people.member(person)
    record = conversation_record(wanted, owner, call.request.tenant, call.desk.now())
    messages = message_records(wanted, record, people, call.desk.new_id)
    ended_at = max([record.started_at, *(message.ended_at for message in messages)])
    if record.ended_at is None:
        record = replace(record, ended_at=ended_at)
    yield SaveConversation(record)
    yield from (SaveMember(member) for member in people.members)
    yield from (SaveMessage(message) for message in messages)
    for finding in findings_in(wanted, people, call.desk.new_id):
        yield SaveFinding(owner, finding)
    for bookmark in wanted.bookmarks:
        mark = record_of(bookmark, record, call)
        yield SaveMark(replace(mark, id=bookmark.id or mark.id))
