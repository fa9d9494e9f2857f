"""What clients of ours are told so that they keep no more than they have to."""

import asyncio
from asyncio import wrap_future
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

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
from symbl_cli.server.recognition.recognition import Recognition
from symbl_cli.server.recognition.scripted import SLOW
from symbl_cli.server.settings import RecognizerName
from symbl_cli.server.store.changes import DeleteConversation
from symbl_cli.server.store.store import open_store
from tests.live import far
from tests.live.far import (
    OURS,
    FarDirectory,
    SlowToLoad,
    play_on,
    speaker,
    texts_of,
    until,
)
from tests.scripted_speech import cut, say, silence, speech

BRIEF = replace(OURS, no_connection_timeout=0.1)


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
        await far.say(found, started.audio_received, "Still here.")
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
        lost = await speaker(directory)
        await lost.start(BRIEF)
        watching = await directory.open("local", "room", Role.SUBSCRIBER)
        await far.say(lost, 0, "The van is late.")
        await until(lost, MessageResponse)
        await lost.detach(Leaving.LOST)
        *_, completed = await until(watching, ConversationCompleted)
        assert isinstance(completed, ConversationCompleted)
        gone = completed.conversation_id
        assert gone is not None
        await wrap_future(directory.store.write(DeleteConversation(gone)))

        found = await speaker(directory)
        started = await found.start(replace(BRIEF, epoch=2))
        await far.say(found, started.audio_received, "Who books the room?")
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


async def _send(port: ConversationPort, pcm: bytes, start: int) -> None:
    """*pcm* from sample *start* on."""
    for piece in cut(pcm[2 * start :], 3200):
        await port.push(start, piece)
        start += len(piece) // 2


def _stored(directory: FarDirectory) -> list[str]:
    record = directory.store.conversation("local", "last")
    assert record is not None
    return [one.text for one in directory.store.messages(record.id)]


def _cut_off(
    request: StartRequest, begun: bytes, rest: bytes, *, was_live: bool = False
) -> list[list[str]]:
    """What is stored of who leaves behind *begun*, and when *rest* came too late.

    *was_live*: it had played live before, as what `symbl recover` goes on with.
    """

    async def play(directory: FarDirectory) -> list[list[str]]:
        if was_live:
            live = await speaker(directory)
            await live.start(replace(request, is_live=None))
            await live.detach(Leaving.LOST)
        lost = await speaker(directory)
        await lost.start(replace(request, epoch=2))
        watching = await directory.open("local", "room", Role.SUBSCRIBER)
        await _send(lost, begun, 0)
        await lost.detach(Leaving.LOST)
        await until(watching, ConversationCompleted)
        before = _stored(directory)
        found = await speaker(directory)
        started = await found.start(replace(request, epoch=3))
        await _send(found, begun + rest, started.audio_received)
        await found.stop()
        await until(found, RecognitionStopped)
        return [before, _stored(directory)]

    return play_on(play)


RECORDED = replace(BRIEF, is_live=False)
FIRST = speech("Good morning.")
VAN = say("The van"), silence(0.6) + say("is late.") + silence(1.2)


@pytest.mark.parametrize(
    ("pause", "was_live"), [(-0.1, False), (0.0, False), (0.5, False), (0.0, True)]
)
def test_a_recording_that_was_cut_off_goes_on_with_the_whole_sentence(
    pause: float, *, was_live: bool
) -> None:
    sentence, at = b"".join(VAN), len(VAN[0]) + 2 * round(pause * 16000)

    begun, rest = FIRST + sentence[:at], sentence[at:]
    stored = _cut_off(RECORDED, begun, rest, was_live=was_live)

    assert stored == [["Good morning."], ["Good morning.", "The van is late."]]


def test_a_sentence_that_was_cut_off_comes_again_with_what_was_before_it() -> None:
    """The recogniser needs some context, of a word already seen on the way, too."""

    async def play(directory: FarDirectory) -> int:
        lost = await speaker(directory)
        await lost.start(RECORDED)
        watching = await directory.open("local", "room", Role.SUBSCRIBER)
        await _send(lost, FIRST + VAN[0], 0)
        shown = ""
        while not shown.startswith("The"):
            *_, event = await until(lost, RecognitionResult)
            assert isinstance(event, RecognitionResult)
            shown = event.text
        await lost.detach(Leaving.LOST)
        await until(watching, ConversationCompleted)
        found = await speaker(directory)
        return (await found.start(replace(RECORDED, epoch=2))).audio_received

    assert play_on(play) <= len(FIRST) // 2 - 0.3 * 16000


def test_of_who_plays_live_and_is_cut_off_all_that_came_is_kept() -> None:
    begun, rest = VAN

    stored = _cut_off(BRIEF, FIRST + begun, rest)

    assert stored[0] == ["Good morning.", "The van"]
    assert stored[1] == ["Good morning.", "The van", "is late."]


