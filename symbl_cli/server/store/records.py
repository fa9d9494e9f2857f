"""What the store keeps beside findings, as values."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from ...frozen import dataclass
from ...protocol.events import ConversationId, MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRecord:
    id: ConversationId
    tenant: str
    connection_id: str
    started_at: datetime
    """With a zone, UTC."""
    name: str | None = None
    type: str = "meeting"
    ended_at: datetime | None = None
    """Wall time of the last sound so far, or of the end."""
    is_live: bool = True
    resumable_for: float = 0.0
    """Seconds without a connection after which it is completed."""
    timezone: str | None = None
    """IANA name or `UTC+HH:MM`."""
    settings: str = "{}"
    """The first start_request, encoded: what a restarted server goes on with."""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecord:
    id: str
    """UUID."""
    conversation_id: ConversationId
    name: str
    user_id: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRecord:
    """One speaker's stream of a live conversation (additions.md §1)."""

    id: str
    conversation_id: ConversationId
    member_id: str
    sample_rate: int
    epoch: int
    position: int
    """Samples heard and stored as far as they are final."""
    request: str
    """Its start_request, encoded."""


@dataclass(frozen=True, slots=True)
class WordRecord:
    text: str
    start: float
    """Seconds since the conversation began, like *end*."""
    end: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """One final utterance: one message."""

    id: MessageId
    conversation_id: ConversationId
    member_id: str
    text: str
    start: float
    """Seconds since the conversation began, like *end*."""
    end: float
    started_at: datetime
    ended_at: datetime
    words: tuple[WordRecord, ...] = ()
    confidence: float | None = None
    """`None` where the recogniser gave none."""
    words_estimated: bool = True
    stream_id: str | None = None


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """A frame as it went out, kept while the conversation may be rejoined."""

    conversation_id: ConversationId
    event: int
    audience: str | None
    """A stream's id, or `None`: everybody."""
    frame: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRecord:
    """A moment that somebody marked: a bookmark (conversation-api.md §2.21)."""

    id: str
    conversation_id: ConversationId
    label: str
    start: float
    """Seconds since the conversation began."""
    description: str = ""
    duration: float = 0.0
    message_ids: tuple[MessageId, ...] = ()
    user_name: str | None = None
    user_id: str | None = None
    user_email: str | None = None


class SortKey(StrEnum):
    START = "start"
    END = "end"
    NAME = "name"
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationQuery:
    """Which conversations of a tenant, in which order; all of them, oldest first."""

    since: datetime | None = None
    """Of those that started then or later, like *until*: then or earlier."""
    until: datetime | None = None
    text: str = ""
    """Words that a message holds, or that the name contains."""
    id_prefix: str = ""
    name: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    sort: SortKey = SortKey.START
    descending: bool = False
    limit: int | None = None
    offset: int = 0
