"""What clients of ours are told so that they keep no more than they have to."""

from asyncio import wrap_future
from dataclasses import replace

from symbl_cli.protocol.events import (
    ConversationCompleted,
    ErrorMessage,
    MessageResponse,
    RecognitionResult,
    RecognitionStopped,
    Span,
    StartRequest,
)
from symbl_cli.server.live.port import (
    ConversationPort,
    Leaving,
    Role,
)
from symbl_cli.server.store.changes import DeleteConversation
from tests.live.far import OURS, FarDirectory, play_on, say, speaker, texts_of, until
from tests.scripted_speech import cut, silence


async def _wait(port: ConversationPort, seconds: float) -> None:
    """Nothing is said for so long."""
    position = 0
    for piece in cut(silence(seconds), 3200):
        await port.push(position, piece)
        position += len(piece) // 2


def test_long_silence_is_told_so_that_nobody_keeps_it() -> None:
    async def play(directory: FarDirectory) -> list[Span | None]:
        port = await speaker(directory)
        await port.start(OURS)
        await _wait(port, 41)
        await port.stop()
        events = await until(port, RecognitionStopped)
        captions = [one for one in events if isinstance(one, RecognitionResult)]
        assert [(one.is_final, one.text) for one in captions] == [(True, "")] * 2
        return [one.audio for one in captions]

    first, second = play_on(play)

    assert first is not None
    assert second is not None
    assert first.start == 0
    assert 20 * 16000 <= first.end == second.start < 21 * 16000
    assert 40 * 16000 <= second.end <= 41 * 16000


def test_silence_that_was_told_does_not_come_again_after_a_loss() -> None:
    async def play(directory: FarDirectory) -> tuple[int, list[str]]:
        lost = await speaker(directory)
        await lost.start(OURS)
        await _wait(lost, 21)
        await until(lost, RecognitionResult)
        await lost.detach(Leaving.LOST)
        found = await speaker(directory)
        started = await found.start(replace(OURS, epoch=2))
        await say(found, started.audio_received, "Still here.")
        await found.stop()
        texts = texts_of(await until(found, RecognitionStopped))
        return started.audio_received, [text for text in texts if text]

    received, texts = play_on(play)

    assert received == 21 * 16000
    assert texts == ["Still here."]


def test_vendor_clients_hear_nothing_of_silence() -> None:
    async def play(directory: FarDirectory) -> list[str]:
        port = await speaker(directory)
        await port.start(StartRequest())
        await _wait(port, 21)
        await port.stop()
        return texts_of(await until(port, RecognitionStopped))

    assert play_on(play) == []


def test_who_comes_back_after_the_end_is_told_it_again() -> None:
    async def play(directory: FarDirectory) -> list[type]:
        lost = await speaker(directory)
        await lost.start(OURS)
        await lost.stop()
        await until(lost, RecognitionStopped)
        await lost.detach(Leaving.LOST)
        found = await speaker(directory)
        await found.start(replace(OURS, epoch=2))
        await found.stop()
        return [type(event) for event in await until(found, RecognitionStopped)][-2:]

    assert play_on(play) == [ConversationCompleted, RecognitionStopped]


def test_what_was_deleted_stays_deleted_although_its_client_goes_on() -> None:
    async def play(directory: FarDirectory) -> tuple[list[ErrorMessage], list[str]]:
        request = replace(OURS, no_connection_timeout=0.1)
        lost = await speaker(directory)
        await lost.start(request)
        watching = await directory.open("local", "room", Role.SUBSCRIBER)
        await say(lost, 0, "The van is late.")
        await until(lost, MessageResponse)
        await lost.detach(Leaving.LOST)
        *_, completed = await until(watching, ConversationCompleted)
        assert isinstance(completed, ConversationCompleted)
        gone = completed.conversation_id
        assert gone is not None
        await wrap_future(directory.store.write(DeleteConversation(gone)))

        found = await speaker(directory)
        started = await found.start(replace(request, epoch=2))
        await say(found, started.audio_received, "Who books the room?")
        await found.stop()
        events = await until(found, RecognitionStopped)
        assert directory.store.conversation("local", gone) is None
        assert directory.store.conversation("local", "last") is None
        told = [event for event in events if isinstance(event, ErrorMessage)]
        return told, texts_of(events)

    told, texts = play_on(play)

    assert [one.details for one in told] == [
        "not kept: its conversation was deleted meanwhile; the live results go on"
    ]
    assert texts == ["Who books the room?"]
