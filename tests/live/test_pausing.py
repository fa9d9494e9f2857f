"""Who stops without leaving, and starts again."""

import gc
import warnings

from symbl_cli.protocol.events import (
    ConversationCompleted,
    RecognitionResult,
    RecognitionStarted,
    RecognitionStopped,
    ServerEvent,
    StartedListening,
    StartRequest,
)
from symbl_cli.server.live.port import Leaving, Role
from symbl_cli.server.recognition.scripted import SLOW
from tests.live.far import FarDirectory, play_on, say, speaker, until

PAUSING = StartRequest(disconnect_on_stop_request=False)


def _told(events: list[ServerEvent]) -> list[str]:
    """Finals as their text, what else is said of recognition as its name."""
    told: list[str] = []
    for event in events:
        match event:
            case RecognitionResult(is_final=True, text=text):
                told.append(text)
            case StartedListening() | RecognitionStarted() | RecognitionStopped():
                told.append(type(event).__name__)
            case _:
                pass
    return told


def test_who_starts_again_during_the_last_words_is_heard_from_the_first_word() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await speaker(directory)
        await port.start(PAUSING)
        position = await say(port, 0, f"Before{SLOW}")
        await port.stop()
        started = await port.start(PAUSING)
        assert started.audio_received == position
        await say(port, position, "After.")
        await port.stop()
        before = await until(port, RecognitionStopped)
        return before + await until(port, RecognitionStopped)

    listening = ["StartedListening", "RecognitionStarted"]
    assert _told(play_on(play)) == [
        *(*listening, f"Before{SLOW}", "RecognitionStopped"),
        *(*listening, "After.", "RecognitionStopped"),
    ]


def test_who_leaves_during_the_last_words_of_a_pause_is_not_waited_for() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        watching = await directory.open("local", "room", Role.SUBSCRIBER)
        port = await speaker(directory)
        await port.start(PAUSING)
        await say(port, 0, f"Before{SLOW}")
        await port.stop()
        await port.detach(Leaving.LOST)
        return await until(watching, ConversationCompleted)

    assert _told(play_on(play)) == [f"Before{SLOW}"]


def test_a_server_that_stops_at_the_moment_of_a_stop_leaves_nothing_undone() -> None:
    async def play(directory: FarDirectory) -> None:
        port = await speaker(directory)
        await port.start(PAUSING)
        await port.stop()

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        play_on(play)
        gc.collect()

    assert [str(one.message) for one in warned] == []
