"""Where the text of a sink goes: stdout or a file."""

from typing import Protocol


class Output(Protocol):
    """Takes text, whole lines at a time, and has handed it on when `write` returns.

    Both raise OutputError, and DiskFullError where that is why. `close` is idempotent.
    """

    def write(self, text: str) -> None: ...

    def close(self) -> None: ...
