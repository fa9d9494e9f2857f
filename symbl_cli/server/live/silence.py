"""How long nobody has spoken."""

import asyncio
from collections.abc import Callable


class Silence:
    """Calls *too_long* after *limit* seconds of it; `None`: never.

    Belongs to one event loop.
    """

    def __init__(self, limit: float | None, too_long: Callable[[], None]) -> None:
        self._limit = limit
        self._too_long = too_long
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Count from now on: somebody spoke, or came."""
        self.end()
        if self._limit is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._limit, self._too_long)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
