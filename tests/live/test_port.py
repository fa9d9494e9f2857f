"""The contract of directory and port: whatever owns conversations keeps it.

Every argument, result and error is pickled on its way, as if it went to another
machine.
"""

import asyncio
import pickle
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar

import pytest

from symbl_cli.errors import RemoteProtocolError
from symbl_cli.protocol.events import (
    ConversationCompleted,
    ModifyRequest,
    RecognitionResult,
    RecognitionStopped,
    ServerEvent,
    Skip,
    SpeechRecognition,
    StartedListening,
    StartRequest,
    StreamConfig,
    SubscriptionStarted,
)
from symbl_cli.server.live.directory import LocalDirectory
from symbl_cli.server.live.leases import Leases
from symbl_cli.server.live.port import (
    ConversationDirectory,
    ConversationPort,
    Leaving,
    Outgoing,
    PortClosed,
    Refusal,
    Role,
    Started,
    Stat,
)
from symbl_cli.server.live.services import Services
from symbl_cli.server.recognition.listener import Recognition
from symbl_cli.server.settings import RecognizerName
from symbl_cli.server.store.store import open_store
from tests.scripted_speech import cut, speech

_T = TypeVar("_T")

OURS = StartRequest(stream_id="stream", epoch=1, no_connection_timeout=30)


def _sent(value: _T) -> _T:
    """*value* as it arrives on another machine."""
    copy: _T = pickle.loads(pickle.dumps(value))
    return copy


class FarPort:
    """A port whose every word goes over a wire."""

    def __init__(self, port: ConversationPort) -> None:
        self._port = port

    async def start(self, request: StartRequest) -> Started:
        return await _far(self._port.start(_sent(request)))

    async def push(self, position: int, pcm: bytes) -> None:
        await _far(self._port.push(_sent(position), _sent(pcm)))

    async def skip(self, skip: Skip) -> None:
        await _far(self._port.skip(_sent(skip)))

    async def modify(self, request: ModifyRequest) -> None:
        await _far(self._port.modify(_sent(request)))

    async def stop(self) -> None:
        await _far(self._port.stop())

    async def events(self) -> AsyncIterator[Outgoing]:
        try:
            async for outgoing in self._port.events():
                yield _sent(outgoing)
        except PortClosed as exc:
            raise _sent(exc) from None

    async def stat(self) -> Stat:
        return await _far(self._port.stat())

    async def detach(self, reason: Leaving) -> None:
        await _far(self._port.detach(_sent(reason)))


async def _far(answer: Awaitable[_T]) -> _T:
    try:
        return _sent(await answer)
    except (PortClosed, RemoteProtocolError) as exc:
        raise _sent(exc) from None


class FarDirectory:
    def __init__(self, directory: ConversationDirectory) -> None:
        self._directory = directory

    async def open(
        self, tenant: str, connection_id: str, role: Role
    ) -> ConversationPort:
        port = await self._directory.open(
            _sent(tenant), _sent(connection_id), _sent(role)
        )
        return FarPort(port)


@asynccontextmanager
async def _directory(*, max_streams: int | None = None) -> AsyncIterator[FarDirectory]:
    numbers = count(4_500_000_000_000_000)
    with open_store(None) as store, ThreadPoolExecutor(1) as analysis:
        async with Recognition(RecognizerName.SCRIPTED, workers=1) as recognition:
            services = Services(
                store=store,
                recognition=recognition,
                analysis=analysis,
                leases=Leases(),
                new_id=lambda: str(next(numbers)),
                new_member_id=lambda: str(uuid.uuid4()),
                now=lambda: datetime.now(UTC),
                max_streams=max_streams,
            )
            directory = LocalDirectory(services)
            yield FarDirectory(directory)
            await directory.close()


Play = Callable[[FarDirectory], Awaitable[_T]]


def _play(play: Play[_T], *, max_streams: int | None = None) -> _T:
    async def run() -> _T:
        async with (
            asyncio.timeout(60),
            _directory(max_streams=max_streams) as directory,
        ):
            return await play(directory)

    return asyncio.run(run())


async def _speaker(directory: FarDirectory) -> ConversationPort:
    return await directory.open("local", "room", Role.SPEAKER)


async def _say(port: ConversationPort, position: int, *texts: str) -> int:
    """Send *texts*; returns the position behind them."""
    for piece in cut(speech(*texts), 3200):
        await port.push(position, piece)
        position += len(piece) // 2
    return position


async def _until(port: ConversationPort, kind: type) -> list[ServerEvent]:
    """What comes up to the first event of *kind*."""
    events: list[ServerEvent] = []
    async for outgoing in port.events():
        events.append(outgoing.event)
        if isinstance(outgoing.event, kind):
            return events
    raise AssertionError(f"ended before {kind.__name__}")


def _texts(events: list[ServerEvent]) -> list[str]:
    return [
        event.text
        for event in events
        if isinstance(event, RecognitionResult) and event.is_final
    ]


def test_what_is_pushed_comes_back_as_words_and_the_end() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await _speaker(directory)
        started = await port.start(OURS)
        await _say(port, started.audio_received, "Hello there.", "Good bye.")
        await port.stop()
        return await _until(port, RecognitionStopped)

    events = _play(play)

    assert _texts(events) == ["Hello there.", "Good bye."]
    assert isinstance(events[-2], ConversationCompleted)


