"""How the objects of the Conversation API stand in JSON, one row each.

Sections (§) are those of the reference, conversation-api.md. What official clients and
samples get wrong is understood: numbers and booleans in strings, phrases as strings,
empty times.
"""

from datetime import UTC, datetime
from typing import TypeVar, cast

from ..errors import RemoteProtocolError
from . import resources as r
from .events import Json
from .shapes import Shape, Wire, at
from .table import (
    ENTITY_MATCH,
    MESSAGE_REFERENCE,
    PERSON,
    SENTIMENT,
    TEXT_REFERENCE,
    TRACKER,
)
from .values import (
    CLOCK,
    FLAG,
    IDENTIFIER,
    INTEGER,
    NUMBER,
    OBJECT,
    POSITION,
    TEXT,
    VALUE,
    Kind,
    Malformed,
    many,
    parse,
)

_Resource = TypeVar("_Resource")


def read(cls: type[_Resource], value: Json) -> _Resource:
    """The *cls* that *value* stands for; raises RemoteProtocolError where it is none.

    *value* is used up.
    """
    try:
        return cast("_Resource", _SHAPES[cls].kind.decode(value))
    except Malformed as wrong:
        raise RemoteProtocolError(wrong.told("the body")) from None


def read_all(cls: type[_Resource], value: Json, envelope: str) -> tuple[_Resource, ...]:
    """The array called *envelope* in the object *value*; it must be there."""
    items = value.get(envelope) if isinstance(value, dict) else None
    try:
        return cast("tuple[_Resource, ...]", many(_SHAPES[cls].kind).decode(items))
    except Malformed as wrong:
        raise RemoteProtocolError(str(wrong.under(envelope))) from None


def read_body(body: bytes) -> Json:
    """What *body* is the JSON of; raises RemoteProtocolError where it is none."""
    try:
        return parse(body.decode())
    except UnicodeDecodeError:
        raise RemoteProtocolError("the body is not UTF-8") from None
    except Malformed as wrong:
        raise RemoteProtocolError(f"the body {wrong.problem}") from None


def write(resource: object) -> Wire:
    """The object that stands for *resource*."""
    return _SHAPES[type(resource)].write(resource)


def wire_names(cls: type) -> tuple[str, ...]:
    """The names that the objects of *cls* may have, without unknown ones."""
    return _SHAPES[cls].names


def write_time(moment: datetime) -> str:
    """UTC with milliseconds (§0)."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """A moment with a zone (UTC where *text* has none); raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError(text) from exc


def _decode_time(value: Json) -> datetime | None:
    if value == "":
        return None
    try:
        return read_time(str(TEXT.decode(value)))
    except ValueError:
        raise Malformed("must be an ISO 8601 date and time") from None


def _decode_number(value: Json) -> object:
    if not isinstance(value, str):
        return NUMBER.decode(value)
    try:
        return NUMBER.decode(float(value))
    except ValueError:
        raise Malformed("must be a number") from None


def _decode_flag(value: Json) -> object:
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    return FLAG.decode(value)


def _decode_typed_text(value: Json) -> object:
    if isinstance(value, str):
        return r.TypedText(text=value, type="action_phrase")
    return _TYPED_TEXT.kind.decode(value)


def _decode_root_word(value: Json) -> object:
    return TEXT.decode(value.get("text") if isinstance(value, dict) else value)


def _nest_payload(wire: Wire) -> None:
    """`symbl_rest` 1.0.11 and the Go SDK have the payload as a plain string (§2.17)."""
    if isinstance(content := wire.get("payload"), str):
        wire["payload"] = {"content": content}


TIME = Kind(_decode_time, write_time)
_NUMBER = Kind(_decode_number, NUMBER.encode)
_FLAG = Kind(_decode_flag, bool)
_IDS = many(IDENTIFIER)
_ID = at("id", IDENTIFIER, "id")
_TEXT = at("text", TEXT, "text")
_TYPE = at("type", TEXT, "type")
_SCORE = at("score", _NUMBER, "score")
_SENDER = at("sender", PERSON.kind, "from")
_REV = at("rev", POSITION, "rev")
_MESSAGE_IDS = at("message_ids", _IDS, "messageIds", always=True)
_MESSAGE_REFS = at(
    "message_refs", many(MESSAGE_REFERENCE.kind), "messageRefs", always=True
)

