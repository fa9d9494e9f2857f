"""How a conversation ends: stops, absences, and the last words."""

import asyncio
import logging
import math
from collections.abc import Coroutine
from typing import Protocol

from ...errors import SymblError
from ...protocol import events as wire
from ..store.changes import DropFrames, UpdateConversation
from .admission import Opened
from .frames import failure
from .outbox import Addressed, Audience
from .port import Leaving
from .services import Services
from .signs import Signs
from .stream import Stream, StreamState

log = logging.getLogger(__name__)


class Ends(Protocol):
    """The conversation, as its ending sees it."""

    @property
    def begun(self) -> Opened: ...

    @property
    def is_attended(self) -> bool: ...

    @property
    def is_completed(self) -> bool: ...

    def attends(self, stream: Stream) -> bool: ...

    def complete(self) -> None: ...

    def dismiss(self) -> None: ...

    def settle(self) -> None: ...

    def tell(self, stream: Stream, event: wire.ServerEvent) -> None: ...


class Ending:
    """Belongs to one event loop."""

    def __init__(self, conversation: Ends, services: Services) -> None:
        self._conversation = conversation
        self._services = services
        self._signs = Signs(conversation.tell, every=services.sign)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stops: dict[str, asyncio.Task[None]] = {}
        """The newest of each stream."""
        self._completing = asyncio.Lock()
        self._giving_up: asyncio.Task[None] | None = None
        self._absence: asyncio.TimerHandle | None = None
        self._cleaning: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way, and nobody is waited for."""
        return not self._tasks and self._absence is None

    @property
    def is_kept(self) -> bool:
        """Whether somebody might still want to hear the end again."""
        return self._cleaning is not None

    def stop(self, stream: Stream) -> None:
        """No more sound comes on *stream*: its last words, then its end, are sent."""
        stream.was_asked_to_stop = True
        stream.state = StreamState.DRAINING
        self._stops[stream.id] = self._spawn(self._stop(stream))

    async def stopped(self, stream: Stream) -> None:
        """Return when all that *stream* was asked to stop for was said."""
        if (stopping := self._stops.get(stream.id)) is not None:
            await asyncio.wait({stopping})
        await self._conversation.begun.outbox.flush()

    async def given_up(self) -> None:
        """Return when what is said at the end of an absence is said: none goes on."""
        if self._giving_up is not None:
            await asyncio.wait({self._giving_up})

    def repeat(self, stream: Stream) -> None:
        """Who was asked to stop before, and has come back, is told the end again."""
        self._send_completed(self._conversation.begun, stream)

    def dismiss(self) -> None:
        """End it for everybody, as if all had asked for it (§4.5)."""
        speaking = {StreamState.ATTACHED, StreamState.DETACHED, StreamState.PAUSED}
        streams = self._conversation.begun.streams.values()
        left = tuple(stream for stream in streams if stream.state in speaking)
        for stream in left:
            stream.was_asked_to_stop = True
            stream.state = StreamState.DRAINING
        self._spawn(self._dismiss(left))

    def left(self, stream: Stream, reason: Leaving) -> None:
        """The socket of *stream* is gone."""
        if stream.state is StreamState.ENDED and not self._conversation.is_attended:
            self._forget(stream, reason)
        if stream.state not in {StreamState.ATTACHED, StreamState.PAUSED}:
            return
        if stream.is_ours:
            stream.state = StreamState.DETACHED
        else:
            # Nobody can take it over: what was said so far is all.
            stream.state = StreamState.DRAINING
            self._spawn(self._finish(stream))
        self.watch()

    def watch(self) -> None:
        """Complete the conversation unless somebody comes back in time."""
        self.unwatch()
        if not self._conversation.is_attended:
            loop = asyncio.get_running_loop()
            self._absence = loop.call_later(self._patience, self._give_up)

    @property
    def _patience(self) -> float:
        """Seconds that are waited for clients: few where their lease is gone."""
        opened = self._conversation.begun
        patience = opened.record.resumable_for
        clients = {one.request.client for one in opened.streams.values()} - {None}
        if clients and not any(self._services.leases.holds(one) for one in clients):
            return min(patience, self._services.lease_grace)
        return patience

    def unwatch(self) -> None:
        for timer in (self._absence, self._cleaning):
            if timer is not None:
                timer.cancel()
        self._absence = self._cleaning = None

    def close(self) -> None:
        """The server goes: who has not come back for the end does not come."""
        if self._cleaning is not None:
            self._drop_frames()
        self.unwatch()
        for task in self._tasks:
            task.cancel()

    def _give_up(self) -> None:
        self._absence = None
        self._giving_up = self._spawn(self._complete_unattended())

    async def _complete_unattended(self) -> None:
        opened = self._conversation.begun
        for stream in list(opened.streams.values()):
            if not stream.is_over:
                await self._finish(stream, is_whole=not stream.may_come_again)
        if not self._conversation.is_attended:
            await self._complete_once()
            self._forget_later()

    async def _stop(self, stream: Stream) -> None:
        await self._signs.during(stream, self._say_last(stream))

    async def _say_last(self, stream: Stream) -> None:
        opened = self._conversation.begun
        await self._finish(stream)
        await self._reached(stream)
        await opened.publication.analysis.drain()
        if not stream.disconnects_on_stop:
            stream.state = StreamState.PAUSED
            stream.was_asked_to_stop = False
            self._send_end(opened, stream, wire.RecognitionStopped())
            if not self._conversation.attends(stream):
                self.left(stream, Leaving.LOST)
            return
        if all(one.is_over for one in opened.streams.values()):
            await self._complete_once()
        self._send_completed(opened, stream)

    async def _dismiss(self, streams: tuple[Stream, ...]) -> None:
        opened = self._conversation.begun
        for stream in streams:
            await self._finish(stream)
        await self._complete_once()
        for stream in streams:
            self._send_completed(opened, stream)
        await opened.outbox.flush()
        self._conversation.dismiss()

    async def _finish(self, stream: Stream, *, is_whole: bool = True) -> None:
        """The last words of *stream* are heard, and what they mean is found.

        Not *is_whole*: but for those that were cut off.
        """
        opened = self._conversation.begun
        if stream.listener is not None:
            try:
                await stream.listener.finish(is_whole=is_whole)
            except SymblError as exc:
                error = failure("Cannot recognise speech", exc)
                self._send_end(opened, stream, error)
        stream.settle(is_whole=is_whole)
        stream.state = StreamState.ENDED
        self._conversation.settle()
        await opened.publication.analysis.drain()
        opened.publication.finished(stream)
        self._conversation.settle()

    async def _reached(self, stream: Stream) -> None:
        """Where streams are put in order, the last words of all come first."""
        if stream.request.is_live is False:
            opened = self._conversation.begun
            reached = opened.publication.reached(stream.until)
            self._conversation.settle()
            await reached

    async def _complete_once(self) -> None:
        async with self._completing:
            if not self._conversation.is_completed:
                await self._complete()

    async def _complete(self) -> None:
        opened = self._conversation.begun
        opened.publication.advance(math.inf)
        await opened.publication.analysis.finish()
        self._conversation.complete()
        completed = wire.ConversationCompleted(conversation_id=opened.record.id)
        opened.outbox.put(
            (Addressed(completed, Audience.SUBSCRIBERS),),
            UpdateConversation(opened.record),
        )
        await opened.outbox.flush()
        if opened.is_passing:
            opened.outbox.write_no_more()
            self._services.passing.end(opened.record.tenant, opened.record.id)

    def _send_completed(self, opened: Opened, stream: Stream) -> None:
        completed = wire.ConversationCompleted(conversation_id=opened.record.id)
        # Completed first: the vendor's JavaScript client closes at the other (§4.2).
        self._send_end(opened, stream, completed, wire.RecognitionStopped())

    def _send_end(
        self, opened: Opened, stream: Stream, *events: wire.ServerEvent
    ) -> None:
        opened.outbox.put(
            tuple(Addressed(event, Audience.STREAM, stream.id) for event in events)
        )

    def _forget(self, stream: Stream, reason: Leaving) -> None:
        """Nobody needs the frames again where the client closed in order."""
        if reason is Leaving.CLOSED or not stream.is_ours:
            self._drop_frames()
        else:
            self._forget_later()

    def _forget_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._cleaning = loop.call_later(self._patience, self._drop_frames)

    def _drop_frames(self) -> None:
        self._cleaning = None
        opened = self._conversation.begun
        if all(stream.is_over for stream in opened.streams.values()):
            opened.outbox.put((), DropFrames(opened.record.id))
            self._spawn(opened.outbox.flush())

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a conversation could not be ended", exc_info=error)
