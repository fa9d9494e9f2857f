"""The streaming socket of a real server, as clients of ours and others use it."""

from collections.abc import Callable

import pytest
import websocket

from tests.scripted_speech import silence, speech
from tests.socket_line import SocketLine, captions, kind, pick, texts

Dial = Callable[..., SocketLine]

OURS = {"streamId": "stream-1", "epoch": 1, "noConnectionTimeout": 30}
_START_WITH_TAPE = (
    '{"type":"start_request","config":{"speechRecognition":{"encoding":"TAPE"}}}'
)
_START_AT_7_HERTZ = _START_WITH_TAPE.replace('"encoding":"TAPE"', '"sampleRateHertz":7')
TALK = speech("The van is late.", "Who books the room?")


def test_sound_goes_in_and_words_messages_and_the_end_come_out(dial: Dial) -> None:
    line = dial().start(speaker={"userId": "ann@example.org", "name": "Ann"})

    line.audio(TALK)
    line.stop()
    line.rest()

    assert [kind(frame) for frame in line.frames if _is_lifecycle(frame)] == [
        "started_listening",
        "conversation_created",
        "recognition_started",
        "conversation_completed",
        "recognition_stopped",
    ]
    assert line.texts() == ["The van is late.", "Who books the room?"]
    messages = [frame for frame in line.frames if kind(frame) == "message_response"]
    assert [pick(frame, "messages", 0, "payload", "content") for frame in messages] == [
        "The van is late.",
        "Who books the room?",
    ]
    assert line.close_code == 1000


def test_a_caption_and_its_message_have_one_id_and_the_samples_they_stand_for(
    dial: Dial,
) -> None:
    line = dial().start(**OURS)

    line.audio(speech("The van is late.", pause=1.0))
    line.stop()
    line.until("conversation_completed")

    [caption] = captions(line.frames)
    [message] = [frame for frame in line.frames if kind(frame) == "message_response"]
    assert caption["id"] == pick(message, "messages", 0, "id")
    span = pick(caption, "audio")
    assert isinstance(span, dict)
    # A second of silence, then 16 bytes of 60 ms each.
    assert span["start"] <= 16000 < 16000 + 16 * 960 <= span["end"]
    assert caption["estimated"] == ["words", "confidence"]


def test_questions_come_after_the_message_that_they_rest_on(dial: Dial) -> None:
    line = dial().start(**OURS)

    line.audio(TALK)
    line.stop()
    line.until("conversation_completed")

    kinds = [kind(frame) for frame in line.frames]
    [insight] = [f for f in line.frames if kind(f) == "insight_response"]
    assert pick(insight, "insights", 0, "payload", "content") == "Who books the room?"
    reference = pick(insight, "insights", 0, "messageReference", "id")
    assert reference == captions(line.frames)[1]["id"]
    assert kinds.index("insight_response") > kinds.index("message_response")


def test_every_frame_to_a_client_of_ours_has_a_growing_number(dial: Dial) -> None:
    line = dial().start(**OURS)

    line.audio(TALK)
    line.stop()
    line.until("recognition_stopped")

    numbers = [int(str(frame["event"])) for frame in line.frames]
    assert numbers == sorted(numbers)
    assert len(set(numbers[3:])) == len(numbers[3:])


def test_other_clients_see_nothing_of_our_additions(dial: Dial) -> None:
    line = dial().start()

    line.audio(TALK)
    line.stop()
    line.rest()

    assert not any("event" in frame for frame in line.frames)
    assert not any({"id", "audio", "estimated"} & set(c) for c in captions(line.frames))


def test_the_python_sdks_stop_which_is_no_json_is_a_stop(dial: Dial) -> None:
    line = dial().start()

    line.audio(speech("Good bye."))
    line.send("{'type': 'stop_request'}")
    line.rest()

    assert line.texts() == ["Good bye."]
    assert line.close_code == 1000


def test_the_last_words_are_kept_although_no_silence_follows(dial: Dial) -> None:
    line = dial().start()

    line.audio(speech("The end.")[: -2 * 16000])
    line.stop()
    line.rest()

    assert line.texts() == ["The end."]


def test_a_ping_in_words_gets_its_pong(dial: Dial) -> None:
    line = dial()

    line.send("__PING__")

    assert line.socket.recv() == "__PONG__"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("not json", "JSON"),
        ('{"type": 7}', "type"),
        ('{"type": "dance"}', "dance"),
        ('{"type":"start_request","config":{"speechRecognition":7}}', "speechRecog"),
        (_START_WITH_TAPE, "TAPE"),
        (_START_AT_7_HERTZ, "sampleRateHertz 7"),
        ('{"type":"modify_request"}', "IDLE"),
    ],
)
def test_a_frame_that_makes_no_sense_is_told_and_the_socket_stays(
    dial: Dial, sent: str, told: str
) -> None:
    line = dial()

    line.send(sent)

    assert told in str(line.until("error")["details"])
    line.start()
    line.audio(speech("Still here."))
    line.stop()
    line.rest()
    assert line.texts() == ["Still here."]


