"""How a signal ends what can be done again: at once, saying how."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..lines import EndReason
from ..sinks.notices import Notices
from .logs import finish_logs
from .signals import EXIT_CODES, ending_on_signals


class Ending:
    """Of `symbl recover`."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._run = ""
        """The id of the one that is being recovered."""
        self._is_put_off = False
        self._reason: EndReason | None = None
        """Of the first signal that came while none was to end it."""

    @contextmanager
    def on_signals(self) -> Iterator["Ending"]:
        with ending_on_signals(self._end, self._end):
            yield self

    @contextmanager
    def of(self, run: str) -> Iterator[None]:
        """A signal that comes meanwhile leaves *run* as it is."""
        self._run = run
        try:
            yield
        finally:
            self._run = ""

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """What is done meanwhile is done to its end."""
        self._is_put_off = True
        try:
            yield
        finally:
            self._is_put_off, self._run = False, ""
            if self._reason is not None:
                self._end(self._reason)

    def _end(self, reason: EndReason) -> None:
        if self._is_put_off:
            self._reason = self._reason or reason
            return
        # It may have come while the same was being written.
        with suppress(OSError, RuntimeError):
            if self._run:
                self._notices.warning(
                    f"run {self._run} was not brought back to its end, and stays",
                    suggestion=f"`symbl recover {self._run}` goes on with it",
                )
            sys.stdout.flush()
        finish_logs()
        # The server notices that nobody is there, and threads need not be waited for.
        os._exit(EXIT_CODES[reason])
