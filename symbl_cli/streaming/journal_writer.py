"""Writes the journal of a run, and keeps in memory what the disk does not take."""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from .runs import JOURNAL

LIMIT = 4 * 2**20
"""Bytes that may wait for a disk to have room again: hours of talk."""
_NONE = -1


@dataclass(slots=True)
class _Entry:
    rest: bytes
    """What of it is not written yet."""
    until: float


class JournalWriter:
    """Written by one thread, fed by others; what comes goes to disk in that order."""

    def __init__(self, *, may_drop: Callable[[], bool]) -> None:
        """*may_drop*: whether the disk is known to take nothing."""
        self._may_drop = may_drop
        self._entries: deque[_Entry] = deque()
        self._waiting = 0
        """Bytes of those."""
        self._lock = Lock()
        self._descriptor = _NONE
        self.is_short = False
        """Whether more came than may wait."""
        self.until = 0.0
        """Seconds up to which there are words on disk."""

    def put(self, text: str, until: float) -> None:
        """*until*: seconds up to which there are words, as far as *text* knows."""
        noted = _Entry(text.encode(errors="replace"), until)
        with self._lock:
            is_too_much = self._waiting + len(noted.rest) > LIMIT
            # Of what comes after that nothing is noted: it has an end, and no hole.
            self.is_short |= is_too_much and self._may_drop()
            if not self.is_short:
                self._entries.append(noted)
                self._waiting += len(noted.rest)

    def write(self, folder: Path) -> None:
        """All that waits; raises OSError, and goes on where it was cut off then."""
        if self._entries and self._descriptor == _NONE:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(folder / JOURNAL, flags, 0o600)
        while self._entries:
            noted = self._entries[0]
            while noted.rest:
                written = os.write(self._descriptor, noted.rest)
                noted.rest = noted.rest[written:]
                with self._lock:
                    self._waiting -= written
            self.until = max(self.until, noted.until)
            self._entries.popleft()

    def close(self) -> None:
        if self._descriptor != _NONE:
            os.close(self._descriptor)
            self._descriptor = _NONE
