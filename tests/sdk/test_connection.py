"""A connection of a Python program, against a real server that recognises a script."""

import logging
import sys
from collections.abc import Callable, Iterator
from threading import current_thread
from typing import TypeAlias

import pytest

import symbl_cli as symbl
from symbl_cli.errors import AuthenticationError, UnreachableError, UsageError
from symbl_cli.sdk import StreamingConnection
from tests.faults import FaultyLine
from tests.scripted_speech import cut, silence, speech
from tests.server_process import running_server

pytestmark = pytest.mark.usefixtures("at_home")

QUESTION, TASK = "Who books the room?", "I will send the report."
SPOKEN = speech(QUESTION, TASK, sample_rate=44100)

Message: TypeAlias = dict[str, object]


def start(**changes: object) -> StreamingConnection:
    arguments: dict[str, object] = {
        "insight_types": ["question", "action_item"],
        "speaker": {"name": "Ann"},
    }
    return symbl.Streaming.start_connection(**(arguments | changes))  # type: ignore[no-any-return]  # lazily imported


class Heard:
    """What callbacks were told, in order."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.threads: set[str] = set()

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        self.threads.add(current_thread().name)

    @property
    def texts(self) -> list[str]:
        return [
            one["payload"]["content"]
            for message in self.messages
            if message["type"] == "message_response"
            for one in message["messages"]  # type: ignore[attr-defined]  # the API has a list
        ]

    @property
    def kinds(self) -> list[object]:
        """Without interims: how many come depends on the machine."""
        return [kind for one in self.messages if (kind := kind_of(one)) is not None]


def kind_of(message: Message) -> object:
    match message:
        case {"message": {"type": "recognition_result", "isFinal": False}}:
            return None
        case {"message": {"type": kind}} | {"insights": [{"type": kind}]}:
            return kind
        case _:
            return message["type"]


def every(heard: Heard) -> dict[str, Heard]:
    kinds = ("message", "message_response", "insight_response", "topic_response")
    return dict.fromkeys(kinds, heard)


def test_everything_is_told_in_order_on_one_thread() -> None:
    heard = Heard()
    connection = start()
    connection.subscribe(every(heard))

    connection.send_audio(speech(QUESTION, sample_rate=44100))
    connection.stop()

    assert heard.kinds == [
        "recognition_started",
        "recognition_result",
        "message_response",
        "question",
        "conversation_completed",
        "recognition_stopped",
    ]
    assert heard.threads == {"symbl callbacks"}


def test_what_came_before_anybody_subscribed_is_told_then() -> None:
    heard = Heard()
    connection = start()
    connection.send_audio(SPOKEN)
    messages = connection.conversation.get_messages
    while len(messages().messages) < 2:
        pass
    connection.subscribe(every(heard))
    connection.stop()

    assert heard.texts == [QUESTION, TASK]
    assert heard.kinds[0] == "recognition_started"


def test_without_anybody_who_listens_the_words_can_be_asked_for() -> None:
    connection = start()
    connection.send_audio(SPOKEN)
    connection.stop()

    found = connection.conversation.get_messages()
    assert [message.text for message in found.messages] == [QUESTION, TASK]
    assert found["messages"] == found.messages
    assert found.to_dict() == {
        "messages": [
            {
                "id": message.id,
                "text": message.text,
                "_from": message.to_dict()["_from"],
                "start_time": message.start_time,
                "end_time": message.end_time,
                "time_offset": message.time_offset,
                "duration": message.duration,
                "conversation_id": connection.conversation.get_conversation_id(),
                "phrases": [],
                "sentiment": None,
                "words": message.words,
            }
            for message in found.messages
        ]
    }


@pytest.mark.parametrize("size", [1, 999, 8192, 100_001])
def test_sound_may_be_cut_anywhere(size: int) -> None:
    heard = Heard()
    connection = start(config={"speechRecognition": {"sampleRateHertz": 8000}})
    connection.subscribe({"message_response": heard})
    for piece in cut(speech("So be it.", sample_rate=8000), size):
        connection.send_audio(piece)
    connection.stop()

    assert heard.texts == ["So be it."]


def test_a_callback_may_ask_for_the_end() -> None:
    heard = Heard()
    connection = start()

    def enough(message: Message) -> None:
        heard(message)
        connection.stop()

    connection.subscribe(every(heard) | {"message_response": enough})
    connection.send_audio(SPOKEN)
    connection.stop()

    assert heard.texts == [QUESTION, TASK]


def test_what_a_callback_raises_is_raised_at_the_end() -> None:
    heard = Heard()

    def broken(message: Message) -> None:
        heard(message)
        raise LookupError(f"{len(heard.messages)}")

    connection = start()
    connection.subscribe({"message_response": broken})
    connection.send_audio(SPOKEN)

    with pytest.raises(LookupError, match=r"^1$"):
        connection.stop()
    assert heard.texts == [QUESTION, TASK]


def test_a_callback_that_exits_is_told_at_the_end() -> None:
    connection = start()
    connection.subscribe({"message_response": lambda _: sys.exit(7)})
    connection.send_audio(SPOKEN)

    with pytest.raises(SystemExit, match=r"^7$"):
        connection.stop()


def test_after_the_end_nothing_can_be_sent() -> None:
    connection = start()
    connection.stop()
    connection.stop()

    with pytest.raises(UsageError, match="has been stopped"):
        connection.send_audio(SPOKEN)
    assert connection.conversation.get_messages().messages == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"config": "fast"}, "config must be a dict, not str"),
        ({"insight_types": "question"}, "insight_types must be a list, not str"),
        ({"trackers": {"name": "Delay"}}, "trackers must be a list, not dict"),
        ({"config": {"speechRecognition": 44100}}, "speechRecognition must be a dict"),
        (
            {"config": {"speechRecognition": {"encoding": "MP3"}}},
            "there is no encoding 'MP3'; there are LINEAR16",
        ),
        (
            {"config": {"speechRecognition": {"sampleRateHertz": "fast"}}},
            "sampleRateHertz",
        ),
        ({"trackers": [{"vocabulary": ["late"]}]}, "trackers"),
        ({"speaker": {"name": {1, 2}}}, "speaker cannot be sent as JSON"),
        ({"speaker": 3}, "speaker must be a dict, not int"),
        ({"speaker": {"name": "\udce9"}}, "speaker holds half a character"),
        ({"config": {"meetingTitle": float("nan")}}, "config cannot be sent as JSON"),
        ({"insight_types": 3}, "insight_types must be a list, not int"),
        ({"insight_types": [3]}, "insight_types must be a string, not int"),
        (
            {"trackers": [{"name": "Delay"}, 3]},
            r"trackers\[1\] must be a dict, not int",
        ),
        ({"credentials": "mine"}, "credentials must be a dict, not str"),
        ({"credentials": {"app_id": "mine"}}, "app_secret is required"),
    ],
)
def test_what_makes_no_sense_is_said_at_once(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        start(**arguments)


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ({"message": 3}, r"event_callbacks\['message'\] must be callable, not int"),
        ({3: print}, "a name in event_callbacks must be a string, not int"),
        (print, "event_callbacks must be a dict, not builtin_function_or_method"),
    ],
)
def test_what_cannot_be_called_back_is_said_at_once(
    callbacks: dict[str, Callable[..., object]], message: str
) -> None:
    heard = Heard()
    connection = start()
    connection.subscribe({"message_response": heard})

    with pytest.raises(UsageError, match=message):
        connection.subscribe(callbacks)
    connection.send_audio(SPOKEN)
    connection.stop()

    assert heard.texts == [QUESTION, TASK]


def test_only_bytes_are_sound() -> None:
    connection = start()
    with pytest.raises(UsageError, match="takes bytes, not str"):
        connection.send_audio("so be it")  # type: ignore[arg-type]
    connection.stop()


def test_credentials_that_this_computer_does_not_need_are_mentioned_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mine = {"app_id": "mine", "app_secret": "secret"}
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            start(credentials=mine).stop()

    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("credentials are not used")


@pytest.fixture
def line(at_home: pytest.MonkeyPatch) -> Iterator[FaultyLine]:
    """A named server that is reached through a line, with a token."""
    arguments = ("--recognizer", "scripted", "--allow-host", "127.0.0.1")
    with running_server(arguments=arguments) as server:
        port = int(server.address.url.rsplit(":", 1)[1])
        at_home.setenv("SYMBL_ACCESS_TOKEN", server.address.token)
        with FaultyLine(port) as line:
            at_home.setenv("SYMBL_API_URL", line.url)
            yield line


def test_a_lost_connection_loses_no_word(line: FaultyLine) -> None:
    heard = Heard()
    connection = start()
    connection.subscribe({"message": lambda _: None, "message_response": heard})
    connection.send_audio(speech(QUESTION, sample_rate=44100))
    line.reset()
    connection.send_audio(speech(TASK, sample_rate=44100))
    line.drop()
    connection.send_audio(silence(1, 44100))
    connection.stop()

    assert heard.texts == [QUESTION, TASK]
    assert line.connections > 1


@pytest.mark.usefixtures("line")
def test_credentials_that_are_refused_are_said_at_the_start(
    at_home: pytest.MonkeyPatch,
) -> None:
    at_home.setenv("SYMBL_ACCESS_TOKEN", "wrong")

    with pytest.raises(AuthenticationError):
        start()


def test_a_server_that_is_not_there_is_said_at_the_start(
    at_home: pytest.MonkeyPatch,
) -> None:
    at_home.setenv("SYMBL_ACCESS_TOKEN", "unused")
    at_home.setenv("SYMBL_API_URL", "http://127.0.0.1:1")

    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1"):
        start()
