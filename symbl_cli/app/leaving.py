"""How signals reach a run, from before its first file until after its last."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..lines import EndReason
from ..streaming.run import Control
from .logs import finish_logs
from .signals import EXIT_CODES, ending_on_signals


class Leaving:
    """The first signal ends a run well, whatever it is about; the second at once.

    Signals come in the middle of anything: what they do takes no lock.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._is_waiting = False
        self._hurried: tuple[Callable[[], None], ...] = ()
        self._abandon: Callable[[], None] = _nothing
        self.reason: EndReason | None = None
        """Of the first signal, as soon as it is here."""

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        with ending_on_signals(self._stop, self._leave):
            yield

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """What may wait for its first byte for ever, and is given up for a signal.

        KeyboardInterrupt is raised there, whatever signal it is.
        """
        self._is_waiting = True
        try:
            if self.reason is not None:
                raise KeyboardInterrupt
            yield
        finally:
            self._is_waiting = False

    def hurry(self, *outputs: Callable[[], None]) -> None:
        """Call each of *outputs* when the first signal comes, or now if it is here."""
        self._hurried = outputs
        if self.reason is not None:
            self._hurry()

    def abandon(self, what: Callable[[], None]) -> None:
        """Do *what* where the process leaves at once."""
        self._abandon = what

    def _stop(self, reason: EndReason) -> None:
        self.reason = reason
        self._control.stop(reason)
        self._hurry()
        if self._is_waiting:
            raise KeyboardInterrupt

    def _leave(self, reason: EndReason) -> None:
        self._abandon()
        finish_logs()
        os._exit(EXIT_CODES[reason])

    def _hurry(self) -> None:
        for hurry in self._hurried:
            hurry()


def _nothing() -> None:
    """There is nothing yet that would have to be put in order."""
