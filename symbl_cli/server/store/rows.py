"""Records as rows of tables, and back."""

from dataclasses import fields
from typing import Any, TypeAlias

from ...protocol.events import MessageId
from .records import (
    ConversationRecord,
    FrameRecord,
    MarkRecord,
    MemberRecord,
    MessageRecord,
    StreamRecord,
    WordRecord,
)

Row: TypeAlias = dict[str, Any]
Plain: TypeAlias = MemberRecord | StreamRecord | MarkRecord | FrameRecord


def plain_row(record: Plain | ConversationRecord | MessageRecord) -> Row:
    """The row of a *record* whose fields are its columns."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def conversation_row(record: ConversationRecord) -> Row:
    return plain_row(record) | {"metadata": dict(record.metadata)}


def message_row(record: MessageRecord) -> Row:
    words = [(w.text, w.start, w.end, w.confidence) for w in record.words]
    return plain_row(record) | {"words": words}


# Rows that are read are used up.


def read_conversation(row: Row) -> ConversationRecord:
    return ConversationRecord(**row)


def read_member(row: Row) -> MemberRecord:
    return MemberRecord(**_without_number(row))


def read_stream(row: Row) -> StreamRecord:
    return StreamRecord(**_without_number(row))


def read_message(row: Row) -> MessageRecord:
    columns = _without_number(row)
    words = tuple(WordRecord(*word) for word in columns.pop("words"))
    return MessageRecord(**columns, words=words)


def read_mark(row: Row) -> MarkRecord:
    columns = _without_number(row)
    message_ids = tuple(MessageId(one) for one in columns.pop("message_ids"))
    return MarkRecord(**columns, message_ids=message_ids)


def read_frame(row: Row) -> FrameRecord:
    return FrameRecord(**row)


def _without_number(row: Row) -> Row:
    del row["number"]
    return row
