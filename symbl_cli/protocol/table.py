"""Every message of the Streaming API, one row each, for both directions.

Sections (§) are those of the reference, streaming-api.md.
"""

from . import events as e
from .events import Json
from .shapes import Shape, Wire, at
from .values import (
    ANY_TEXT,
    CLOCK,
    FLAG,
    IDENTIFIER,
    INTEGER,
    MILLISECONDS,
    NUMBER,
    OBJECT,
    POSITION,
    TEXT,
    TIMEOUT,
    VALUE,
    Kind,
    Malformed,
    json_text,
    many,
)


def _nest_flat_spellings(config: Wire) -> None:
    """Raw clients put into `config` what belongs one level deeper, or the reverse."""
    for name in ("encoding", "sampleRateHertz"):
        if (value := config.pop(name, None)) is not None:
            inner = _object_in(config, "speechRecognition")
            if inner.get(name) is None:
                inner[name] = value
    recognition = config.get("speechRecognition")
    if isinstance(recognition, dict) and config.get("languageCode") is None:
        config["languageCode"] = recognition.pop("languageCode", None)


def _nest_all_trackers(request: Wire) -> None:
    """The Go SDK has `enableAllTrackers` at the top."""
    if (value := request.pop("enableAllTrackers", None)) is not None:
        trackers = _object_in(_object_in(request, "config"), "trackers")
        if trackers.get("enableAllTrackers") is None:
            trackers["enableAllTrackers"] = value


def _object_in(wire: Wire, name: str) -> Wire:
    """The object called *name*, made if there is none."""
    if wire.get(name) is None:
        wire[name] = {}
    inner = wire[name]
    if not isinstance(inner, dict):
        raise Malformed("must be an object", name)
    return inner


def _nest_payload(error: Wire) -> None:
    if isinstance(text := error.get("payload"), str):
        error["payload"] = {"message": text}


def _pair(value: Json) -> tuple[str, str]:
    if not isinstance(value, dict):
        raise Malformed("must be an object")
    text = ANY_TEXT.decode
    return str(text(value.get("key", ""))), str(text(value.get("value", "")))


def _root_word(value: Json) -> str:
    """`{"text": …}`, or the bare word."""
    word = value.get("text") if isinstance(value, dict) else value
    if not isinstance(word, str):
        raise Malformed("must be a string")
    return word


_HINT = Kind(_pair, lambda hint: {"key": hint[0], "value": hint[1]})
_ROOT_WORD = Kind(_root_word, lambda word: {"text": word})

# --- shared parts

PERSON = Shape(
    e.Person,
    at("id", IDENTIFIER, "id"),
    at("user_id", IDENTIFIER, "userId"),
    at("name", TEXT, "name"),
    at("email", TEXT, "email"),
)
SPAN = Shape(e.Span, at("start", POSITION, "start"), at("end", POSITION, "end"))
WORD = Shape(
    e.Word,
    at("text", TEXT, "word"),
    at("start", CLOCK, "startTime"),
    at("end", CLOCK, "endTime"),
    at("confidence", NUMBER, "confidence"),
)
ALTERNATIVE = Shape(
    e.Alternative,
    at("transcript", TEXT, "transcript"),
    at("confidence", NUMBER, "confidence"),
    at("words", many(WORD.kind), "words", always=True),
)
SENTIMENT = Shape(
    e.Sentiment,
    at("score", NUMBER, "polarity.score"),
    at("suggested", TEXT, "suggested"),
)
TEXT_REFERENCE = Shape(
    e.TextReference,
    at("id", IDENTIFIER, "id"),
    at("text", TEXT, "text"),
    at("offset", INTEGER, "offset"),
    at("type", TEXT, "type"),
    at("start_time", TEXT, "startTime"),
    at("end_time", TEXT, "endTime"),
)

# --- client to server

