"""Stdout and stderr where we were started without them (`>&-`, `2>&-`)."""

import os
import sys
from typing import TextIO, cast

from .errors import OutputError

_STDOUT, _STDERR = 1, 2


class ClosedStdout:
    """Takes nothing: whoever has something to say is told so."""

    encoding = "utf-8"
    errors = "strict"

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"text is written here, not {type(text).__name__}")
        if text:
            raise OutputError("stdout is closed", suggestion="try `>/dev/null`")
        return 0

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        return False


def stand_in() -> None:
    """Let there be something in the place of each stream that is not there.

    The next file that is opened would have its number, and libraries write to those.
    """
    if sys.stdout is None:
        _occupy(_STDOUT)
        sys.stdout = cast("TextIO", ClosedStdout())
    if sys.stderr is None:
        _occupy(_STDERR)
        sys.stderr = open(  # noqa: SIM115 - pathlib takes time; it stays open
            _STDERR, "w", encoding="utf-8", closefd=False
        )


def _occupy(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
