"""What waits to be sent on one socket."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from ...protocol.events import RecognitionResult
from .port import Outgoing, PortClosed, Refusal


class Mailbox:
    """Keeps frames in order; an interim replaces its predecessor.

    Belongs to one event loop. A socket that does not read for so long that *most*
    frames wait is told to come back: the log has them all.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._waiting: deque[Outgoing] = deque()
        self._something = asyncio.Event()
        self._closed: PortClosed | None = None

    def put(self, outgoing: Outgoing) -> None:
        if self._closed is not None:
            return
        if len(self._waiting) >= self._most:
            self.close(PortClosed(Refusal.BUSY, "this socket reads too slowly"))
            return
        if self._waiting and _replaces(outgoing, self._waiting[-1]):
            self._waiting[-1] = outgoing
        else:
            self._waiting.append(outgoing)
        self._something.set()

    def close(self, reason: PortClosed) -> None:
        """What waits still goes out, then *reason* is raised in the reader."""
        if self._closed is None:
            self._closed = reason
            self._something.set()

    async def __aiter__(self) -> AsyncIterator[Outgoing]:
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._closed is not None:
                raise self._closed
            self._something.clear()
            await self._something.wait()


def _replaces(new: Outgoing, old: Outgoing) -> bool:
    match new.event, old.event:
        case (
            RecognitionResult(message_id=now),
            RecognitionResult(is_final=False, message_id=before),
        ):
            return now is not None and now == before
        case _:
            return False
