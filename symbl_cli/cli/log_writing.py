"""Writing logs on a thread of its own, so that who does not read them stalls nobody."""

import logging
import select
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import TextIO

MOST_WAITING = 4_000_000
"""Characters."""

_PATIENCE = 2.0
"""Seconds that may pass at the end until what is left is written."""


class LogWriter(logging.StreamHandler[TextIO]):
    """Takes every record at once, and writes it when *stream* lets it.

    Beyond *most_waiting* characters records are left out; how many is said where they
    would stand. *on_failure* is told once, on the writer's thread, that *stream* takes
    no more. `close` waits for what is left, unless nobody reads it, and closes *stream*
    where it *is_owner*.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        on_failure: Callable[[OSError], None],
        is_owner: bool = False,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        super().__init__(stream)
        self._on_failure = on_failure
        self._is_owner = is_owner
        self._most_waiting = most_waiting
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._taken = 0
        self._written = 0
        """Characters; each of the two is counted by one thread at a time."""
        self._left_out = 0
        """Records since the last one that was taken."""
        self._has_failed = False
        self._is_closed = False
        # Not joined when its write never returns: that must not keep the process.
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        if self._has_failed:
            return
        # Once some are left out there is to be room for many.
        room = self._most_waiting // (2 if self._left_out else 1)
        if self._taken - self._written > room:
            self._left_out += 1
            return
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - logging tells of a wrong call in its own way
            self.handleError(record)
            return
        self._tell_left_out()
        self._take(line)

    def flush(self) -> None:
        """Nothing stays behind in a buffer."""

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._tell_left_out()
        self._waiting.put(None)
        self._thread.join(_PATIENCE)
        # A write that never returns still has the descriptor.
        if self._is_owner and not self._thread.is_alive():
            self.stream.close()
        super().close()

    def _tell_left_out(self) -> None:
        if not self._left_out:
            return
        message = f"left out here, as nothing read it in time: {self._left_out} records"
        self._left_out = 0
        about = {"name": __name__, "levelno": logging.WARNING, "msg": message}
        record = logging.makeLogRecord({**about, "levelname": "WARNING"})
        self._take(self.format(record))

    def _take(self, line: str) -> None:
        self._taken += len(line)
        self._waiting.put(line)

    def _run(self) -> None:
        try:
            while (line := self._waiting.get()) is not None:
                _write(self.stream, f"{line}\n")
                self._written += len(line)
        except OSError as exc:
            self._has_failed = True
            self._on_failure(exc)


def _write(stream: TextIO, text: str) -> None:
    """Write *text* past the buffer of *stream*.

    Its lock would be held until somebody reads: by then others may want to say that
    they end, and Python, which ends, to flush it.
    """
    buffer = getattr(stream, "buffer", None)
    if buffer is None:  # it is shown by somebody who does not wait
        stream.write(text)
        return
    raw = getattr(buffer, "raw", buffer)
    rest = memoryview(text.encode(errors="backslashreplace"))
    while rest:
        written = raw.write(rest)
        if written is None:  # whoever shares it made it non-blocking
            select.select([], [raw], [])
        else:
            rest = rest[written:]
