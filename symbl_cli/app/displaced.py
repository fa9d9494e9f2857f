"""Files whose names a run takes, put aside until it is sure to write its own."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ..errors import OutputError


class Displaced:
    """What *paths* hold, under other names beside them, until it is known what comes.

    Raises OutputError where one cannot be moved; then all are where they were.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._aside: dict[Path, Path] = {}
        try:
            for path in filter(Path.is_file, paths):
                aside = path.with_name(f"{path.name}.before-{os.getpid()}")
                path.rename(aside)
                self._aside[path] = aside
        except OSError as exc:
            self.restore()
            raise OutputError(
                f"cannot overwrite {exc.filename}: {exc.strerror}",
                suggestion="choose another name",
            ) from exc

    def forget(self) -> None:
        """Remove them: others have their places for good."""
        for aside in self._aside.values():
            with suppress(OSError):
                aside.unlink()
        self._aside.clear()

    def restore(self) -> None:
        """Put back those whose place is free, and remove the others."""
        for path, aside in list(self._aside.items()):
            if not path.exists():
                with suppress(OSError):
                    aside.rename(path)
                del self._aside[path]
        self.forget()
