"""Sinks that wait for others at the end, closed at the same time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ..lines import Line
from .sink import Sink


class Together:
    """Hands every line to all of *sinks* (at least one), in their order.

    `close` takes as long as the slowest of them, not as all in turn; each is closed on
    a thread of its own. Raises what the first of them raises, when all are closed.
    """

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = tuple(sinks)

    def handle(self, line: Line) -> None:
        for sink in self._sinks:
            sink.handle(line)

    def close(self) -> None:
        with ThreadPoolExecutor(
            len(self._sinks), thread_name_prefix="closing"
        ) as executor:
            closing = [executor.submit(sink.close) for sink in self._sinks]
        for closed in closing:
            closed.result()
