"""Conversations themselves (§2.1 to §2.4)."""

from collections.abc import Iterable
from typing import TypeGuard

from ...protocol import resources
from ...protocol.events import Json
from ...protocol.resource_table import write
from ...protocol.sizes import LONGEST_NAME
from ..store.changes import (
    Change,
    DeleteConversation,
    RenameConversation,
    SetMetadata,
)
from ..store.records import ConversationRecord, MemberRecord
from .exchange import Call, Refused, Reply
from .filters import read_query
from .people import listed

_LONGEST_VALUE = 128
_MOST_VALUES = 100


def list_them(call: Call) -> Reply:
    records = call.desk.store.conversations(call.request.tenant, read_query(call))
    return Reply({"conversations": [write(one) for one in described(call, records)]})


def get(call: Call, record: ConversationRecord) -> Reply:
    (described_one,) = described(call, (record,))
    return Reply(write(described_one))


def put(call: Call, record: ConversationRecord) -> Reply:
    """Change metadata, all of it, and (ours) the name."""
    body = call.read_json()
    if not isinstance(body, dict):
        raise Refused(400, "the body must be an object")
    changes: list[Change] = []
    answer: dict[str, Json] = {"id": record.id}
    if (metadata := body.get("metadata")) is not None:
        if not _is_metadata(metadata):
            problem = (
                f"must be strings of at most {_LONGEST_VALUE} characters,"
                f" {_MOST_VALUES} at most"
            )
            raise Refused(400, f'"metadata" {problem}')
        changes.append(SetMetadata(record.id, metadata))
        answer["metadata"] = body["metadata"]
    if (name := body.get("name")) is not None:
        if not (isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_NAME):
            raise Refused(400, f'"name" must have 1 to {LONGEST_NAME} characters')
        changes.append(RenameConversation(record.id, name))
        answer["name"] = name
    if not changes:
        raise Refused(400, '"metadata" is required')
    call.write(*changes)
    return Reply(answer)


def delete(call: Call, record: ConversationRecord) -> Reply:
    if record.is_live:
        raise Refused(409, "the conversation is still running")
    call.write(DeleteConversation(record.id))
    return Reply({"message": "successfully deleted the conversation"})


def described(
    call: Call, records: Iterable[ConversationRecord]
) -> list[resources.Conversation]:
    """*records* with their members."""
    wanted = tuple(records)
    by_conversation: dict[str, list[MemberRecord]] = {one.id: [] for one in wanted}
    for member in call.desk.store.members(*(one.id for one in wanted)):
        by_conversation[member.conversation_id].append(member)
    return [_resource(one, by_conversation[one.id]) for one in wanted]


def _resource(
    record: ConversationRecord, members: Iterable[MemberRecord]
) -> resources.Conversation:
    return resources.Conversation(
        id=record.id,
        type=record.type,
        name=record.name or record.id,
        start_time=record.started_at,
        end_time=None if record.is_live else record.ended_at,
        members=tuple(listed(member) for member in members),
        metadata=record.metadata or None,
    )


def _is_metadata(value: Json) -> TypeGuard[dict[str, str]]:
    if not isinstance(value, dict) or len(value) > _MOST_VALUES:
        return False
    return all(
        isinstance(one, str) and len(one) <= _LONGEST_VALUE
        for one in (*value, *value.values())
    )
