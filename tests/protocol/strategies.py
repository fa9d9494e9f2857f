"""Any event of the wire, for property tests."""

from typing import TypeVar

from hypothesis import strategies as st

from symbl_cli.protocol import events as e

T = TypeVar("T")

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
COUNTS = st.integers(0, 2**53)
INTEGERS = st.integers(-(2**53), 2**53)
NUMBERS = st.floats(-1e12, 1e12)
MILLISECONDS = st.integers(0, 10**12).map(lambda ms: ms / 1000)
NANOSECONDS = st.integers(0, 10**15).map(lambda nanos: nanos / 10**9)
FLAGS = st.booleans()
JSON = st.recursive(
    st.none() | FLAGS | INTEGERS | NUMBERS | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=6,
)
EXTRA = st.dictionaries(TEXT.map("x-{}".format), JSON, max_size=2)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=2)


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


def several(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


PERSONS = st.builds(
    e.Person,
    id=maybe(TEXT),
    user_id=maybe(TEXT),
    name=maybe(TEXT),
    email=maybe(TEXT),
    extra=EXTRA,
)
SPANS = st.builds(e.Span, COUNTS, COUNTS)
WORDS = st.builds(
    e.Word,
    text=TEXT,
    start=maybe(NANOSECONDS),
    end=maybe(NANOSECONDS),
    confidence=maybe(NUMBERS),
    extra=EXTRA,
)
ALTERNATIVES = st.builds(
    e.Alternative,
    transcript=TEXT,
    confidence=maybe(NUMBERS),
    words=several(WORDS),
    extra=EXTRA,
)
SENTIMENTS = st.builds(e.Sentiment, score=NUMBERS, suggested=maybe(TEXT), extra=EXTRA)
RECOGNITIONS = st.builds(
    e.SpeechRecognition, encoding=maybe(TEXT), sample_rate=maybe(INTEGERS), extra=EXTRA
)
CONFIGS = st.builds(
    e.StreamConfig,
    confidence_threshold=maybe(NUMBERS),
    meeting_title=maybe(TEXT),
    language=maybe(TEXT),
    timezone_offset=maybe(INTEGERS),
    timezone=maybe(TEXT),
    speech_recognition=maybe(RECOGNITIONS),
    trackers=maybe(
        st.builds(
            e.TrackerConfig,
            interim_results=maybe(FLAGS),
            enable_all_trackers=maybe(FLAGS),
            extra=EXTRA,
        )
    ),
    sentiment=maybe(FLAGS),
    detect_entities=maybe(FLAGS),
    redaction=maybe(OBJECTS),
    fixes=several(st.builds(e.Fix, wrong=TEXT, right=TEXT)),
    redact=several(TEXT),
    extra=EXTRA,
)
STARTS = st.builds(
    e.StartRequest,
    insight_types=maybe(several(TEXT)),
    custom_vocabulary=several(TEXT),
    config=CONFIGS,
    speaker=maybe(PERSONS),
    trackers=several(
        st.builds(e.TrackerSpec, name=TEXT, vocabulary=several(TEXT), extra=EXTRA)
    ),
    no_connection_timeout=maybe(NUMBERS),
    disconnect_on_stop_request=maybe(FLAGS),
    disconnect_on_stop_request_timeout=maybe(NUMBERS),
    meeting_title=maybe(TEXT),
    stream_id=maybe(TEXT),
    epoch=maybe(COUNTS),
    after=maybe(COUNTS),
    client=maybe(TEXT),
    started_at=maybe(TEXT),
    store=maybe(FLAGS),
    streams=maybe(COUNTS),
    is_live=maybe(FLAGS),
    extra=EXTRA,
)
AROUND = {
    "time_offset": maybe(MILLISECONDS),
    "event": maybe(COUNTS),
    "extra": EXTRA,
    "outer": EXTRA,
}
MESSAGES = st.builds(
    e.Message,
    id=maybe(TEXT.map(e.MessageId)),
    sender=maybe(PERSONS),
    content=TEXT,
    content_type=maybe(TEXT),
    channel=maybe(TEXT),
    timezone_offset=maybe(INTEGERS),
    original_content=maybe(TEXT),
    original_message_id=maybe(TEXT),
    disable_punctuation=maybe(FLAGS),
    words=maybe(
        several(
            st.builds(
                e.MessageWord,
                text=TEXT,
                start_time=maybe(TEXT),
                end_time=maybe(TEXT),
                extra=EXTRA,
            )
        )
    ),
    dismissed=maybe(FLAGS),
    start_time=maybe(TEXT),
    end_time=maybe(TEXT),
    time_offset=maybe(NUMBERS),
    duration=maybe(NUMBERS),
    entities=maybe(several(OBJECTS)),
    sentiment=maybe(SENTIMENTS),
    estimated=several(TEXT),
    extra=EXTRA,
    metadata=EXTRA,
)
REVISED = {"rev": maybe(COUNTS), "removed": maybe(FLAGS), "extra": EXTRA}
INSIGHT_IDS = TEXT.map(e.InsightId)
MESSAGE_IDS = TEXT.map(e.MessageId)
INSIGHTS = st.builds(
    e.Insight,
    id=maybe(INSIGHT_IDS),
    type=TEXT,
    content=TEXT,
    confidence=maybe(NUMBERS),
    message_id=maybe(MESSAGE_IDS),
    message_ids=several(MESSAGE_IDS),
    hints=several(st.tuples(TEXT, TEXT)),
    assignee=maybe(PERSONS),
    sender=maybe(PERSONS),
    due=maybe(TEXT),
    tags=several(
        st.builds(
            e.Tag,
            type=TEXT,
            text=TEXT,
            begin_offset=maybe(INTEGERS),
            value=JSON,
            extra=EXTRA,
        )
    ),
    dismissed=maybe(FLAGS),
    answered_by=maybe(MESSAGE_IDS),
    definitive=maybe(FLAGS),
    **REVISED,
)
TOPICS = st.builds(
    e.Topic,
    id=maybe(INSIGHT_IDS),
    phrase=TEXT,
    root_words=several(TEXT),
    score=maybe(NUMBERS),
    message_references=several(
        st.builds(e.MessageReference, id=MESSAGE_IDS, relation=maybe(TEXT), extra=EXTRA)
    ),
    message_index=maybe(INTEGERS),
    sentiment=maybe(SENTIMENTS),
    **REVISED,
)
REFERENCES = several(
    st.builds(
        e.TextReference,
        id=TEXT,
        text=maybe(TEXT),
        offset=maybe(INTEGERS),
        type=maybe(TEXT),
        start_time=maybe(TEXT),
        end_time=maybe(TEXT),
        extra=EXTRA,
    )
)
TRACKERS = st.builds(
    e.Tracker,
    id=maybe(INSIGHT_IDS),
    name=TEXT,
    matches=several(
        st.builds(
            e.TrackerMatch,
            value=TEXT,
            type=maybe(TEXT),
            message_refs=REFERENCES,
            insight_refs=REFERENCES,
            extra=EXTRA,
        )
    ),
    **REVISED,
)
ENTITIES = st.builds(
    e.Entity,
    type=TEXT,
    sub_type=maybe(TEXT),
    category=maybe(TEXT),
    matches=several(
        st.builds(
            e.EntityMatch, detected_value=TEXT, message_refs=REFERENCES, extra=EXTRA
        )
    ),
    id=maybe(INSIGHT_IDS),
    value=maybe(TEXT),
    **REVISED,
)
NUMBERED = {
    "sequence_number": maybe(INTEGERS),
    "event": maybe(COUNTS),
    "extra": EXTRA,
}
ROOM = TEXT.map(e.ConversationId)
EVENTS: dict[type, st.SearchStrategy[e.Event]] = {
    e.StartRequest: STARTS,
    e.ModifyRequest: st.builds(
        e.ModifyRequest,
        speech_recognition=maybe(RECOGNITIONS),
        config=maybe(CONFIGS),
        extra=EXTRA,
    ),
    e.StopRequest: st.builds(e.StopRequest, extra=EXTRA),
    e.Audio: st.builds(e.Audio, st.binary(max_size=64)),
    e.Skip: st.builds(e.Skip, start=COUNTS, end=COUNTS, at=maybe(TEXT), extra=EXTRA),
    e.Ping: st.just(e.Ping()),
    e.StartedListening: st.builds(
        e.StartedListening, audio_received=maybe(COUNTS), **AROUND
    ),
    e.ConversationCreated: st.builds(
        e.ConversationCreated, conversation_id=ROOM, **AROUND
    ),
    e.RecognitionStarted: st.builds(
        e.RecognitionStarted, conversation_id=maybe(ROOM), **AROUND
    ),
    e.RecognitionResult: st.builds(
        e.RecognitionResult,
        is_final=FLAGS,
        punctuated=maybe(TEXT),
        alternatives=several(ALTERNATIVES),
        user=maybe(PERSONS),
        message_id=maybe(MESSAGE_IDS),
        audio=maybe(SPANS),
        stream_id=maybe(TEXT),
        estimated=several(TEXT),
        **AROUND,
    ),
    e.RecognitionStopped: st.builds(e.RecognitionStopped, **AROUND),
    e.ConversationCompleted: st.builds(
        e.ConversationCompleted,
        conversation_id=maybe(ROOM),
        summary_url=maybe(TEXT),
        **AROUND,
    ),
    e.SessionModified: st.builds(
        e.SessionModified, speech_recognition=RECOGNITIONS, **AROUND
    ),
    e.SubscriptionStarted: st.builds(
        e.SubscriptionStarted, conversation_id=maybe(ROOM), **AROUND
    ),
    e.Marked: st.builds(e.Marked, id=TEXT, label=TEXT, start=NUMBERS, **AROUND),
    e.Progress: st.builds(e.Progress, backlog=NUMBERS, **AROUND),
    e.UnknownLifecycle: st.builds(
        e.UnknownLifecycle, type=TEXT.map("x-{}".format), **AROUND
    ),
    e.ErrorMessage: st.builds(
        e.ErrorMessage, message=TEXT, details=TEXT, event=maybe(COUNTS), extra=EXTRA
    ),
    e.NestedError: st.builds(e.NestedError, message=TEXT, details=TEXT, **AROUND),
    e.MessageResponse: st.builds(
        e.MessageResponse,
        messages=several(MESSAGES),
        sentiment=maybe(FLAGS),
        **NUMBERED,
    ),
    e.InsightResponse: st.builds(
        e.InsightResponse, insights=several(INSIGHTS), **NUMBERED
    ),
    e.TopicResponse: st.builds(e.TopicResponse, topics=several(TOPICS), **NUMBERED),
    e.TrackerResponse: st.builds(
        e.TrackerResponse,
        trackers=several(TRACKERS),
        is_final=maybe(FLAGS),
        **NUMBERED,
    ),
    e.EntityResponse: st.builds(
        e.EntityResponse, entities=several(ENTITIES), **NUMBERED
    ),
    e.Pong: st.just(e.Pong()),
    e.Unknown: st.builds(e.Unknown, type=TEXT.map("x-{}".format), fields=EXTRA),
}