SPEECH_RECOGNITION = Shape(
    e.SpeechRecognition,
    at("encoding", TEXT, "encoding"),
    at("sample_rate", INTEGER, "sampleRateHertz"),
)
TRACKER_CONFIG = Shape(
    e.TrackerConfig,
    at("interim_results", FLAG, "interimResults"),
    at("enable_all_trackers", FLAG, "enableAllTrackers"),
)
FIX = Shape(e.Fix, at("wrong", TEXT, "wrong"), at("right", TEXT, "right"))
STREAM_CONFIG = Shape(
    e.StreamConfig,
    at("confidence_threshold", NUMBER, "confidenceThreshold"),
    at("meeting_title", TEXT, "meetingTitle"),
    at("language", TEXT, "languageCode"),
    at("timezone_offset", INTEGER, "timezoneOffset"),
    at("timezone", TEXT, "timezone"),
    at("speech_recognition", SPEECH_RECOGNITION.kind, "speechRecognition"),
    at("trackers", TRACKER_CONFIG.kind, "trackers"),
    at("sentiment", FLAG, "sentiment"),
    at("detect_entities", FLAG, "detectEntities"),
    at("redaction", OBJECT, "redaction", always=True),
    at("fixes", many(FIX.kind), "fixes"),
    at("redact", many(TEXT), "redact"),
    prepare=_nest_flat_spellings,
)
TRACKER_SPEC = Shape(
    e.TrackerSpec,
    at("name", TEXT, "name"),
    at("vocabulary", many(TEXT), "vocabulary", always=True),
)
START_REQUEST = Shape(
    e.StartRequest,
    at("insight_types", many(TEXT), "insightTypes", always=True),
    at("custom_vocabulary", many(TEXT), "customVocabulary"),
    at("config", STREAM_CONFIG.kind, "config"),
    at("speaker", PERSON.kind, "speaker"),
    at("trackers", many(TRACKER_SPEC.kind), "trackers"),
    at("no_connection_timeout", TIMEOUT, "noConnectionTimeout"),
    at("disconnect_on_stop_request", FLAG, "disconnectOnStopRequest"),
    at("disconnect_on_stop_request_timeout", TIMEOUT, "disconnectOnStopRequestTimeout"),
    at("meeting_title", TEXT, "meetingTitle"),
    at("stream_id", IDENTIFIER, "streamId"),
    at("epoch", POSITION, "epoch"),
    at("after", POSITION, "after"),
    at("client", TEXT, "client"),
    at("started_at", TEXT, "startedAt"),
    at("store", FLAG, "store"),
    at("streams", POSITION, "streams"),
    at("is_live", FLAG, "isLive"),
    prepare=_nest_all_trackers,
)
MODIFY_REQUEST = Shape(
    e.ModifyRequest,
    at("speech_recognition", SPEECH_RECOGNITION.kind, "speechRecognition"),
    at("config", STREAM_CONFIG.kind, "config"),
)
STOP_REQUEST = Shape(e.StopRequest)
SKIP = Shape(
    e.Skip,
    at("start", POSITION, "from"),
    at("end", POSITION, "to"),
    at("at", TEXT, "at"),
)

# --- server to client: inside `message`

STARTED_LISTENING = Shape(
    e.StartedListening, at("audio_received", POSITION, "data.audioReceived")
)
_CONVERSATION_ID = at(
    "conversation_id", IDENTIFIER, "data.conversationId", "conversationId"
)
_NESTED_CONVERSATION_ID = at("conversation_id", IDENTIFIER, "data.conversationId")
CONVERSATION_CREATED = Shape(e.ConversationCreated, _NESTED_CONVERSATION_ID)
RECOGNITION_STARTED = Shape(e.RecognitionStarted, _NESTED_CONVERSATION_ID)
RECOGNITION_RESULT = Shape(
    e.RecognitionResult,
    at("is_final", FLAG, "isFinal"),
    at("alternatives", many(ALTERNATIVE.kind), "payload.raw.alternatives", always=True),
    at("punctuated", TEXT, "punctuated.transcript"),
    at("user", PERSON.kind, "user"),
    at("message_id", IDENTIFIER, "id"),
    at("audio", SPAN.kind, "audio"),
    at("stream_id", IDENTIFIER, "streamId"),
    at("estimated", many(TEXT), "estimated"),
)
RECOGNITION_STOPPED = Shape(e.RecognitionStopped)
CONVERSATION_COMPLETED = Shape(
    e.ConversationCompleted, _CONVERSATION_ID, at("summary_url", TEXT, "summaryUrl")
)
SESSION_MODIFIED = Shape(
    e.SessionModified, at("speech_recognition", SPEECH_RECOGNITION.kind, "data")
)
SUBSCRIPTION_STARTED = Shape(e.SubscriptionStarted, _NESTED_CONVERSATION_ID)
MARKED = Shape(
    e.Marked,
    at("id", IDENTIFIER, "data.id"),
    at("label", TEXT, "data.label"),
    at("start", NUMBER, "data.beginTimeOffset"),
)
PROGRESS = Shape(e.Progress, at("backlog", NUMBER, "data.backlog"))
NESTED_ERROR = Shape(
    e.NestedError,
    at("message", ANY_TEXT, "payload.message"),
    at("details", ANY_TEXT, "payload.details"),
    prepare=_nest_payload,
)

