"""The objects of the Conversation API as frozen dataclasses.

Sections (§) are those of the reference, conversation-api.md; what is ours is marked
"addition". Almost everything may be absent: servers differ. Fields that a class does
not know stay in its *extra*. How they stand in JSON is told in `resource_table.py`.
"""

from dataclasses import field
from datetime import datetime

from ..frozen import dataclass
from .events import (
    EntityMatch,
    Fields,
    Json,
    MessageReference,
    Person,
    Sentiment,
    TextReference,
    Tracker,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """§2.1."""

    id: str = ""
    type: str = "meeting"
    name: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    """Absent while it runs."""
    members: tuple[Person, ...] = ()
    metadata: Fields | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a message (§2.5)."""

    text: str
    start_time: datetime | None = None
    end_time: datetime | None = None
    score: float | None = None
    time_offset: float | None = None
    duration: float | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedText:
    """A phrase (§2.5, §2.8) or a parent topic (§2.6)."""

    text: str
    type: str
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """§2.5."""

    id: str = ""
    text: str = ""
    sender: Person = field(default_factory=Person)
    """Wire name `from`."""
    start_time: datetime | None = None
    end_time: datetime | None = None
    time_offset: float | None = None
    """Seconds since the conversation began."""
    duration: float | None = None
    conversation_id: str | None = None
    phrases: tuple[TypedText, ...] = ()
    sentiment: Sentiment | None = None
    words: tuple[Word, ...] | None = None
    estimated: tuple[str, ...] = ()
    """Which of `words`, `confidence` were not measured (addition)."""
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """§2.6."""

    id: str = ""
    text: str = ""
    type: str = "topic"
    score: float | None = None
    message_ids: tuple[str, ...] = ()
    parent_refs: tuple[TypedText, ...] = ()
    sentiment: Sentiment | None = None
    root_words: tuple[str, ...] = ()
    """Addition, as on the wire."""
    rev: int | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """§2.7."""

    id: str = ""
    text: str = ""
    type: str = "question"
    score: float | None = None
    message_ids: tuple[str, ...] = ()
    sender: Person = field(default_factory=Person)
    answered_by: str | None = None
    """Id of the message that answers it (addition)."""
    rev: int | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A person or time inside an insight's text (§2.8)."""

    type: str
    text: str = ""
    offset: int | None = None
    value: Json = None
    start: str | None = None
    end: str | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem:
    """An action item or a follow-up, as *type* says (§2.8, §2.9, §2.18)."""

    id: str = ""
    text: str = ""
    type: str = "action_item"
    score: float | None = None
    message_ids: tuple[str, ...] | None = None
    message_refs: tuple[MessageReference, ...] | None = None
    """Instead of *message_ids* where they are asked for comprehensively."""
    tags: tuple[Tag, ...] = ()
    """Wire name `entities`."""
    phrases: tuple[TypedText, ...] = ()
    sender: Person = field(default_factory=Person)
    definitive: bool | None = None
    assignee: Person = field(default_factory=Person)
    due_by: str | None = None
    """An ISO date, or date and time."""
    rev: int | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """§2.11, in both of its shapes."""

    type: str
    custom_type: str | None = None
    sub_type: str | None = None
    category: str | None = None
    value: Json = None
    text: str = ""
    start: str | None = None
    end: str | None = None
    message_refs: tuple[TextReference, ...] = ()
    matches: tuple[EntityMatch, ...] = ()
    id: str | None = None
    """Addition, like *rev*."""
    rev: int | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerEvent:
    """§2.13; *offset* in seconds since the conversation began."""

    type: str
    user: Person
    offset: float
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """§2.15."""

    type: str
    percent: float
    seconds: float
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlapping:
    """Somebody who was spoken over (§2.15)."""

    id: str | None = None
    name: str | None = None
    user_id: str | None = None
    percent: float | None = None
    seconds: float | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    duration: float | None = None
    members: tuple[Overlapping, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAnalytics:
    """§2.15 `members`."""

    id: str | None = None
    name: str | None = None
    user_id: str | None = None
    words_per_minute: float | None = None
    talk_percentage: float | None = None
    talk_seconds: float | None = None
    listen_percentage: float | None = None
    listen_seconds: float | None = None
    overlap: Overlap = field(default_factory=Overlap)
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analytics:
    """§2.15."""

    metrics: tuple[Metric, ...] = ()
    members: tuple[MemberAnalytics, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySentence:
    """§2.16."""

    id: str = ""
    text: str = ""
    message_refs: tuple[MessageReference, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptRequest:
    """§2.17."""

    content_type: str
    create_paragraphs: bool = True
    highlight_insights: bool = False
    highlight_all: bool = False
    show_speakers: bool = False
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """§2.17; read from either of its shapes."""

    content: str
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """§2.21; a mark of ours is one (additions.md §5)."""

    id: str = ""
    label: str = ""
    description: str | None = None
    user: Person = field(default_factory=Person)
    begin_time_offset: float | None = None
    duration: float | None = None
    message_refs: tuple[MessageReference, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """All of one conversation: what is imported again (addition)."""

    conversation: Conversation
    messages: tuple[Message, ...] = ()
    topics: tuple[Topic, ...] = ()
    questions: tuple[Question, ...] = ()
    action_items: tuple[ActionItem, ...] = ()
    follow_ups: tuple[ActionItem, ...] = ()
    trackers: tuple[Tracker, ...] = ()
    entities: tuple[Entity, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """A file of exported conversations (addition)."""

    version: int
    conversations: tuple[Export, ...] = ()
