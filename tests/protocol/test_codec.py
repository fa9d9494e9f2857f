"""Any event survives the wire; any bytes decode or are refused in one way."""

import contextlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbl_cli.errors import LocalProtocolError, RemoteProtocolError
from symbl_cli.protocol import events as e
from symbl_cli.protocol.codec import decode, encode, read_text
from tests.protocol.strategies import EVENTS, JSON

WIRE = sorted((Path(__file__).parents[1] / "wire").glob("*.json"))


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_event_survives_the_wire(cls: type, data: st.DataObject) -> None:
    event = data.draw(EVENTS[cls])

    assert decode(encode(event)) == event


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(payload: bytes) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(read_text(payload))


@given(st.text(max_size=200))
def test_any_text_decodes_or_is_refused(frame: str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(frame)


@given(st.sampled_from(sorted(EVENTS, key=str)), st.data())
@settings(max_examples=300, deadline=None)
def test_a_frame_with_one_value_replaced_decodes_or_is_refused(
    cls: type, data: st.DataObject
) -> None:
    """Everything that a peer may put into a field that we know."""
    frame = encode(data.draw(EVENTS[cls]))
    if isinstance(frame, bytes) or not frame.startswith("{"):
        return
    wire = json.loads(frame)
    _replace_one(wire, data)

    try:
        event = decode(json.dumps(wire))
    except RemoteProtocolError:
        return
    assert decode(encode(event)) == event


def _replace_one(wire: dict[str, e.Json], data: st.DataObject) -> None:
    places: list[tuple[dict[str, e.Json] | list[e.Json], str | int]] = []
    _collect(wire, places)
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(JSON)  # type: ignore[index]  # key and holder fit


def _collect(
    value: e.Json, places: list[tuple[dict[str, e.Json] | list[e.Json], str | int]]
) -> None:
    match value:
        case dict():
            places.extend((value, key) for key in value)
            for child in value.values():
                _collect(child, places)
        case list():
            places.extend((value, at) for at in range(len(value)))
            for child in value:
                _collect(child, places)
        case _:
            pass


@pytest.mark.parametrize("path", WIRE, ids=lambda path: path.stem)
def test_the_examples_of_the_reference_are_understood(path: Path) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))
    event = decode(example["frame"])

    assert type(event).__name__ == example["event"]
    assert decode(encode(event)) == event


@pytest.mark.parametrize("path", WIRE, ids=lambda path: path.stem)
def test_nothing_in_the_examples_of_the_reference_is_unknown(path: Path) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))

    assert re.match(r"(streaming|conversation)-api\.md §", example["origin"])
    assert _left_over(decode(example["frame"])) == example.get("left_over", [])


def _left_over(event: e.Event) -> list[str]:
    return sorted({*getattr(event, "extra", {}), *getattr(event, "outer", {})})


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        ("", "the frame is not JSON"),
        ("{", "the frame is not JSON"),
        ("[]", "the frame must be a JSON object"),
        ("7", "the frame must be a JSON object"),
        ("{}", "type is missing"),
        ('{"type":7}', "type must be a string"),
        ('{"type":"message"}', "message must be an object"),
        ('{"type":"message","message":{}}', "message.type is missing"),
        ("[" * 100_000, "the frame is nested too deeply"),
        ('{"a":' * 500 + "1" + "}" * 500, "type is missing"),
        (
            '{"type":"x","a":' + "[" * 60 + "]" * 60 + "}",
            "the frame is nested too deeply",
        ),
        ('{"type":"x","a":NaN}', "the frame is not JSON"),
        ('{"type":"x","a":-Infinity}', "the frame is not JSON"),
        ('{"type":"x","a":1e999}', "the frame must be a finite number"),
        ('{"type":"x","a":' + "9" * 5000 + "}", "the frame is not JSON"),
        ('{"type":"x","a":"\\ud800"}', "the frame holds half a character"),
        ('{"type":"x","a":"\ud800"}', "the frame holds half a character"),
        (
            (
                '{"type":"start_request","config":{"speechRecognition":'
                '{"sampleRateHertz":"16000"}}}'
            ),
            "config.speechRecognition.sampleRateHertz must be an integer",
        ),
        (
            '{"type":"start_request","config":{"sampleRateHertz":true}}',
            "config.speechRecognition.sampleRateHertz must be an integer",
        ),
        ('{"type":"start_request","config":7}', "config must be an object"),
        (
            '{"type":"start_request","trackers":[{"vocabulary":[]}]}',
            "trackers[0].name is missing",
        ),
        (
            '{"type":"start_request","epoch":1' + "0" * 30 + "}",
            "epoch must be an integer",
        ),
        ('{"type":"skip","from":-1,"to":2}', "from must not be negative"),
        (
            (
                '{"type":"message","message":{"type":"recognition_result",'
                '"payload":{"raw":[]}}}'
            ),
            "message.payload.raw must be an object",
        ),
        (
            (
                '{"type":"message","message":{"type":"recognition_result","payload":'
                '{"raw":{"alternatives":[{"words":[{"word":"a","startTime":'
                '{"seconds":"x"}}]}]}}}}'
            ),
            (
                "message.payload.raw.alternatives[0].words[0].startTime.seconds"
                " must be a string of digits"
            ),
        ),
        (
            '{"type":"message_response","messages":[{"metadata":{"words":"["}}]}',
            "messages[0].metadata.words is not JSON",
        ),
        (
            '{"type":"message","message":{"type":"conversation_created"}}',
            "message.data.conversationId is missing",
        ),
    ],
)
def test_a_bad_frame_is_refused_with_its_place_and_reason(
    frame: str, problem: str
) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(frame)

    assert str(caught.value) == problem


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"stop_request"}',
        "{'type': 'stop_request'}",
        "  {'type':'stop_request',}\n",
        '{"type":"stop_recognition"}',
    ],
)
def test_every_spelling_of_a_stop_is_understood(frame: str) -> None:
    assert decode(frame) == e.StopRequest()