# --- server to client: top level

_EVENT = at("event", POSITION, "event")
_NUMBERED = (at("sequence_number", INTEGER, "sequenceNumber"), _EVENT)

ERROR = Shape(
    e.ErrorMessage,
    at("message", ANY_TEXT, "message"),
    at("details", ANY_TEXT, "details"),
    _EVENT,
)
MESSAGE_WORD = Shape(
    e.MessageWord,
    at("text", TEXT, "word"),
    at("start_time", TEXT, "startTime"),
    at("end_time", TEXT, "endTime"),
)
MESSAGE = Shape(
    e.Message,
    at("id", IDENTIFIER, "id"),
    at("sender", PERSON.kind, "from"),
    at("content", TEXT, "payload.content"),
    at("content_type", TEXT, "payload.contentType"),
    at("channel", IDENTIFIER, "channel.id"),
    at("disable_punctuation", FLAG, "metadata.disablePunctuation"),
    at("timezone_offset", INTEGER, "metadata.timezoneOffset"),
    at("original_content", TEXT, "metadata.originalContent"),
    at("words", json_text(many(MESSAGE_WORD.kind)), "metadata.words", always=True),
    at("original_message_id", IDENTIFIER, "metadata.originalMessageId"),
    at("metadata", OBJECT, "metadata"),
    at("dismissed", FLAG, "dismissed"),
    at("start_time", TEXT, "duration.startTime"),
    at("end_time", TEXT, "duration.endTime"),
    at("time_offset", NUMBER, "duration.timeOffset"),
    at("duration", NUMBER, "duration.duration"),
    at("entities", many(OBJECT), "entities", always=True),
    at("sentiment", SENTIMENT.kind, "sentiment"),
    at("estimated", many(TEXT), "estimated"),
)
MESSAGE_RESPONSE = Shape(
    e.MessageResponse,
    at("messages", many(MESSAGE.kind), "messages", always=True),
    at("sentiment", FLAG, "sentiment"),
    *_NUMBERED,
)
TAG = Shape(
    e.Tag,
    at("type", TEXT, "type"),
    at("text", TEXT, "text"),
    at("begin_offset", INTEGER, "beginOffset"),
    at("value", VALUE, "value.value", always=True),
)
INSIGHT = Shape(
    e.Insight,
    at("id", IDENTIFIER, "id"),
    at("type", TEXT, "type"),
    at("confidence", NUMBER, "confidence"),
    at("message_id", IDENTIFIER, "messageReference.id"),
    at("message_ids", many(IDENTIFIER), "messageIds"),
    at("hints", many(_HINT), "hints", always=True),
    at("assignee", PERSON.kind, "assignee"),
    at("sender", PERSON.kind, "from"),
    at("due", TEXT, "dueBy.value"),
    at("tags", many(TAG.kind), "tags", always=True),
    at("dismissed", FLAG, "dismissed"),
    at("content", TEXT, "payload.content", "text"),
    at("rev", POSITION, "rev"),
    at("removed", FLAG, "removed"),
    at("answered_by", IDENTIFIER, "answeredBy"),
    at("definitive", FLAG, "definitive"),
)
INSIGHT_RESPONSE = Shape(
    e.InsightResponse,
    at("insights", many(INSIGHT.kind), "insights", always=True),
    *_NUMBERED,
)
MESSAGE_REFERENCE = Shape(
    e.MessageReference,
    at("id", IDENTIFIER, "id"),
    at("relation", TEXT, "relation"),
)
TOPIC = Shape(
    e.Topic,
    at("id", IDENTIFIER, "id"),
    at("phrase", TEXT, "phrases"),
    at("root_words", many(_ROOT_WORD), "rootWords", always=True),
    at("score", NUMBER, "score"),
    at(
        "message_references",
        many(MESSAGE_REFERENCE.kind),
        "messageReferences",
        always=True,
    ),
    at("message_index", INTEGER, "messageIndex"),
    at("sentiment", SENTIMENT.kind, "sentiment"),
    at("rev", POSITION, "rev"),
    at("removed", FLAG, "removed"),
)
TOPIC_RESPONSE = Shape(
    e.TopicResponse, at("topics", many(TOPIC.kind), "topics", always=True), *_NUMBERED
)
TRACKER_MATCH = Shape(
    e.TrackerMatch,
    at("type", TEXT, "type"),
    at("value", TEXT, "value"),
    at("message_refs", many(TEXT_REFERENCE.kind), "messageRefs", always=True),
    at("insight_refs", many(TEXT_REFERENCE.kind), "insightRefs", always=True),
)
TRACKER = Shape(
    e.Tracker,
    at("id", IDENTIFIER, "id"),
    at("name", TEXT, "name"),
    at("matches", many(TRACKER_MATCH.kind), "matches", always=True),
    at("rev", POSITION, "rev"),
    at("removed", FLAG, "removed"),
)
TRACKER_RESPONSE = Shape(
    e.TrackerResponse,
    at("is_final", FLAG, "isFinal"),
    at("trackers", many(TRACKER.kind), "trackers", always=True),
    *_NUMBERED,
)
ENTITY_MATCH = Shape(
    e.EntityMatch,
    at("detected_value", TEXT, "detectedValue"),
    at("message_refs", many(TEXT_REFERENCE.kind), "messageRefs", always=True),
)
ENTITY = Shape(
    e.Entity,
    at("type", TEXT, "type"),
    at("sub_type", TEXT, "subType"),
    at("category", TEXT, "category"),
    at("matches", many(ENTITY_MATCH.kind), "matches", always=True),
    at("id", IDENTIFIER, "id"),
    at("rev", POSITION, "rev"),
    at("removed", FLAG, "removed"),
    at("value", TEXT, "value"),
)
ENTITY_RESPONSE = Shape(
    e.EntityResponse,
    at("entities", many(ENTITY.kind), "entities", always=True),
    *_NUMBERED,
)