def test_who_comes_back_while_it_is_given_up_is_heard_to_the_end() -> None:
    async def play(directory: FarDirectory) -> list[str]:
        lost = await speaker(directory)
        await lost.start(BRIEF)
        said = silence(1.2) + say(f"The van{SLOW}")
        await _send(lost, said, 0)
        await lost.detach(Leaving.LOST)
        await asyncio.sleep(0.5)  # it is given up, and takes longer for its last words
        found = await speaker(directory)
        started = await found.start(replace(BRIEF, epoch=2))
        assert started.audio_received == len(said) // 2
        await _send(found, said + speech("Is late."), started.audio_received)
        await found.stop()
        await until(found, RecognitionStopped)
        return _stored(directory)

    assert play_on(play) == [f"The van{SLOW}", "Is late."]


def test_a_newcomer_begins_anew_while_those_who_are_away_are_given_up() -> None:
    async def play(directory: FarDirectory) -> list[str]:
        lost = await speaker(directory)
        await lost.start(BRIEF)
        await _send(lost, silence(1.2) + say(f"The van{SLOW}"), 0)
        await lost.detach(Leaving.LOST)
        await asyncio.sleep(0.5)  # it is given up, and takes longer for its last words
        newcomer = await speaker(directory)
        await newcomer.start(StartRequest())
        await far.say(newcomer, 0, "Hello there.")
        await newcomer.stop()
        await until(newcomer, RecognitionStopped)
        return _stored(directory)

    assert play_on(play) == ["Hello there."]


def test_who_starts_again_on_one_socket_is_told_everything_once() -> None:
    async def play(directory: FarDirectory) -> list[str]:
        ann, bea = await speaker(directory), await speaker(directory)
        for port in (ann, bea):
            await port.start(StartRequest(disconnect_on_stop_request=False))
        await far.say(ann, 0, "The van is late.")
        await bea.start(StartRequest(disconnect_on_stop_request=False))
        await ann.stop()
        await bea.stop()
        told = await until(bea, RecognitionStopped)
        return [
            message.content or ""
            for event in told
            if isinstance(event, MessageResponse)
            for message in event.messages
        ]

    assert play_on(play, recogniser=SlowToLoad) == ["The van is late."]


TWO = replace(RECORDED, streams=2, started_at="2026-03-02T12:00:00+00:00")
SAID = ("Good morning.", "We sold ten.")
OTHER = f"Well{4 * SLOW} hi."
SOUNDS = {"stream": speech(*SAID), "other": silence(0.6) + say(OTHER) + silence(1.2)}


class OneEach(Recognition):
    """A worker for each of two."""

    def __init__(self, name: RecognizerName, *, workers: int) -> None:
        super().__init__(name, workers=2 * workers)


async def _stop(_: FarDirectory, port: ConversationPort) -> None:
    await port.stop()


async def _leave(_: FarDirectory, port: ConversationPort) -> None:
    await port.detach(Leaving.LOST)


async def _fall_silent(_: FarDirectory, port: ConversationPort) -> None:
    sound = SOUNDS["stream"]
    await _send(port, sound + silence(22), len(sound) // 2)


async def _dial_again(directory: FarDirectory, port: ConversationPort) -> None:
    await port.detach(Leaving.LOST)
    found = await speaker(directory)
    await found.start(replace(TWO, epoch=2))


@pytest.mark.parametrize("then", [_stop, _leave, _fall_silent, _dial_again])
def test_words_that_wait_for_another_speaker_outlive_the_server(
    then: Callable[[FarDirectory, ConversationPort], Awaitable[None]], tmp_path: Path
) -> None:
    """What the other said before them is still being read when the server goes."""

    async def before(directory: FarDirectory) -> list[str]:
        ann, bea = await speaker(directory), await speaker(directory)
        await ann.start(TWO)
        await bea.start(replace(TWO, stream_id="other"))
        await _send(bea, SOUNDS["other"], 0)
        await _send(ann, SOUNDS["stream"], 0)
        await asyncio.sleep(1)  # all of hers is read, and held back
        if then is _leave:
            await bea.detach(Leaving.LOST)
        await then(directory, ann)
        await asyncio.sleep(1)
        return _stored(directory)

    async def after(directory: FarDirectory) -> list[str]:
        ports = [await speaker(directory) for _ in SOUNDS]
        for port, (stream, sound) in zip(ports, SOUNDS.items(), strict=True):
            started = await port.start(replace(TWO, stream_id=stream, epoch=3))
            await _send(port, sound, started.audio_received)
            await port.stop()
        for port in ports:
            await until(port, RecognitionStopped)
        return _stored(directory)

    here = partial(open_store, tmp_path / "store.db")
    assert play_on(before, recogniser=OneEach, new_store=here) == []
    assert play_on(after, recogniser=OneEach, new_store=here) == [OTHER, *SAID]
