"""The mark of a database that was closed well: unchanged since, it needs no check.

To check a store takes longer the more it holds, while people wait to be heard.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ...private import open_regular

_LONGEST = 1000
"""Characters of a mark: more are none."""


class Mark(Protocol):
    def leave(self) -> None:
        """The store is closed, and was sound."""


class NoMark:
    """Of a store that ends with its process."""

    def leave(self) -> None: ...


class ClosingMark:
    """A file beside the database that says how that was when it was closed."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(f"{database.name}.closed")

    def take(self) -> bool:
        """Whether the database is as it was closed; from now on it may change."""
        try:
            is_right = self._said() == self._state()
        except (OSError, UnicodeDecodeError):
            is_right = False
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return is_right

    def leave(self) -> None:
        """For the next start; without it that one checks."""
        with suppress(OSError):
            state = self._state()
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            descriptor = os.open(self._path, flags, 0o600)
            with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - has the mode
                file.write(state)

    def _said(self) -> str:
        """Raises OSError and UnicodeDecodeError."""
        with open(open_regular(self._path), encoding="ascii") as file:  # noqa: PTH123 - is open already
            return file.read(_LONGEST)

    def _state(self) -> str:
        """Raises OSError where the database is not there, or not all of it."""
        found = self._database.stat()
        if self._database.with_name(f"{self._database.name}-wal").exists():
            raise FileExistsError
        return f"{found.st_size} {found.st_mtime_ns}"
