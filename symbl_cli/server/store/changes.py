"""What can be written: one frozen value a change, and how each is carried out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias, assert_never

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)

from ...frozen import dataclass
from ...protocol.events import ConversationId, MessageId
from ..insights.findings import Finding
from . import rows, tables
from .faults import deleted
from .finding_rows import finding_row, kind_of
from .records import (
    ConversationRecord,
    FrameRecord,
    MarkRecord,
    MemberRecord,
    MessageRecord,
    StreamRecord,
)
from .rows import Row


@dataclass(frozen=True, slots=True)
class SaveConversation:
    """Begin a conversation, or change a known one as `UpdateConversation` does."""

    record: ConversationRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AddConversation:
    """A whole one that is not there yet: in a twentieth of the time of its pieces.

    Of pieces with the same id the last one counts.
    """

    record: ConversationRecord
    members: tuple[MemberRecord, ...]
    messages: tuple[MessageRecord, ...]
    findings: tuple[Finding, ...]
    marks: tuple[MarkRecord, ...]


@dataclass(frozen=True, slots=True)
class UpdateConversation:
    """It goes on, or has ended; raises StoreError where it was deleted meanwhile.

    Only what changes while it runs is taken (end, whether it is live, how long it is
    resumable, settings): name and metadata may meanwhile be changed by people, and
    have changes of their own.
    """

    record: ConversationRecord


@dataclass(frozen=True, slots=True)
class SaveMember:
    """Add a member; a known one stays as it is (it may have been renamed)."""

    record: MemberRecord


@dataclass(frozen=True, slots=True)
class SaveStream:
    """Add a stream, or replace it: its epoch and position move."""

    record: StreamRecord


@dataclass(frozen=True, slots=True)
class SaveMessage:
    """Add a message, or replace the one of the same id."""

    record: MessageRecord


@dataclass(frozen=True, slots=True)
class SaveFinding:
    """Add a finding, or replace it unless a higher *rev* is known."""

    conversation_id: ConversationId
    finding: Finding


@dataclass(frozen=True, slots=True)
class SaveMark:
    """Add a mark, or replace the one of the same id."""

    record: MarkRecord


@dataclass(frozen=True, slots=True)
class SaveFrame:
    record: FrameRecord


@dataclass(frozen=True, slots=True)
class DropFrames:
    """Nobody can rejoin any more: forget what went out."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True)
class DeleteMark:
    conversation_id: ConversationId
    id: str


@dataclass(frozen=True, slots=True)
class DeleteConversation:
    """With everything derived from it."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True)
class DeleteOld:
    """The same, unless it goes on, or ended after *limit*."""

    conversation_id: ConversationId
    limit: datetime


@dataclass(frozen=True, slots=True)
class RenameConversation:
    conversation_id: ConversationId
    name: str


@dataclass(frozen=True, slots=True)
class RenameMember:
    """Messages and findings follow: they read the name from the member."""

    conversation_id: ConversationId
    member_id: str
    name: str
    email: str | None = None
    """`None` leaves the known one."""


@dataclass(frozen=True, slots=True)
class SetMetadata:
    """Replace the whole map."""

    conversation_id: ConversationId
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AssignMessage:
    """Somebody else said it."""

    conversation_id: ConversationId
    message_id: MessageId
    member_id: str


Addition: TypeAlias = (
    SaveConversation
    | AddConversation
    | UpdateConversation
    | SaveMember
    | SaveStream
    | SaveMessage
    | SaveFinding
    | SaveMark
    | SaveFrame
)
Alteration: TypeAlias = (
    DropFrames
    | DeleteMark
    | DeleteConversation
    | DeleteOld
    | RenameConversation
    | RenameMember
    | SetMetadata
    | AssignMessage
)
Change: TypeAlias = Addition | Alteration


def apply(connection: Connection, change: Change) -> None:
    """Carry *change* out in the transaction of *connection*."""
    match change:
        case SaveConversation(record=conversation):
            if not _update_conversation(connection, conversation):
                row = rows.conversation_row(conversation)
                connection.execute(insert(tables.conversations), row)
        case AddConversation():
            _add_conversation(connection, change)
        case UpdateConversation(record=conversation):
            if not _update_conversation(connection, conversation):
                raise deleted()
        case SaveMember(record=member):
            _add(connection, tables.members, rows.plain_row(member))
        case SaveStream(record=stream):
            _put(connection, tables.streams, rows.plain_row(stream))
        case SaveMessage(record=message):
            _put(connection, tables.messages, rows.message_row(message))
        case SaveFinding(conversation_id=owner, finding=finding):
            _save_finding(connection, owner, finding)
        case SaveMark(record=mark):
            _put(connection, tables.marks, rows.plain_row(mark))
        case SaveFrame(record=frame):
            connection.execute(insert(tables.frames), rows.plain_row(frame))
        case _:
            _alter(connection, change)


def _alter(connection: Connection, change: Alteration) -> None:
    """Change or delete what is there; what is not there is no matter."""
    match change:
        case DropFrames(conversation_id=owner):
            _delete(connection, tables.frames, conversation_id=owner)
        case DeleteMark(conversation_id=owner, id=mark):
            _delete(connection, tables.marks, conversation_id=owner, id=mark)
        case DeleteConversation(conversation_id=owner):
            _delete(connection, tables.conversations, id=owner)
        case DeleteOld(conversation_id=owner, limit=limit):
            table = tables.conversations
            connection.execute(
                delete(table).where(table.c.id == owner, *ended_before(limit))
            )
        case RenameConversation(conversation_id=owner, name=name):
            _update(connection, tables.conversations, {"name": name}, id=owner)
        case SetMetadata(conversation_id=owner, metadata=metadata):
            values: Row = {"metadata": dict(metadata)}
            _update(connection, tables.conversations, values, id=owner)
        case RenameMember(conversation_id=owner, member_id=member, email=email):
            row = {"name": change.name} | ({} if email is None else {"email": email})
            _update(connection, tables.members, row, conversation_id=owner, id=member)
        case AssignMessage(conversation_id=owner, message_id=message):
            row = {"member_id": change.member_id}
            _update(connection, tables.messages, row, conversation_id=owner, id=message)
        case _:
            assert_never(change)


def ended_before(limit: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of conversations that do not go on, and ended at *limit* or earlier."""
    columns = tables.conversations.c
    return ~columns.is_live, columns.ended_at <= limit