def test_null_is_absent() -> None:
    frame = (
        '{"type":"start_request","insightTypes":null,"config":null,"speaker":null,'
        '"trackers":null,"noConnectionTimeout":null}'
    )

    assert decode(frame) == e.StartRequest()


@pytest.mark.parametrize(
    "frame",
    [
        (
            '{"type":"start_request","config":{"encoding":"MULAW","sampleRateHertz":8000,'
            '"speechRecognition":{"languageCode":"en-GB"}},"enableAllTrackers":true}'
        ),
        (
            '{"type":"start_request","config":{"languageCode":"en-GB","speechRecognition":'
            '{"encoding":"MULAW","sampleRateHertz":8000},"trackers":'
            '{"enableAllTrackers":true}}}'
        ),
    ],
    ids=["as raw clients spell it", "as documented"],
)
def test_settings_are_found_where_clients_put_them(frame: str) -> None:
    assert decode(frame) == e.StartRequest(
        config=e.StreamConfig(
            language="en-GB",
            speech_recognition=e.SpeechRecognition(encoding="MULAW", sample_rate=8000),
            trackers=e.TrackerConfig(enable_all_trackers=True),
        )
    )


def test_a_boolean_timeout_counts_as_none() -> None:
    frame = '{"type":"start_request","noConnectionTimeout":true}'

    assert decode(frame) == e.StartRequest()


@pytest.mark.parametrize(
    "inner", ['"data":{"conversationId":5}', '"conversationId":"5"']
)
def test_a_conversation_completed_is_read_from_either_shape(inner: str) -> None:
    frame = (
        f'{{"type":"message","message":{{"type":"conversation_completed",{inner}}}}}'
    )

    assert decode(frame) == e.ConversationCompleted(
        conversation_id=e.ConversationId("5")
    )


def test_a_conversation_completed_is_written_in_both_shapes() -> None:
    event = e.ConversationCompleted(conversation_id=e.ConversationId("5"))

    assert _written(event) == {
        "type": "message",
        "message": {
            "type": "conversation_completed",
            "data": {"conversationId": "5"},
            "conversationId": "5",
        },
    }


def test_an_error_is_read_from_either_shape() -> None:
    flat = '{"type":"error","message":"No","details":{"why":1}}'
    nested = '{"type":"message","message":{"type":"error","payload":"No"}}'

    assert decode(flat) == e.ErrorMessage(message="No", details='{"why": 1}')
    assert decode(nested) == e.NestedError(message="No")


def test_the_types_that_strict_decoders_insist_on() -> None:
    result = e.RecognitionResult(
        is_final=True,
        time_offset=1.2345,
        alternatives=(
            e.Alternative(words=(e.Word(text="Hi", start=1.2, end=1234.567),)),
        ),
    )
    message = e.Message(words=(e.MessageWord(text="Hi", start_time="a", end_time="b"),))
    insight = e.Insight(content="Call", hints=(("score", "0.9"),))

    assert _written(result) == {
        "type": "message",
        "timeOffset": 1234,
        "message": {
            "type": "recognition_result",
            "isFinal": True,
            "payload": {
                "raw": {
                    "alternatives": [
                        {
                            "transcript": "",
                            "words": [
                                {
                                    "word": "Hi",
                                    "startTime": {"seconds": "1", "nanos": "200000000"},
                                    "endTime": {
                                        "seconds": "1234",
                                        "nanos": "567000000",
                                    },
                                }
                            ],
                        }
                    ]
                }
            },
        },
    }
    assert _written(e.MessageResponse(messages=(message,)))["messages"] == [
        {
            "payload": {"content": ""},
            "metadata": {"words": '[{"word":"Hi","startTime":"a","endTime":"b"}]'},
        }
    ]
    assert _written(e.InsightResponse(insights=(insight,)))["insights"] == [
        {
            "type": "",
            "hints": [{"key": "score", "value": "0.9"}],
            "tags": [],
            "payload": {"content": "Call"},
            "text": "Call",
        }
    ]


def test_what_nobody_knows_survives_a_relay() -> None:
    frame = (
        '{"type":"message","message":{"type":"recognition_result","isFinal":true,'
        '"payload":{"raw":{"alternatives":[],"model":"v2"}},"mood":null,'
        '"user":{"name":"Mara","peerId":7}},"timeOffset":5,"traceId":"t"}'
    )

    assert _written(decode(frame)) == json.loads(frame)


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_half_a_character_is_not_sent(text: str) -> None:
    with pytest.raises(LocalProtocolError, match="cannot be said"):
        encode(e.StartRequest(meeting_title=text))


def test_an_endless_number_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="cannot be said"):
        encode(e.StartRequest(config=e.StreamConfig(confidence_threshold=float("inf"))))


def _written(event: e.Event) -> dict[str, e.Json]:
    frame = encode(event)
    assert isinstance(frame, str)
    wire: dict[str, e.Json] = json.loads(frame)
    return wire
