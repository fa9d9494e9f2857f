"""What every sink is to the run that feeds it."""

from typing import Protocol

from ..lines import Line


class Sink(Protocol):
    """Takes the lines of one run, in order, on one thread.

    `handle` never waits for a person, a pipe or a network: a sink that might
    does so on a thread of its own. `close` is idempotent and flushes.
    """

    def handle(self, line: Line) -> None: ...

    def close(self) -> None: ...
