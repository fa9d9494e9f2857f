"""Signs of life for who waits while recognition is behind."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from ...protocol import events as wire
from .stream import Stream


class Signs:
    """Belongs to one event loop; *tell* has what goes to the client of a stream.

    A recogniser that hangs is replaced in time, so nobody waits for ever; but how long
    that takes depends on what it hangs at, and a line is not dead before.
    """

    def __init__(
        self, tell: Callable[[Stream, wire.ServerEvent], None], *, every: float
    ) -> None:
        """*every*: seconds between two signs."""
        self._tell = tell
        self._every = every

    async def during(self, stream: Stream, work: Awaitable[None]) -> None:
        """Do *work*; while it gets on, the client of *stream* is told so."""
        await self._beside(work, self._tell_of_work(stream))

    async def holding_back(self, stream: Stream, work: Awaitable[None]) -> None:
        """Do *work*; the client of *stream*, which is not read, is told all the while.

        No ping of it is answered: it would think that the line is dead.
        """
        await self._beside(work, self._tell_of_life(stream))

    async def _beside(
        self, work: Awaitable[None], signs: Coroutine[None, None, None]
    ) -> None:
        telling = asyncio.create_task(signs)
        try:
            await work
        finally:
            telling.cancel()

    async def _tell_of_life(self, stream: Stream) -> None:
        while True:
            await asyncio.sleep(self._every)
            self._tell_progress(stream)

    async def _tell_of_work(self, stream: Stream) -> None:
        listener = stream.listener
        if listener is None:
            return
        life = listener.life
        while True:
            await asyncio.sleep(self._every)
            if listener.life != life:
                self._tell_progress(stream)
            life = listener.life

    def _tell_progress(self, stream: Stream) -> None:
        if (progress := stream.progress) is not None:
            self._tell(stream, progress)