# --- the rows

ENVELOPE = (at("time_offset", MILLISECONDS, "timeOffset"), _EVENT)
"""What stands beside `message`."""

LIFECYCLE: dict[str, Shape] = {
    "started_listening": STARTED_LISTENING,
    "conversation_created": CONVERSATION_CREATED,
    "recognition_started": RECOGNITION_STARTED,
    "recognition_result": RECOGNITION_RESULT,
    "recognition_stopped": RECOGNITION_STOPPED,
    "conversation_completed": CONVERSATION_COMPLETED,
    "session_modified": SESSION_MODIFIED,
    "subscription_started": SUBSCRIPTION_STARTED,
    "bookmark_created": MARKED,
    "progress": PROGRESS,
    "error": NESTED_ERROR,
}
"""By the `type` inside `message`."""

TOP_LEVEL: dict[str, Shape] = {
    "start_request": START_REQUEST,
    "modify_request": MODIFY_REQUEST,
    "stop_request": STOP_REQUEST,
    "stop_recognition": STOP_REQUEST,
    "skip": SKIP,
    "error": ERROR,
    "message_response": MESSAGE_RESPONSE,
    "insight_response": INSIGHT_RESPONSE,
    "topic_response": TOPIC_RESPONSE,
    "tracker_response": TRACKER_RESPONSE,
    "entity_response": ENTITY_RESPONSE,
}
"""By the frame's own `type`; the first of two spellings is written."""
