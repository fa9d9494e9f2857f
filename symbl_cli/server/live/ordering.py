"""What several streams say, in the order in which it was said."""

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .stream import Stream


@dataclass(order=True, slots=True)
class _Held:
    start: float
    number: int
    """Of two at one moment the one that came first."""
    release: Callable[[], None] = field(compare=False)


class TimeOrder:
    """Holds things back until nothing can come that began before them.

    Streams are decoded at paces of their own, and sound that is sent faster than it
    was spoken is far ahead on one stream and far behind on another.
    """

    def __init__(self) -> None:
        self._held: list[_Held] = []
        self._count = 0

    def hold(self, start: float, release: Callable[[], None]) -> None:
        """*release* is called by `advance`, once its time has come."""
        self._count += 1
        heapq.heappush(self._held, _Held(start, self._count, release))

    def advance(self, settled: float) -> None:
        """All that begins up to *settled* is complete: let go of it, in order."""
        while self._held and self._held[0].start <= settled:
            heapq.heappop(self._held).release()


def settled_until(streams: Iterable[Stream]) -> float:
    """Seconds since the conversation began up to which all was heard.

    Infinite once every stream is over. A run tells how many streams it has: while
    one of them has not come yet, nothing is complete.
    """
    streams = tuple(streams)
    expected = max((stream.request.streams or 0 for stream in streams), default=0)
    if len(streams) < expected:
        return -math.inf
    return min((stream.settled for stream in streams), default=math.inf)
