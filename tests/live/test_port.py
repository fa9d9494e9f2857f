"""The contract of directory and port: whatever owns conversations keeps it."""

import asyncio

import pytest

from symbl_cli.errors import RemoteProtocolError
from symbl_cli.protocol.events import (
    ConversationCompleted,
    RecognitionResult,
    RecognitionStarted,
    RecognitionStopped,
    ServerEvent,
    SpeechRecognition,
    StartedListening,
    StartRequest,
    StreamConfig,
    SubscriptionStarted,
)
from symbl_cli.server.live.port import (
    Leaving,
    PortClosed,
    Refusal,
    Role,
    Stat,
)
from symbl_cli.server.recognition.recognition import Recognition
from tests.live.far import OURS, FarDirectory, play_on, say, speaker, texts_of, until
from tests.scripted_speech import speech


def test_what_is_pushed_comes_back_as_words_and_the_end() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await speaker(directory)
        started = await port.start(OURS)
        await say(port, started.audio_received, "Hello there.", "Good bye.")
        await port.stop()
        return await until(port, RecognitionStopped)

    events = play_on(play)

    assert texts_of(events) == ["Hello there.", "Good bye."]
    assert isinstance(events[-2], ConversationCompleted)


def test_a_start_is_answered_before_what_it_needs_is_loaded() -> None:
    may_load = asyncio.Event()

    class Slow(Recognition):
        async def load(self) -> None:
            await may_load.wait()
            await super().load()

    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await speaker(directory)
        starting = asyncio.create_task(port.start(OURS))
        await until(port, RecognitionStarted)
        assert not starting.done()
        may_load.set()
        await say(port, (await starting).audio_received, "Hello there.")
        await port.stop()
        return await until(port, RecognitionStopped)

    assert texts_of(play_on(play, recogniser=Slow)) == ["Hello there."]


def test_a_frame_of_many_minutes_lets_others_have_their_turn() -> None:
    slow = SpeechRecognition(encoding="MULAW", sample_rate=1000)
    request = StartRequest(config=StreamConfig(speech_recognition=slow))

    async def play(directory: FarDirectory) -> int:
        port = await speaker(directory)
        await port.start(request)
        pushing = asyncio.create_task(port.push(0, b"\xff" * 600_000))
        turns = 0
        while not pushing.done():
            await asyncio.sleep(0)
            turns += 1
        await pushing
        return turns

    assert play_on(play) > 5_000


def test_the_last_event_is_marked_as_the_last() -> None:
    async def play(directory: FarDirectory) -> list[bool]:
        port = await speaker(directory)
        await port.start(OURS)
        await port.stop()
        marks = []
        async for outgoing in port.events():
            marks.append(outgoing.is_last)
            if outgoing.is_last:
                break
        return marks

    assert play_on(play)[-1:] == [True]


def test_a_stream_goes_on_at_another_port_and_the_old_one_is_told() -> None:
    async def play(directory: FarDirectory) -> tuple[list[ServerEvent], Refusal | None]:
        old = await speaker(directory)
        started = await old.start(OURS)
        await say(old, started.audio_received, "Before.")
        await until(old, RecognitionResult)

        new = await speaker(directory)
        again = StartRequest(stream_id="stream", epoch=2, after=0)
        resumed = await new.start(again)
        await say(new, resumed.audio_received, "After.")
        await new.stop()
        events = await until(new, RecognitionStopped)
        try:
            await until(old, RecognitionStopped)
        except PortClosed as exc:
            return events, exc.refusal
        return events, None

    events, refusal = play_on(play)

    assert texts_of(events) == ["Before.", "After."]
    first = events[0]
    assert isinstance(first, StartedListening)
    assert first.audio_received == len(speech("Before.")) // 2
    assert refusal is Refusal.SUPERSEDED


def test_an_epoch_that_does_not_rise_is_refused() -> None:
    async def play(directory: FarDirectory) -> None:
        await (await speaker(directory)).start(OURS)
        await (await speaker(directory)).start(OURS)

    with pytest.raises(PortClosed) as refused:
        play_on(play)

    assert refused.value.refusal is Refusal.SUPERSEDED


def test_one_stream_too_many_is_told_to_come_back() -> None:
    async def play(directory: FarDirectory) -> None:
        await (await speaker(directory)).start(OURS)
        other = await directory.open("local", "other room", Role.SPEAKER)
        await other.start(StartRequest())

    with pytest.raises(PortClosed) as refused:
        play_on(play, max_streams=1)

    assert refused.value.refusal is Refusal.BUSY
    assert "carries 1 stream and" in refused.value.message


def test_a_request_that_makes_no_sense_is_refused_and_changes_nothing() -> None:
    tape = SpeechRecognition(encoding="TAPE")

    async def play(directory: FarDirectory) -> Stat:
        port = await speaker(directory)
        with pytest.raises(RemoteProtocolError, match="TAPE"):
            await port.start(StartRequest(config=StreamConfig(speech_recognition=tape)))
        return await port.stat()

    assert play_on(play) == Stat(streams=0, backlog=0.0, is_live=False)


def test_tenants_do_not_meet_under_one_connection_id() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await speaker(directory)
        stranger = await directory.open("stranger", "room", Role.SUBSCRIBER)
        await port.start(OURS)
        await say(port, 0, "A secret.")
        await port.stop()
        await until(port, RecognitionStopped)
        listening = asyncio.ensure_future(anext(aiter(stranger.events())))
        done, _ = await asyncio.wait({listening}, timeout=0.1)
        listening.cancel()
        return [one.result().event for one in done]

    assert play_on(play) == []


def test_a_subscriber_hears_a_conversation_that_begins_later() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        listener = await directory.open("local", "room", Role.SUBSCRIBER)
        port = await speaker(directory)
        await port.start(OURS)
        await say(port, 0, "For all.")
        await port.stop()
        return await until(listener, ConversationCompleted)

    events = play_on(play)

    assert isinstance(events[0], SubscriptionStarted)
    assert texts_of(events) == ["For all."]


def test_a_finished_id_begins_a_new_conversation() -> None:
    async def once(directory: FarDirectory, stream: str) -> ConversationCompleted:
        port = await speaker(directory)
        await port.start(StartRequest(stream_id=stream, epoch=1))
        await port.stop()
        events = await until(port, ConversationCompleted)
        await port.detach(Leaving.CLOSED)
        completed = events[-1]
        assert isinstance(completed, ConversationCompleted)
        return completed

    async def play(directory: FarDirectory) -> set[str | None]:
        first = await once(directory, "one")
        second = await once(directory, "two")
        return {first.conversation_id, second.conversation_id}

    assert len(play_on(play)) == 2


def test_who_subscribes_after_the_end_hears_what_begins_next() -> None:
    async def once(directory: FarDirectory, stream: str, text: str) -> None:
        port = await speaker(directory)
        await port.start(StartRequest(stream_id=stream, epoch=1))
        await say(port, 0, text)
        await port.stop()
        await until(port, RecognitionStopped)

    async def play(directory: FarDirectory) -> list[ServerEvent]:
        await once(directory, "one", "Before.")
        listener = await directory.open("local", "room", Role.SUBSCRIBER)
        await once(directory, "two", "After.")
        return await until(listener, ConversationCompleted)

    assert texts_of(play_on(play)) == ["After."]