def test_the_last_event_is_marked_as_the_last() -> None:
    async def play(directory: FarDirectory) -> list[bool]:
        port = await _speaker(directory)
        await port.start(OURS)
        await port.stop()
        marks = []
        async for outgoing in port.events():
            marks.append(outgoing.is_last)
            if outgoing.is_last:
                break
        return marks

    assert _play(play)[-1:] == [True]


def test_a_stream_goes_on_at_another_port_and_the_old_one_is_told() -> None:
    async def play(directory: FarDirectory) -> tuple[list[ServerEvent], Refusal | None]:
        old = await _speaker(directory)
        started = await old.start(OURS)
        await _say(old, started.audio_received, "Before.")
        await _until(old, RecognitionResult)

        new = await _speaker(directory)
        again = StartRequest(stream_id="stream", epoch=2, after=0)
        resumed = await new.start(again)
        await _say(new, resumed.audio_received, "After.")
        await new.stop()
        events = await _until(new, RecognitionStopped)
        try:
            await _until(old, RecognitionStopped)
        except PortClosed as exc:
            return events, exc.refusal
        return events, None

    events, refusal = _play(play)

    assert _texts(events) == ["Before.", "After."]
    first = events[0]
    assert isinstance(first, StartedListening)
    assert first.audio_received == len(speech("Before.")) // 2
    assert refusal is Refusal.SUPERSEDED


def test_an_epoch_that_does_not_rise_is_refused() -> None:
    async def play(directory: FarDirectory) -> None:
        await (await _speaker(directory)).start(OURS)
        await (await _speaker(directory)).start(OURS)

    with pytest.raises(PortClosed) as refused:
        _play(play)

    assert refused.value.refusal is Refusal.SUPERSEDED


def test_one_stream_too_many_is_told_to_come_back() -> None:
    async def play(directory: FarDirectory) -> None:
        await (await _speaker(directory)).start(OURS)
        other = await directory.open("local", "other room", Role.SPEAKER)
        await other.start(StartRequest())

    with pytest.raises(PortClosed) as refused:
        _play(play, max_streams=1)

    assert refused.value.refusal is Refusal.BUSY
    assert "1 streams" in refused.value.message


def test_a_request_that_makes_no_sense_is_refused_and_changes_nothing() -> None:
    tape = SpeechRecognition(encoding="TAPE")

    async def play(directory: FarDirectory) -> Stat:
        port = await _speaker(directory)
        with pytest.raises(RemoteProtocolError, match="TAPE"):
            await port.start(StartRequest(config=StreamConfig(speech_recognition=tape)))
        return await port.stat()

    assert _play(play) == Stat(streams=0, backlog=0.0, is_live=False)


def test_tenants_do_not_meet_under_one_connection_id() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await _speaker(directory)
        stranger = await directory.open("stranger", "room", Role.SUBSCRIBER)
        await port.start(OURS)
        await _say(port, 0, "A secret.")
        await port.stop()
        await _until(port, RecognitionStopped)
        listening = asyncio.ensure_future(anext(aiter(stranger.events())))
        done, _ = await asyncio.wait({listening}, timeout=0.1)
        listening.cancel()
        return [one.result().event for one in done]

    assert _play(play) == []


def test_a_subscriber_hears_a_conversation_that_begins_later() -> None:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        listener = await directory.open("local", "room", Role.SUBSCRIBER)
        port = await _speaker(directory)
        await port.start(OURS)
        await _say(port, 0, "For all.")
        await port.stop()
        return await _until(listener, ConversationCompleted)

    events = _play(play)

    assert isinstance(events[0], SubscriptionStarted)
    assert _texts(events) == ["For all."]


def test_a_finished_id_begins_a_new_conversation() -> None:
    async def once(directory: FarDirectory, stream: str) -> ConversationCompleted:
        port = await _speaker(directory)
        await port.start(StartRequest(stream_id=stream, epoch=1))
        await port.stop()
        events = await _until(port, ConversationCompleted)
        await port.detach(Leaving.CLOSED)
        completed = events[-1]
        assert isinstance(completed, ConversationCompleted)
        return completed

    async def play(directory: FarDirectory) -> set[str | None]:
        first = await once(directory, "one")
        second = await once(directory, "two")
        return {first.conversation_id, second.conversation_id}

    assert len(_play(play)) == 2


def test_who_subscribes_after_the_end_hears_what_begins_next() -> None:
    async def once(directory: FarDirectory, stream: str, text: str) -> None:
        port = await _speaker(directory)
        await port.start(StartRequest(stream_id=stream, epoch=1))
        await _say(port, 0, text)
        await port.stop()
        await _until(port, RecognitionStopped)

    async def play(directory: FarDirectory) -> list[ServerEvent]:
        await once(directory, "one", "Before.")
        listener = await directory.open("local", "room", Role.SUBSCRIBER)
        await once(directory, "two", "After.")
        return await _until(listener, ConversationCompleted)

    assert _texts(_play(play)) == ["After."]