_TYPED_TEXT = Shape(r.TypedText, _TYPE, _TEXT)
_PHRASES = Kind(
    many(Kind(_decode_typed_text, _TYPED_TEXT.write)).decode,
    many(_TYPED_TEXT.kind).encode,
)
_PARENTS = many(_TYPED_TEXT.kind)
_ROOT_WORD = Kind(_decode_root_word, lambda word: {"text": word})

CONVERSATION = Shape(
    r.Conversation,
    _ID,
    _TYPE,
    at("name", TEXT, "name"),
    at("start_time", TIME, "startTime"),
    at("end_time", TIME, "endTime"),
    at("members", many(PERSON.kind), "members", always=True),
    at("metadata", OBJECT, "metadata", always=True),
)
WORD = Shape(
    r.Word,
    at("text", TEXT, "word"),
    at("start_time", TIME, "startTime"),
    at("end_time", TIME, "endTime"),
    _SCORE,
    at("time_offset", _NUMBER, "timeOffset"),
    at("duration", _NUMBER, "duration"),
)
MESSAGE = Shape(
    r.Message,
    _ID,
    _TEXT,
    _SENDER,
    at("start_time", TIME, "startTime"),
    at("end_time", TIME, "endTime"),
    at("time_offset", _NUMBER, "timeOffset"),
    at("duration", _NUMBER, "duration"),
    at("conversation_id", IDENTIFIER, "conversationId"),
    at("phrases", _PHRASES, "phrases", always=True),
    at("sentiment", SENTIMENT.kind, "sentiment"),
    at("words", many(WORD.kind), "words", always=True),
    at("estimated", many(TEXT), "estimated"),
)
TOPIC = Shape(
    r.Topic,
    _ID,
    _TEXT,
    _TYPE,
    _SCORE,
    _MESSAGE_IDS,
    at("parent_refs", _PARENTS, "parentRefs", always=True),
    at("sentiment", SENTIMENT.kind, "sentiment"),
    at("root_words", many(_ROOT_WORD), "rootWords"),
    _REV,
)
QUESTION = Shape(
    r.Question,
    _ID,
    _TEXT,
    _TYPE,
    _SCORE,
    _MESSAGE_IDS,
    _SENDER,
    at("answered_by", IDENTIFIER, "answeredBy"),
    _REV,
)
TAG = Shape(
    r.Tag,
    _TYPE,
    _TEXT,
    at("offset", INTEGER, "offset"),
    at("value", VALUE, "value"),
    at("start", TEXT, "start"),
    at("end", TEXT, "end"),
)
ACTION_ITEM = Shape(
    r.ActionItem,
    _ID,
    _TEXT,
    _TYPE,
    _SCORE,
    _MESSAGE_IDS,
    _MESSAGE_REFS,
    at("tags", many(TAG.kind), "entities", always=True),
    at("phrases", _PHRASES, "phrases", always=True),
    _SENDER,
    at("definitive", _FLAG, "definitive"),
    at("assignee", PERSON.kind, "assignee"),
    at("due_by", TEXT, "dueBy"),
    _REV,
)
ENTITY = Shape(
    r.Entity,
    _ID,
    _TYPE,
    at("custom_type", TEXT, "customType"),
    at("sub_type", TEXT, "subType"),
    at("category", TEXT, "category"),
    at("value", VALUE, "value"),
    _TEXT,
    at("start", TEXT, "start"),
    at("end", TEXT, "end"),
    at("message_refs", many(TEXT_REFERENCE.kind), "messageRefs", always=True),
    at("matches", many(ENTITY_MATCH.kind), "matches"),
    _REV,
)
SPEAKER_EVENT = Shape(
    r.SpeakerEvent,
    _TYPE,
    at("user", PERSON.kind, "user"),
    at("offset", CLOCK, "offset"),
)
METRIC = Shape(
    r.Metric,
    _TYPE,
    at("percent", _NUMBER, "percent"),
    at("seconds", _NUMBER, "seconds"),
)
_MEMBER_NAMES = (_ID, at("name", TEXT, "name"), at("user_id", IDENTIFIER, "userId"))
OVERLAPPING = Shape(
    r.Overlapping,
    *_MEMBER_NAMES,
    at("percent", _NUMBER, "percent"),
    at("seconds", _NUMBER, "seconds"),
)
OVERLAP = Shape(
    r.Overlap,
    at("duration", _NUMBER, "overlapDuration"),
    at("members", many(OVERLAPPING.kind), "overlappingMembers"),
)
MEMBER_ANALYTICS = Shape(
    r.MemberAnalytics,
    *_MEMBER_NAMES,
    at("words_per_minute", _NUMBER, "pace.wpm"),
    at("talk_percentage", _NUMBER, "talkTime.percentage"),
    at("talk_seconds", _NUMBER, "talkTime.seconds"),
    at("listen_percentage", _NUMBER, "listenTime.percentage"),
    at("listen_seconds", _NUMBER, "listenTime.seconds"),
    at("overlap", OVERLAP.kind, "overlap"),
)
ANALYTICS = Shape(
    r.Analytics,
    at("metrics", many(METRIC.kind), "metrics", always=True),
    at("members", many(MEMBER_ANALYTICS.kind), "members", always=True),
)
SUMMARY_SENTENCE = Shape(r.SummarySentence, _ID, _TEXT, _MESSAGE_REFS)
TRANSCRIPT_REQUEST = Shape(
    r.TranscriptRequest,
    at("content_type", TEXT, "contentType"),
    at("create_paragraphs", _FLAG, "createParagraphs"),
    at("highlight_insights", _FLAG, "phrases.highlightOnlyInsightKeyPhrases"),
    at("highlight_all", _FLAG, "phrases.highlightAllKeyPhrases"),
    at("show_speakers", _FLAG, "showSpeakerSeparation"),
)
TRANSCRIPT = Shape(
    r.Transcript,
    at("content_type", TEXT, "payload.contentType", "contentType"),
    at("content", TEXT, "payload.content"),
    prepare=_nest_payload,
)
BOOKMARK = Shape(
    r.Bookmark,
    _ID,
    at("label", TEXT, "label"),
    at("description", TEXT, "description"),
    at("user", PERSON.kind, "user"),
    at("begin_time_offset", _NUMBER, "beginTimeOffset"),
    at("duration", _NUMBER, "duration"),
    _MESSAGE_REFS,
)
EXPORT = Shape(
    r.Export,
    at("conversation", CONVERSATION.kind, "conversation"),
    at("messages", many(MESSAGE.kind), "messages", always=True),
    at("topics", many(TOPIC.kind), "topics", always=True),
    at("questions", many(QUESTION.kind), "questions", always=True),
    at("action_items", many(ACTION_ITEM.kind), "actionItems", always=True),
    at("follow_ups", many(ACTION_ITEM.kind), "followUps", always=True),
    at("trackers", many(TRACKER.kind), "trackers", always=True),
    at("entities", many(ENTITY.kind), "entities", always=True),
    at("bookmarks", many(BOOKMARK.kind), "bookmarks", always=True),
)
EXPORT_FILE = Shape(
    r.ExportFile,
    at("version", INTEGER, "version"),
    at("conversations", many(EXPORT.kind), "conversations", always=True),
)


_SHAPES: dict[type, Shape] = {
    shape.cls: shape
    for shape in (
        PERSON,
        TRACKER,
        CONVERSATION,
        MESSAGE,
        TOPIC,
        QUESTION,
        ACTION_ITEM,
        ENTITY,
        SPEAKER_EVENT,
        ANALYTICS,
        SUMMARY_SENTENCE,
        TRANSCRIPT_REQUEST,
        TRANSCRIPT,
        BOOKMARK,
        EXPORT,
        EXPORT_FILE,
    )
}
