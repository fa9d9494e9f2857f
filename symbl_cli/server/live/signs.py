"""Signs of life for who waits while recognition is behind."""

import asyncio
from collections.abc import Awaitable, Callable

from ...protocol import events as wire
from .stream import Stream

_SIGN = 1.0
"""Seconds between two signs."""
_MOST_SIGNS = 60
"""Who waits that long for one stream had better look for himself."""


class Signs:
    """Belongs to one event loop; *tell* has what goes to the client of a stream."""

    def __init__(self, tell: Callable[[Stream, wire.ServerEvent], None]) -> None:
        self._tell = tell

    async def during(self, stream: Stream, work: Awaitable[None]) -> None:
        """Do *work*; while it gets on, the client of *stream* is told so."""
        telling = asyncio.create_task(self._tell_of_work(stream))
        try:
            await work
        finally:
            telling.cancel()

    async def _tell_of_work(self, stream: Stream) -> None:
        listener = stream.listener
        if listener is None:
            return
        life = listener.life
        for _ in range(_MOST_SIGNS):
            await asyncio.sleep(_SIGN)
            if listener.life != life:
                self._tell(stream, wire.Progress(backlog=round(listener.backlog, 3)))
            life = listener.life
