"""Every message of the Streaming API as one frozen dataclass.

Sections (§) are those of the reference, streaming-api.md; what is ours is marked
"addition" and may be absent on any frame. Inside, durations are float seconds and
positions integer samples; the codec alone knows milliseconds and nested JSON.
Fields that a class does not know stay in its *extra*, so that they survive a relay.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import NewType, TypeAlias

from ..frozen import dataclass

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Fields: TypeAlias = Mapping[str, Json]

ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
InsightId = NewType("InsightId", str)

# --- shared parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A speaker, sender or assignee (§2.1 `speaker`, §3.4 `user`, §3.10 `from`)."""

    id: str | None = None
    """The member id, made by the server."""
    user_id: str | None = None
    name: str | None = None
    email: str | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """Samples *start* to *end* of a stream (addition)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a caption (§3.4): seconds since the stream's start."""

    text: str
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    transcript: str = ""
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    score: float
    suggested: str | None = None
    extra: Fields = field(default_factory=dict)


# --- client to server


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRecognition:
    """§2.1 `config.speechRecognition`; *encoding* as it was spelled."""

    encoding: str | None = None
    sample_rate: int | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerConfig:
    interim_results: bool | None = None
    enable_all_trackers: bool | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Write *right* where *wrong* was heard (addition `config.fixes`)."""

    wrong: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfig:
    """§2.1 `config`."""

    confidence_threshold: float | None = None
    meeting_title: str | None = None
    language: str | None = None
    timezone_offset: int | None = None
    """Minutes east of UTC."""
    timezone: str | None = None
    """IANA name (addition); wins over the offset."""
    speech_recognition: SpeechRecognition | None = None
    trackers: TrackerConfig | None = None
    sentiment: bool | None = None
    detect_entities: bool | None = None
    redaction: Fields | None = None
    fixes: tuple[Fix, ...] = ()
    """Addition."""
    redact: tuple[str, ...] = ()
    """Kinds of things to redact (addition)."""
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSpec:
    """Phrases to watch for (§2.1 `trackers`)."""

    name: str
    vocabulary: tuple[str, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """§2.1; additions from additions.md §1."""

    insight_types: tuple[str, ...] | None = None
    custom_vocabulary: tuple[str, ...] = ()
    config: StreamConfig = field(default_factory=StreamConfig)
    speaker: Person | None = None
    trackers: tuple[TrackerSpec, ...] = ()
    no_connection_timeout: float | None = None
    disconnect_on_stop_request: bool | None = None
    disconnect_on_stop_request_timeout: float | None = None
    meeting_title: str | None = None
    stream_id: str | None = None
    epoch: int | None = None
    after: int | None = None
    client: str | None = None
    started_at: str | None = None
    store: bool | None = None
    streams: int | None = None
    """How many streams this run has (addition): they are put in order."""
    is_live: bool | None = None
    """False where sound comes faster than it was spoken (addition)."""
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyRequest:
    """§2.2."""

    speech_recognition: SpeechRecognition | None = None
    config: StreamConfig | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequest:
    """§2.3, §2.4."""

    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audio:
    """§2.5: a binary frame."""

    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Samples *start* to *end* will not come (addition `skip`)."""

    start: int
    end: int
    at: str | None = None
    """Wall time of *end*, RFC 3339."""
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ping:
    """§2.6: the text `__PING__`."""


