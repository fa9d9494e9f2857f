"""What can be asked: each a query on one connection, values out."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, or_, select

from ...protocol.events import ConversationId
from ..insights.findings import Finding
from . import rows, tables
from .changes import ended_before
from .finding_rows import FindingKind, read_finding
from .naming import with_names_of
from .records import (
    ConversationQuery,
    ConversationRecord,
    FrameRecord,
    MarkRecord,
    MemberRecord,
    MessageRecord,
    SortKey,
    StreamRecord,
)
from .rows import Row
from .search import conversations_with

_LAST = "last"
_MOST_VALUES = 500
"""Of one IN: databases have their limits."""
_SORT_COLUMNS = {
    SortKey.START: tables.conversations.c.started_at,
    SortKey.END: tables.conversations.c.ended_at,
    SortKey.NAME: tables.conversations.c.name,
    SortKey.ID: tables.conversations.c.id,
}


def conversation(
    connection: Connection, tenant: str, name: str
) -> ConversationRecord | None:
    """By its id, or the newest for `last`."""
    table = tables.conversations
    query = select(table).where(table.c.tenant == tenant)
    if name == _LAST:
        query = query.order_by(table.c.started_at.desc(), table.c.id.desc()).limit(1)
    else:
        query = query.where(table.c.id == name)
    row = next(_rows(connection, query), None)
    return None if row is None else rows.read_conversation(row)


def is_taken(connection: Connection, conversation_id: str) -> bool:
    """Whether any tenant has a conversation of that id."""
    column = tables.conversations.c.id
    query = select(column).where(column == conversation_id)
    return connection.scalar(query) is not None


def conversations(
    connection: Connection, tenant: str, query: ConversationQuery
) -> tuple[ConversationRecord, ...]:
    table = tables.conversations
    chosen = select(table).where(table.c.tenant == tenant, *_conditions(query))
    column = _SORT_COLUMNS[query.sort]
    order = (
        (column.desc(), table.c.id.desc()) if query.descending else (column, table.c.id)
    )
    page = chosen.order_by(*order).limit(query.limit).offset(query.offset)
    return tuple(map(rows.read_conversation, _rows(connection, page)))


def _conditions(query: ConversationQuery) -> Iterator[ColumnElement[bool]]:
    columns = tables.conversations.c
    if query.since is not None:
        yield columns.started_at >= query.since
    if query.until is not None:
        yield columns.started_at <= query.until
    if query.id_prefix:
        yield columns.id.startswith(query.id_prefix, autoescape=True)
    if query.name is not None:
        yield columns.name == query.name
    for key, value in query.metadata.items():
        yield columns.metadata[key].as_string() == value
    if text := query.text.replace("\0", " ").strip():
        in_name = columns.name.icontains(text, autoescape=True)
        yield or_(columns.id.in_(conversations_with(text)), in_name)


def live_conversations(connection: Connection) -> tuple[ConversationRecord, ...]:
    """Those of every tenant that were not completed, oldest first."""
    table = tables.conversations
    query = select(table).where(table.c.is_live).order_by(table.c.started_at)
    return tuple(map(rows.read_conversation, _rows(connection, query)))


def ended_by(connection: Connection, limit: datetime) -> tuple[ConversationId, ...]:
    """Those of every tenant that ended at *limit* or earlier, the oldest first."""
    table = tables.conversations
    query = select(table.c.id).where(*ended_before(limit)).order_by(table.c.ended_at)
    return tuple(ConversationId(one) for one in connection.scalars(query))


def find_by_connection(
    connection: Connection, tenant: str, connection_id: str
) -> ConversationRecord | None:
    """The newest that *connection_id* was used for."""
    table = tables.conversations
    key = (table.c.tenant == tenant, table.c.connection_id == connection_id)
    query = select(table).where(*key).order_by(table.c.started_at.desc()).limit(1)
    row = next(_rows(connection, query), None)
    return None if row is None else rows.read_conversation(row)


def members(
    connection: Connection, owners: Collection[ConversationId]
) -> tuple[MemberRecord, ...]:
    """Those of all *owners*, in order of appearance."""
    table = tables.members
    wanted = list(owners)
    found: list[MemberRecord] = []
    for first in range(0, len(wanted), _MOST_VALUES):
        some = table.c.conversation_id.in_(wanted[first : first + _MOST_VALUES])
        query = select(table).where(some).order_by(table.c.number)
        found.extend(map(rows.read_member, _rows(connection, query)))
    return tuple(found)


def streams(connection: Connection, owner: ConversationId) -> tuple[StreamRecord, ...]:
    found = _owned(connection, tables.streams, owner)
    return tuple(map(rows.read_stream, found))


def messages(
    connection: Connection, owner: ConversationId
) -> tuple[MessageRecord, ...]:
    """In the order in which they were said."""
    table = tables.messages
    query = select(table).where(table.c.conversation_id == owner)
    ordered = query.order_by(table.c.start, table.c.number)
    return tuple(map(rows.read_message, _rows(connection, ordered)))


def findings(
    connection: Connection, owner: ConversationId, kinds: Collection[FindingKind]
) -> tuple[Finding, ...]:
    """What was found and not withdrawn, in order of first appearance."""
    table = tables.findings
    query = select(table).where(
        table.c.conversation_id == owner,
        table.c.kind.in_([kind.value for kind in kinds]),
        table.c.removed.is_(False),
    )
    found = _rows(connection, query.order_by(table.c.number))
    named = {member.id: member for member in members(connection, (owner,))}
    return tuple(with_names_of(named, read_finding(row)) for row in found)


def marks(connection: Connection, owner: ConversationId) -> tuple[MarkRecord, ...]:
    found = _owned(connection, tables.marks, owner)
    return tuple(map(rows.read_mark, found))


def frames(
    connection: Connection, owner: ConversationId, after: int
) -> tuple[FrameRecord, ...]:
    """Those later than event *after*, whoever they were for."""
    table = tables.frames
    query = select(table).where(
        table.c.conversation_id == owner,
        table.c.event > after,
    )
    return tuple(map(rows.read_frame, _rows(connection, query.order_by(table.c.event))))


def size(connection: Connection) -> int:
    """Bytes of the database."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def _owned(
    connection: Connection, table: Table, owner: ConversationId
) -> Iterator[Row]:
    query = select(table).where(table.c.conversation_id == owner)
    return _rows(connection, query.order_by(table.c.number))


def _rows(connection: Connection, query: Select[Any]) -> Iterator[Row]:
    """What *query* finds; SQLAlchemy's own mappings take three times as long."""
    found = connection.execute(query)
    names = tuple(found.keys())
    return (dict(zip(names, row, strict=True)) for row in found.all())