def _add_conversation(connection: Connection, whole: AddConversation) -> None:
    owner = whole.record.id
    parts: tuple[tuple[Table, Iterable[Row]], ...] = (
        (tables.conversations, (rows.conversation_row(whole.record),)),
        (tables.members, map(rows.plain_row, whole.members)),
        (tables.messages, map(rows.message_row, whole.messages)),
        (tables.findings, (finding_row(owner, one) for one in whole.findings)),
        (tables.marks, map(rows.plain_row, whole.marks)),
    )
    for table, found in parts:
        if by_id := {(row.get("kind"), row["id"]): row for row in found}:
            connection.execute(insert(table), list(by_id.values()))


def _update_conversation(connection: Connection, record: ConversationRecord) -> bool:
    """Whether it is there."""
    row = rows.conversation_row(record)
    moving = {key: row[key] for key in row.keys() - {"id", "name", "metadata"}}
    key = {"id": record.id, "tenant": record.tenant}
    return _update(connection, tables.conversations, moving, **key)


def _save_finding(
    connection: Connection, owner: ConversationId, finding: Finding
) -> None:
    row = finding_row(owner, finding)
    table = tables.findings
    key = _where(table, conversation_id=owner, kind=kind_of(finding), id=row["id"])
    known = connection.scalar(select(table.c.rev).where(key))
    if known is None:
        connection.execute(insert(table), row)
    else:
        newer = table.c.rev <= row["rev"]
        connection.execute(update(table).where(key, newer), row)


def _add(connection: Connection, table: Table, row: Row) -> None:
    """Insert *row* unless its id is known in its conversation."""
    key = _where(table, conversation_id=row["conversation_id"], id=row["id"])
    if connection.scalar(select(table.c.number).where(key)) is None:
        connection.execute(insert(table), row)


def _put(connection: Connection, table: Table, row: Row) -> None:
    """Insert *row*, or replace the one of its id in its conversation."""
    owner, own = row["conversation_id"], row["id"]
    if not _update(connection, table, row, conversation_id=owner, id=own):
        connection.execute(insert(table), row)


def _update(connection: Connection, table: Table, row: Row, **key: object) -> bool:
    """Whether there was something to update."""
    changed = connection.execute(update(table).where(_where(table, **key)), row)
    return changed.rowcount > 0


def _delete(connection: Connection, table: Table, **key: object) -> None:
    connection.execute(delete(table).where(_where(table, **key)))


def _where(table: Table, **key: object) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
