"""What insights read and find, as values: the store and the wire carry these."""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from ...frozen import dataclass
from ...protocol.events import InsightId, MessageId


class InsightKind(StrEnum):
    QUESTION = "question"
    ACTION_ITEM = "action_item"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class Party:
    """A member of the conversation, or a person spoken of (then only *name* is set)."""

    name: str
    id: str | None = None
    """Member id."""
    user_id: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A final message, as insights read it."""

    id: MessageId
    text: str
    speaker: Party
    start: float
    """Seconds since the conversation began, like *end*."""
    end: float
    at: datetime
    """Wall time of *start*, with a zone."""


@dataclass(frozen=True, slots=True)
class Due:
    text: str
    """As it was said: "by Friday"."""
    date: str
    """ISO date, or RFC 3339 with offset where a time of day was said."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A person or date inside an insight's text (conversation-api.md §2.8)."""

    type: str
    text: str
    offset: int
    """Characters into the insight's text."""
    value: str = ""
    """Normalised date, or the person's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """A question, action item or follow-up; a higher *rev* replaces a lower one."""

    id: InsightId
    rev: int = 1
    kind: InsightKind
    text: str
    confidence: float
    message_ids: tuple[MessageId, ...]
    speaker: Party
    assignee: Party | None = None
    due: Due | None = None
    definitive: bool | None = None
    answered_by: MessageId | None = None
    phrases: tuple[str, ...] = ()
    """Action phrases: "send the draft"."""
    tags: tuple[Tag, ...] = ()
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    id: InsightId
    rev: int = 1
    text: str
    score: float
    root_words: tuple[str, ...]
    message_ids: tuple[MessageId, ...]
    parents: tuple[str, ...] = ()
    """Parent topics by text."""
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a message something stands."""

    message_id: MessageId
    text: str
    """The message's text."""
    offset: int
    """In characters; -1 where it is similar, not exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerMatch:
    """One phrase of one tracker found in one message."""

    id: InsightId
    rev: int = 1
    name: str
    """The tracker's."""
    value: str
    """The vocabulary phrase that matched."""
    exact: bool
    places: tuple[Place, ...]
    is_final: bool = True
    """False: on interim words."""
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    id: InsightId
    rev: int = 1
    type: str
    sub_type: str | None = None
    text: str
    value: str
    """Normalised: `2024-05-03`, `20`, `ana@example.org`."""
    places: tuple[Place, ...]
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Sentiment:
    message_id: MessageId
    score: float
    """-1 to 1."""
    label: str
    """`positive`, `neutral` or `negative` (conversation-api.md §2.5's bands)."""


Finding: TypeAlias = Insight | Topic | TrackerMatch | Entity | Sentiment