def test_audio_before_the_start_counts_for_nothing(dial: Dial) -> None:
    line = dial()

    line.audio(speech("Too early."))
    line.start()
    line.audio(speech("In time."))
    line.stop()
    line.rest()

    assert line.texts() == ["In time."]


def test_a_known_stream_with_a_higher_epoch_takes_over_where_the_sound_stopped(
    dial: Dial,
) -> None:
    first = dial().start(**OURS)
    first.audio(TALK[: 2 * 16000 * 4])
    first.until("message_response")

    second = dial()
    second.send({"type": "start_request", **OURS, "epoch": 2, "after": 0})
    received = pick(second.until("started_listening"), "message", "data")
    assert isinstance(received, dict)
    second.audio(TALK[2 * int(received["audioReceived"]) :])
    second.stop()
    second.until("recognition_stopped")

    assert second.texts() == ["The van is late.", "Who books the room?"]
    assert first.rest() == [] or kind(first.frames[-1]) == "error"
    assert first.close_code == 1008


def test_an_epoch_that_is_not_higher_is_refused(dial: Dial) -> None:
    first = dial().start(**OURS)

    second = dial()
    second.send({"type": "start_request", **OURS})
    refused = second.rest()

    assert "epoch 1" in str(refused[-1]["details"])
    assert second.close_code == 1008
    first.audio(speech("Undisturbed."))
    first.stop()
    first.until("recognition_stopped")
    assert first.texts() == ["Undisturbed."]


def test_what_was_missed_while_away_is_had_again_with_the_same_ids(dial: Dial) -> None:
    first = dial().start(**OURS)
    first.audio(TALK)
    first.until("insight_response")
    seen = first.frames[-1]["event"]
    known = {frame["event"]: frame for frame in first.frames[3:] if _is_kept(frame)}
    first.drop()

    second = dial()
    second.send({"type": "start_request", **OURS, "epoch": 2, "after": 0})
    second.until("insight_response")

    again = {frame["event"]: frame for frame in second.frames[3:] if _is_kept(frame)}
    assert {n: f for n, f in again.items() if int(str(n)) <= int(str(seen))} == known


def test_skipped_samples_move_the_time_and_end_the_utterance(dial: Dial) -> None:
    line = dial().start(**OURS)
    said = speech("One.", pause=0.3)
    line.audio(said)
    here = len(said) // 2

    line.send({"type": "skip", "from": here, "to": here + 160_000})
    line.audio(speech("Two.", pause=0.3))
    line.stop()
    line.until("recognition_stopped")

    assert line.texts() == ["One.", "Two."]
    second = pick(captions(line.frames)[1], "audio", "start")
    assert isinstance(second, int)
    assert second >= here + 160_000


def test_a_stop_that_only_pauses_keeps_the_socket_and_the_conversation(
    dial: Dial,
) -> None:
    options = {"disconnectOnStopRequest": False, "disconnectOnStopRequestTimeout": 60}
    line = dial().start(**options)
    created = pick(line.frames[1], "message", "data")
    line.audio(speech("Before."))
    line.stop()
    line.until("recognition_stopped")

    line.start(**options)
    line.audio(speech("After."))
    line.stop()
    line.until("recognition_stopped")

    assert line.texts() == ["Before.", "After."]
    conversations = [f for f in line.frames if kind(f) == "conversation_created"]
    assert pick(conversations[1], "message", "data") == created
    assert "conversation_completed" not in [kind(frame) for frame in line.frames]


def test_two_speakers_share_a_conversation_and_each_hears_the_others_messages(
    dial: Dial,
) -> None:
    ann = dial().start(speaker={"name": "Ann"}, streamId="ann", epoch=1)
    bea = dial().start(speaker={"name": "Bea"}, streamId="bea", epoch=1)

    ann.audio(speech("Hello Bea."))
    bea.until("message_response")
    ann.stop()
    ann.until("recognition_stopped")
    bea.audio(speech("Hello Ann."))
    bea.stop()
    bea.until("recognition_stopped")

    assert pick(ann.frames[1], "message", "data") == pick(
        bea.frames[1], "message", "data"
    )
    assert (ann.texts(), bea.texts()) == (["Hello Bea."], ["Hello Ann."])
    said = [f for f in bea.frames if kind(f) == "message_response"]
    assert [pick(f, "messages", 0, "from", "name") for f in said] == ["Ann", "Bea"]


