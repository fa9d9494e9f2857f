"""What is counted of peers and tenants, so that nobody takes what is for all."""

import asyncio
import math
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..protocol.local import LOCAL_TENANT
from .limits import Limits

_MOST_KEYS = 10_000
_AT_ONCE = 10
"""Seconds' worth that may come at once."""
_TURNS = 3
"""Requests of one tenant that are answered at a time, by one thread each of four."""
_SHARE = 0.75
"""Of the connections, that one of several tenants may have."""
_SMALL = 64 << 10
"""Bytes that are taken from everybody, however much is held already."""


class TooMuch(Exception):
    """More than this peer may have now."""

    def __init__(self, message: str, *, wait: float = 1.0) -> None:
        super().__init__(message)
        self.message = message
        self.wait = wait
        """Seconds after which it is worth another try."""


class Rate:
    """So many a second of each key, and ten seconds' worth at once.

    Those who come seldom are forgotten first: they have a full measure anyway.
    """

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second * _AT_ONCE)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """What was left of each, and when."""

    def wait(self, key: str) -> float:
        """Seconds until *key* may have one more; 0 where it may now."""
        left = self._left_of(key)
        return 0.0 if left >= 1 else (1 - left) / self._per_second

    def spend(self, key: str) -> None:
        """*key* has had one."""
        self._left[key] = max(0.0, self._left_of(key) - 1), self._clock()
        self._left.move_to_end(key)
        if len(self._left) > _MOST_KEYS:
            self._left.popitem(last=False)

    def _left_of(self, key: str) -> float:
        if key not in self._left or math.isinf(self._per_second):
            return self._most
        left, then = self._left[key]
        return min(self._most, left + (self._clock() - then) * self._per_second)


class Held:
    """Bytes of what is not at its end yet, of all peers together; of one loop."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.size = 0

    @contextmanager
    def share(self) -> Iterator["Share"]:
        """One peer's; nothing is left of it at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            share.clear()


class Share:
    """What one peer has of all that is held."""

    def __init__(self, held: Held) -> None:
        self.size = 0
        self._held = held

    def grow(self, by: int) -> None:
        self.size += by
        self._held.size += by

    def clear(self) -> None:
        self.grow(-self.size)

    @property
    def has_room(self) -> bool:
        """Whether it may grow: where there is little room, who has little may."""
        return self.size <= _SMALL or self._held.size <= self._held.most


class Quotas:
    """Of tenants, and of those who guess; belongs to one event loop.

    This computer's own tenant is whoever runs the server: it takes what it likes.
    """

    def __init__(
        self, limits: Limits, *, connections: float, clock: Callable[[], float]
    ) -> None:
        self.limits = limits
        self.held = Held(limits.held)
        self._most_sockets = min(limits.tenant_sockets, connections * _SHARE)
        self._sockets: Counter[str] = Counter()
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_TURNS)
        )
        self._requests = Rate(limits.tenant_requests, clock)
        self._guesses = Rate(limits.guesses, clock)

    def ask(self, tenant: str) -> None:
        """Count a request of *tenant*; raises TooMuch."""
        if tenant == LOCAL_TENANT:
            return
        if wait := self._requests.wait(tenant):
            raise TooMuch("too many requests: ask again later", wait=wait)
        self._requests.spend(tenant)

    @contextmanager
    def socket(self, tenant: str) -> Iterator[None]:
        """Count a socket of *tenant* while it is open; raises TooMuch."""
        if tenant != LOCAL_TENANT and self._sockets[tenant] >= self._most_sockets:
            raise TooMuch(f"{self._sockets[tenant]} sockets are open: close some first")
        self._sockets[tenant] += 1
        try:
            yield
        finally:
            self._sockets[tenant] -= 1
            if not self._sockets[tenant]:
                del self._sockets[tenant]

    def turn(self, tenant: str) -> asyncio.Semaphore:
        """To be held while a request of *tenant* is answered: others have turns too."""
        return self._turns[tenant]

    def guess(self, who: str) -> None:
        """Raises TooMuch where *who* has been wrong too often."""
        if wait := self._guesses.wait(who):
            raise TooMuch("too many wrong secrets: try again later", wait=wait)

    def guessed_wrong(self, who: str) -> None:
        self._guesses.spend(who)
