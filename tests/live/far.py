"""A directory whose every argument, result and error is pickled on its way.

As if it went to another machine.
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

from symbl_cli.errors import RemoteProtocolError
from symbl_cli.protocol.events import (
    ModifyRequest,
    RecognitionResult,
    ServerEvent,
    Skip,
    StartRequest,
)
from symbl_cli.server.live.directory import LocalDirectory
from symbl_cli.server.live.leases import Leases
from symbl_cli.server.live.port import (
    ConversationDirectory,
    ConversationPort,
    Leaving,
    Outgoing,
    PortClosed,
    Role,
    Started,
    Stat,
)
from symbl_cli.server.live.services import Services
from symbl_cli.server.recognition.recognition import Recognition
from symbl_cli.server.settings import RecognizerName
from symbl_cli.server.store.passing import open_passing
from symbl_cli.server.store.store import Store, open_store
from tests.scripted_speech import cut, speech

_T = TypeVar("_T")

OURS = StartRequest(stream_id="stream", epoch=1, no_connection_timeout=30)


class SlowToLoad(Recognition):
    async def load(self) -> None:
        await super().load()
        await asyncio.sleep(0.5)


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
    def __init__(self, directory: ConversationDirectory, store: Store) -> None:
        self.store = store
        """Where its conversations are."""
        self._directory = directory

    async def open(
        self, tenant: str, connection_id: str, role: Role
    ) -> ConversationPort:
        port = await self._directory.open(
            _sent(tenant), _sent(connection_id), _sent(role)
        )
        return FarPort(port)


def _in_memory() -> Store:
    return open_store(None)


@asynccontextmanager
async def _directory(
    *,
    max_streams: int | None,
    recogniser: type[Recognition],
    sign: float,
    new_store: Callable[[], Store],
) -> AsyncIterator[FarDirectory]:
    numbers = count(4_500_000_000_000_000)
    with (
        new_store() as store,
        open_passing() as passing,
        ThreadPoolExecutor(1) as analysis,
    ):
        async with recogniser(RecognizerName.SCRIPTED, workers=1) as recognition:
            services = Services(
                store=store,
                passing=passing,
                recognition=recognition,
                analysis=analysis,
                leases=Leases(),
                new_id=lambda: str(next(numbers)),
                new_member_id=lambda: str(uuid.uuid4()),
                now=lambda: datetime.now(UTC),
                max_streams=max_streams,
                sign=sign,
            )
            directory = LocalDirectory(services)
            await directory.restore()
            yield FarDirectory(directory, store)
            await directory.close()


Play = Callable[[FarDirectory], Awaitable[_T]]


def play_on(
    play: Play[_T],
    *,
    max_streams: int | None = None,
    recogniser: type[Recognition] = Recognition,
    sign: float = 1.0,
    new_store: Callable[[], Store] = _in_memory,
) -> _T:
    async def run() -> _T:
        made = _directory(
            max_streams=max_streams,
            recogniser=recogniser,
            sign=sign,
            new_store=new_store,
        )
        async with asyncio.timeout(60), made as directory:
            return await play(directory)

    return asyncio.run(run())


async def speaker(directory: FarDirectory) -> ConversationPort:
    return await directory.open("local", "room", Role.SPEAKER)


async def say(port: ConversationPort, position: int, *texts: str) -> int:
    """Send *texts*; returns the position behind them."""
    for piece in cut(speech(*texts), 3200):
        await port.push(position, piece)
        position += len(piece) // 2
    return position


async def until(port: ConversationPort, kind: type) -> list[ServerEvent]:
    """What comes up to the first event of *kind*."""
    events: list[ServerEvent] = []
    async for outgoing in port.events():
        events.append(outgoing.event)
        if isinstance(outgoing.event, kind):
            return events
    raise AssertionError(f"ended before {kind.__name__}")


def texts_of(events: list[ServerEvent]) -> list[str]:
    return [
        event.text
        for event in events
        if isinstance(event, RecognitionResult) and event.is_final
    ]
