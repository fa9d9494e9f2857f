"""The tables of a store: portable SQL, no more than one thing a table."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970, which sort and compare everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(
        self, value: int | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


metadata = MetaData()


def _conversation() -> Column[str]:
    """The conversation that a row goes with: it leaves with it."""
    target = ForeignKey("conversations.id", ondelete="CASCADE")
    return Column("conversation_id", Text, target, nullable=False)


meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("name", Text),
    Column("type", Text, nullable=False),
    Column("ended_at", Moment),
    Column("is_live", Boolean, nullable=False),
    Column("resumable_for", Float, nullable=False),
    Column("timezone", Text),
    Column("settings", Text, nullable=False),
    Column("metadata", JSON, nullable=False),
    Index("conversations_by_start", "tenant", "started_at", "id"),
    Index("conversations_by_end", "is_live", "ended_at"),
    Index("conversations_by_connection", "tenant", "connection_id"),
)

members = Table(
    "members",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _conversation(),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("user_id", Text),
    Column("email", Text),
    UniqueConstraint("conversation_id", "id"),
)

streams = Table(
    "streams",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _conversation(),
    Column("id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("sample_rate", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("request", Text, nullable=False),
    UniqueConstraint("conversation_id", "id"),
)

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _conversation(),
    Column("id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Float, nullable=False),
    Column("end", Float, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("words", JSON, nullable=False),
    Column("confidence", Float),
    Column("words_estimated", Boolean, nullable=False),
    Column("stream_id", Text),
    UniqueConstraint("conversation_id", "id"),
    Index("messages_by_start", "conversation_id", "start"),
)

findings = Table(
    "findings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _conversation(),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("body", JSON, nullable=False),
    UniqueConstraint("conversation_id", "kind", "id"),
)

marks = Table(
    "marks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _conversation(),
    Column("id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("start", Float, nullable=False),
    Column("duration", Float, nullable=False),
    Column("message_ids", JSON, nullable=False),
    Column("user_name", Text),
    Column("user_id", Text),
    Column("user_email", Text),
    UniqueConstraint("conversation_id", "id"),
)

frames = Table(
    "frames",
    metadata,
    _conversation(),
    Column("event", BigInteger, nullable=False),
    Column("audience", Text),
    Column("frame", Text, nullable=False),
    UniqueConstraint("conversation_id", "event"),
)
