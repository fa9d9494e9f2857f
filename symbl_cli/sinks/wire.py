"""The API's own messages, as they came."""

from collections.abc import Callable

from .output import Output


class Wire:
    """Writes frames, one a line, untouched.

    For a terminal *show* is `terminal_safe`: a server must not move its cursor.
    """

    def __init__(self, output: Output, show: Callable[[str], str] = str) -> None:
        self._output = output
        self._show = show

    def frame(self, text: str) -> None:
        self._output.write(f"{self._show(text)}\n")

    def close(self) -> None:
        self._output.close()