@pytest.mark.parametrize(
    "path", ["/v1/subscribe/", "/session/subscribe/", "/subscribe/"]
)
def test_a_subscriber_sees_captions_and_messages_and_the_end(
    dial: Dial, path: str
) -> None:
    listener = dial(path=path)
    speaker = dial(path="/v1/realtime/insights/").start()

    speaker.audio(TALK)
    speaker.stop()
    speaker.rest()
    heard = listener.rest()

    assert kind(heard[0]) == "subscription_started"
    assert texts(heard) == ["The van is late.", "Who books the room?"]
    assert kind(heard[-1]) == "conversation_completed"


def test_a_subscribers_stop_ends_only_its_subscription(dial: Dial) -> None:
    listener = dial(path="/v1/subscribe/")
    speaker = dial().start()

    listener.stop()
    listener.rest()
    speaker.audio(speech("I go on."))
    speaker.stop()
    speaker.rest()

    assert listener.close_code == 1000
    assert speaker.texts() == ["I go on."]


def test_a_subscribers_sound_and_start_are_not_heard(dial: Dial) -> None:
    listener = dial(path="/v1/subscribe/")
    listener.send({"type": "start_request"})
    listener.audio(speech("Not me."))
    speaker = dial().start()

    speaker.audio(speech("Me."))
    speaker.stop()
    speaker.rest()

    assert texts(listener.rest()) == ["Me."]


def test_a_client_that_closes_right_after_its_stop_still_gets_its_last_words_stored(
    dial: Dial,
) -> None:
    listener = dial(path="/v1/subscribe/")
    line = dial().start()
    line.audio(speech("Said and gone."))
    line.stop()
    line.socket.close()

    assert texts(listener.rest()) == ["Said and gone."]


def test_a_lost_socket_ends_a_conversation_that_asked_for_no_patience(
    dial: Dial,
) -> None:
    listener = dial(path="/v1/subscribe/")
    line = dial().start()
    line.audio(speech("Cut off.")[: -2 * 16000])

    line.drop()

    assert texts(listener.rest()) == ["Cut off."]


def test_eight_bit_telephone_sound_is_understood(dial: Dial) -> None:
    line = dial().start(
        config={"speechRecognition": {"encoding": "MULAW", "sampleRateHertz": 8000}}
    )

    line.audio(_mulaw(speech("Hello.", sample_rate=8000)))
    line.stop()
    line.rest()

    assert line.texts() == ["Hello."]


def test_the_format_may_change_while_one_speaks(dial: Dial) -> None:
    line = dial().start()
    line.audio(speech("Wide."))

    speech_recognition = {"encoding": "LINEAR16", "sampleRateHertz": 8000}
    line.send({"type": "modify_request", "speechRecognition": speech_recognition})
    modified = line.until("session_modified")
    line.audio(speech("Narrow.", sample_rate=8000))
    line.stop()
    line.rest()

    assert pick(modified, "message", "data") == speech_recognition
    assert line.texts() == ["Wide.", "Narrow."]


def test_silence_alone_ends_with_nothing_but_the_end(dial: Dial) -> None:
    line = dial().start()

    line.audio(silence(3))
    line.stop()

    assert [kind(frame) for frame in line.rest()] == [
        "conversation_completed",
        "recognition_stopped",
    ]


def test_a_frame_over_the_limit_closes_with_1009(dial: Dial) -> None:
    line = dial().start()

    line.socket.send_binary(bytes((1 << 20) + 1))
    line.rest()

    assert line.close_code == 1009


def test_a_word_that_is_over_a_frame_boundary_is_still_a_word(dial: Dial) -> None:
    line = dial().start()
    pcm = speech("Odd sizes.")

    for start in range(0, len(pcm), 1001):
        line.socket.send(pcm[start : start + 1001], websocket.ABNF.OPCODE_BINARY)
    line.stop()
    line.rest()

    assert line.texts() == ["Odd sizes."]


def _is_lifecycle(frame: dict[str, object]) -> bool:
    return frame["type"] == "message" and kind(frame) != "recognition_result"


def _is_kept(frame: dict[str, object]) -> bool:
    message = frame.get("message")
    if not isinstance(message, dict):
        return True
    return message.get("type") != "progress" and bool(message.get("isFinal", True))


def _mulaw(pcm: bytes) -> bytes:
    """G.711 of 16-bit samples, by its definition."""
    samples = memoryview(pcm).cast("h")
    return bytes(_mulaw_byte(sample) for sample in samples)


def _mulaw_byte(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF
