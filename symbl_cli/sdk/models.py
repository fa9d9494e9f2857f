"""What the Conversation API answers, as objects (conversation-api.md §6.2).

Names and types are those of the vendor's `symbl_rest`; everything may be `None`.
"""

from collections.abc import Iterator
from dataclasses import field, fields
from datetime import datetime
from pprint import pformat

from ..frozen import dataclass


class Model:
    """Has attributes; `to_dict()`, `dict(model)` and `model["name"]` work too."""

    __slots__ = ()

    def to_dict(self) -> dict[str, object]:
        """All of it as plain dicts and lists."""
        return {name: _plain(value) for name, value in self._items()}

    def keys(self) -> list[str]:
        return [name for name, _ in self._items()]

    def __getitem__(self, name: str) -> object:
        return dict(self._items())[name]

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __str__(self) -> str:
        return pformat(self.to_dict())

    def _items(self) -> Iterator[tuple[str, object]]:
        for one in fields(self):  # type: ignore[arg-type]  # all models are dataclasses
            yield one.name, getattr(self, one.name)


def _plain(value: object) -> object:
    match value:
        case Model():
            return value.to_dict()
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Person(Model):
    """A member, sender or assignee."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Polarity(Model):
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Sentiment(Model):
    polarity: Polarity | None = None
    suggested: str | None = None


@dataclass(frozen=True, slots=True)
class TypedText(Model):
    """A phrase, or a parent topic."""

    type: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Word(Model):
    word: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    speaker_tag: float | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Message(Model):
    id: str | None = None
    text: str | None = None
    _from: Person | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    time_offset: float | None = None
    duration: float | None = None
    conversation_id: str | None = None
    phrases: list[TypedText] | None = None
    sentiment: Sentiment | None = None
    words: list[Word] | None = None


@dataclass(frozen=True, slots=True)
class Tag(Model):
    """A person or time inside an insight's text."""

    type: str | None = None
    text: str | None = None
    offset: int | None = None
    value: object = None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Topic(Model):
    id: str | None = None
    text: str | None = None
    type: str | None = None
    score: float | None = None
    message_ids: list[str] | None = None
    entities: list[Tag] | None = None
    sentiment: Sentiment | None = None
    parent_refs: list[TypedText] | None = None


@dataclass(frozen=True, slots=True)
class Question(Model):
    id: str | None = None
    text: str | None = None
    type: str | None = None
    score: float | None = None
    message_ids: list[str] | None = None
    _from: Person | None = None
    answered_by: str | None = None
    """The id of a message: of our server alone."""


@dataclass(frozen=True, slots=True)
class ActionItem(Model):
    """A follow-up too."""

    id: str | None = None
    text: str | None = None
    type: str | None = None
    score: float | None = None
    message_ids: list[str] | None = None
    entities: list[Tag] | None = None
    definitive: bool | None = None
    phrases: list[TypedText] | None = None
    assignee: Person | None = None
    _from: Person | None = None
    due_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reference(Model):
    """Where in a message or an insight something stands."""

    id: str | None = None
    text: str | None = None
    offset: int | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Entity(Model):
    type: str | None = None
    text: str | None = None
    value: object = None
    start: str | None = None
    end: str | None = None
    custom_type: str | None = None
    message_refs: list[Reference] | None = None


@dataclass(frozen=True, slots=True)
class TrackerMatch(Model):
    type: str | None = None
    value: str | None = None
    message_refs: list[Reference] | None = None
    insight_refs: list[Reference] | None = None


@dataclass(frozen=True, slots=True)
class Tracker(Model):
    id: str | None = None
    name: str | None = None
    matches: list[TrackerMatch] | None = None


@dataclass(frozen=True, slots=True)
class Metric(Model):
    type: str | None = None
    percent: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Pace(Model):
    wpm: float | None = None


@dataclass(frozen=True, slots=True)
class Share(Model):
    percentage: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Overlapping(Model):
    """Somebody who was spoken over."""

    id: str | None = None
    name: str | None = None
    user_id: str | None = None
    percent: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Overlap(Model):
    overlap_duration: float | None = None
    overlapping_members: list[Overlapping] | None = None


@dataclass(frozen=True, slots=True)
class MemberAnalytics(Model):
    id: str | None = None
    name: str | None = None
    user_id: str | None = None
    pace: Pace | None = None
    talk_time: Share | None = None
    listen_time: Share | None = None
    overlap: Overlap | None = None


@dataclass(frozen=True, slots=True)
class FeedbackPart(Model):
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback(Model):
    positive: FeedbackPart | None = None
    negative: FeedbackPart | None = None


@dataclass(frozen=True, slots=True)
class Criterion(Model):
    name: str | None = None
    score: float | None = None
    summary: str | None = None
    feedback: Feedback | None = None


# --- whole answers


@dataclass(frozen=True, slots=True)
class ConversationAnswer(Model):
    id: str | None = None
    type: str | None = None
    name: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    members: list[Person] | None = None


@dataclass(frozen=True, slots=True)
class Messages(Model):
    messages: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Topics(Model):
    topics: list[Topic] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Questions(Model):
    questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ActionItems(Model):
    action_items: list[ActionItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FollowUps(Model):
    follow_ups: list[ActionItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Members(Model):
    members: list[Person] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entities(Model):
    entities: list[Entity] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trackers(Model):
    trackers: list[Tracker] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Analytics(Model):
    metrics: list[Metric] | None = None
    members: list[MemberAnalytics] | None = None


@dataclass(frozen=True, slots=True)
class Transcript(Model):
    payload: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class FormattedTranscript(Model):
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Confirmation(Model):
    """What a server says about a change."""

    message: str | None = None


@dataclass(frozen=True, slots=True)
class CallScore(Model):
    score: float | None = None
    summary: str | None = None
    criteria: list[Criterion] | None = None


@dataclass(frozen=True, slots=True)
class CallScoreStatus(Model):
    job_id: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Experience(Model):
    url: str | None = None
