"""Signs of life for who waits while recognition is behind."""

import asyncio
from collections.abc import Awaitable, Callable

from ...protocol import events as wire
from ..recognition.listener import Recognition
from .stream import Stream

_SIGN = 1.0
"""Seconds between two signs."""
_MOST_SIGNS = 60
"""Who waits that long for one stream had better look for himself."""


class Signs:
    """Belongs to one event loop; *tell* has what goes to the client of a stream."""

    def __init__(
        self,
        recognition: Recognition,
        tell: Callable[[Stream, wire.ServerEvent], None],
    ) -> None:
        self._recognition = recognition
        self._tell = tell

    async def during(self, stream: Stream, work: Awaitable[None]) -> None:
        """Do *work*; while recognition gets on, the client of *stream* is told so."""
        telling = asyncio.create_task(self._tell_of_work(stream))
        try:
            await work
        finally:
            telling.cancel()

    async def _tell_of_work(self, stream: Stream) -> None:
        life = self._recognition.life
        for _ in range(_MOST_SIGNS):
            await asyncio.sleep(_SIGN)
            if self._recognition.life != life and stream.listener is not None:
                backlog = round(stream.listener.backlog, 3)
                self._tell(stream, wire.Progress(backlog=backlog))
            life = self._recognition.life