# --- server to client


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The `message` family: the inner message's unknown fields are in *extra*."""

    time_offset: float | None = None
    """Seconds since the session began."""
    event: int | None = None
    """Grows per connection id (addition)."""
    extra: Fields = field(default_factory=dict)
    outer: Fields = field(default_factory=dict)
    """Unknown fields beside `message`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedListening(Lifecycle):
    """§3.1."""

    audio_received: int | None = None
    """Samples of this stream that the server holds (addition)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationCreated(Lifecycle):
    """§3.2."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionStarted(Lifecycle):
    """§3.3."""

    conversation_id: ConversationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionResult(Lifecycle):
    """§3.4: what was heard so far in one utterance, or, final, in all of it."""

    is_final: bool = False
    punctuated: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    user: Person | None = None
    message_id: MessageId | None = None
    """Addition `message.id`."""
    audio: Span | None = None
    """Addition `message.audio`."""
    stream_id: str | None = None
    """Whose sound it was, of the streams of a run (addition)."""
    estimated: tuple[str, ...] = ()
    """Addition: which of `words`, `confidence` were not measured."""

    @property
    def text(self) -> str:
        if self.punctuated is not None:
            return self.punctuated
        return self.alternatives[0].transcript if self.alternatives else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionStopped(Lifecycle):
    """§3.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationCompleted(Lifecycle):
    """§3.6; read from either of its shapes, written as both."""

    conversation_id: ConversationId | None = None
    summary_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionModified(Lifecycle):
    """§3.7."""

    speech_recognition: SpeechRecognition = field(default_factory=SpeechRecognition)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionStarted(Lifecycle):
    """§1.6, §3.8."""

    conversation_id: ConversationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked(Lifecycle):
    """Somebody marked a moment (addition: a bookmark, as subscribers get it)."""

    id: str
    label: str = ""
    start: float = 0.0
    """Seconds since the conversation began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Lifecycle):
    """A server of ours that is behind is at work (addition): a sign of life."""

    backlog: float = 0.0
    """Seconds of sound that could have their words and have not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownLifecycle(Lifecycle):
    """A `message` of a type that nobody here knows; all of it is in *extra*."""

    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMessage:
    """§3.9 in shape A."""

    message: str = ""
    details: str = ""
    event: int | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedError(Lifecycle):
    """§3.9 in shape B: for the clients that do not understand A."""

    message: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The `*_response` family."""

    sequence_number: int | None = None
    event: int | None = None
    """Grows per connection id (addition)."""
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWord:
    """A word of a message (§3.10 `metadata.words`): ISO 8601 times, as they came."""

    text: str
    start_time: str | None = None
    end_time: str | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """§3.10: finished sentences of one speaker."""

    id: MessageId | None = None
    sender: Person | None = None
    """Wire name `from`."""
    content: str = ""
    content_type: str | None = None
    channel: str | None = None
    timezone_offset: int | None = None
    original_content: str | None = None
    original_message_id: str | None = None
    disable_punctuation: bool | None = None
    words: tuple[MessageWord, ...] | None = None
    dismissed: bool | None = None
    start_time: str | None = None
    """ISO 8601, like *end_time*."""
    end_time: str | None = None
    time_offset: float | None = None
    duration: float | None = None
    entities: tuple[Fields, ...] | None = None
    sentiment: Sentiment | None = None
    estimated: tuple[str, ...] = ()
    extra: Fields = field(default_factory=dict)
    metadata: Fields = field(default_factory=dict)
    """Unknown fields of `metadata`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageResponse(Response):
    messages: tuple[Message, ...] = ()
    sentiment: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """§3.11 `tags`: *value* is the inner of the doubly nested one."""

    type: str = ""
    text: str = ""
    begin_offset: int | None = None
    value: Json = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """§3.11: a question, an action item, a follow-up."""

    id: InsightId | None = None
    type: str = ""
    content: str = ""
    """Read from `payload.content`, else `text`; written to both."""
    confidence: float | None = None
    message_id: MessageId | None = None
    """Wire name `messageReference.id`."""
    message_ids: tuple[MessageId, ...] = ()
    """All the messages it is made of (addition `messageIds`); may be empty."""
    hints: tuple[tuple[str, str], ...] = ()
    assignee: Person | None = None
    sender: Person | None = None
    due: str | None = None
    """`dueBy.value`: ISO 8601."""
    tags: tuple[Tag, ...] = ()
    dismissed: bool | None = None
    rev: int | None = None
    removed: bool | None = None
    answered_by: MessageId | None = None
    definitive: bool | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightResponse(Response):
    insights: tuple[Insight, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReference:
    id: MessageId
    relation: str | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """§3.12; *phrase* is the wire's `phrases`, one string."""

    id: InsightId | None = None
    phrase: str = ""
    root_words: tuple[str, ...] = ()
    score: float | None = None
    message_references: tuple[MessageReference, ...] = ()
    message_index: int | None = None
    sentiment: Sentiment | None = None
    rev: int | None = None
    removed: bool | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicResponse(Response):
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReference:
    """Where in a message something stands; *offset* -1: similar, not exact."""

    id: str
    text: str | None = None
    offset: int | None = None
    type: str | None = None
    """Of an insight reference."""
    start_time: str | None = None
    end_time: str | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerMatch:
    value: str = ""
    type: str | None = None
    message_refs: tuple[TextReference, ...] = ()
    insight_refs: tuple[TextReference, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """§3.13."""

    id: InsightId | None = None
    name: str = ""
    matches: tuple[TrackerMatch, ...] = ()
    rev: int | None = None
    removed: bool | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerResponse(Response):
    trackers: tuple[Tracker, ...] = ()
    is_final: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityMatch:
    detected_value: str = ""
    message_refs: tuple[TextReference, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """§3.14; *value* is the normalised value (addition)."""

    type: str = ""
    sub_type: str | None = None
    category: str | None = None
    matches: tuple[EntityMatch, ...] = ()
    id: InsightId | None = None
    rev: int | None = None
    removed: bool | None = None
    value: str | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityResponse(Response):
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Pong:
    """§2.6: the text `__PONG__`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A frame of a top-level type that nobody here knows, whole."""

    type: str
    fields: Fields = field(default_factory=dict)


ClientEvent: TypeAlias = (
    StartRequest | ModifyRequest | StopRequest | Audio | Skip | Ping | Unknown
)
ServerEvent: TypeAlias = (
    StartedListening
    | ConversationCreated
    | RecognitionStarted
    | RecognitionResult
    | RecognitionStopped
    | ConversationCompleted
    | SessionModified
    | SubscriptionStarted
    | Marked
    | Progress
    | UnknownLifecycle
    | ErrorMessage
    | NestedError
    | MessageResponse
    | InsightResponse
    | TopicResponse
    | TrackerResponse
    | EntityResponse
    | Pong
    | Unknown
)
Event: TypeAlias = ClientEvent | ServerEvent
