"""Nobody is told what the store has not."""

import asyncio
import threading
from concurrent.futures import Future

from symbl_cli.protocol.events import (
    MessageResponse,
    RecognitionResult,
    ServerEvent,
    StartRequest,
)
from symbl_cli.server.live.port import ConversationPort
from symbl_cli.server.store.changes import Change, SaveMessage
from symbl_cli.server.store.closing import NoMark
from symbl_cli.server.store.opening import open_in_memory
from symbl_cli.server.store.store import Store
from tests.live.far import (
    OURS,
    FarDirectory,
    SlowToLoad,
    play_on,
    say,
    speaker,
    texts_of,
)

TURNS = 100
"""Of the event loop: enough for anything that waits for nothing else."""


class HeldStore(Store):
    """What was said is committed when a test lets it."""

    def __init__(self) -> None:
        engine = open_in_memory()
        super().__init__(engine, engine, threading.Lock(), NoMark())
        self.is_asked = asyncio.Event()
        """Whether it was asked to commit something that was said."""
        self._may_commit = threading.Event()

    def let_go(self) -> None:
        self._may_commit.set()

    def write(self, *changes: Change) -> Future[None]:
        if not any(isinstance(change, SaveMessage) for change in changes):
            return super().write(*changes)
        self.is_asked.set()
        done: Future[None] = Future()
        threading.Thread(target=self._commit, args=(changes, done)).start()
        return done

    def _commit(self, changes: tuple[Change, ...], done: Future[None]) -> None:
        assert self._may_commit.wait(30)
        super().write(*changes).result(30)
        done.set_result(None)


async def _hear(port: ConversationPort, told: list[ServerEvent]) -> None:
    async for outgoing in port.events():
        told.append(outgoing.event)
        if isinstance(outgoing.event, MessageResponse):
            return


def _is_told(event: ServerEvent) -> bool:
    """Whether *event* says a sentence for good."""
    match event:
        case RecognitionResult(is_final=is_final):
            return is_final
        case MessageResponse():
            return True
        case _:
            return False


def test_a_final_is_in_the_store_before_anybody_is_told() -> None:
    async def play(directory: FarDirectory) -> tuple[list[ServerEvent], list[str]]:
        store = directory.store
        assert isinstance(store, HeldStore)
        port = await speaker(directory)
        await port.start(OURS)
        told: list[ServerEvent] = []
        hearing = asyncio.create_task(_hear(port, told))
        await say(port, 0, "The van is late.")
        await store.is_asked.wait()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        too_early = [event for event in told if _is_told(event)]
        store.let_go()
        await hearing
        return too_early, texts_of(told)

    assert play_on(play, new_store=HeldStore) == ([], ["The van is late."])


def test_who_joins_while_something_is_being_stored_is_told_it() -> None:
    async def play(directory: FarDirectory) -> list[str]:
        store = directory.store
        assert isinstance(store, HeldStore)
        ann, bea = await speaker(directory), await speaker(directory)
        await ann.start(StartRequest())
        await say(ann, 0, "The van is late.")
        await store.is_asked.wait()
        joining = asyncio.create_task(bea.start(StartRequest()))
        await asyncio.sleep(0.2)
        store.let_go()
        await joining
        told: list[ServerEvent] = []
        await _hear(bea, told)
        return [type(event).__name__ for event in told if _is_told(event)]

    told = play_on(play, recogniser=SlowToLoad, new_store=HeldStore)

    assert told == ["MessageResponse"]
