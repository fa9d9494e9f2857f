"""The API's own messages, as they came."""

from .output import Output


class Wire:
    """Writes frames, one a line, untouched."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def frame(self, text: str) -> None:
        self._output.write(f"{text}\n")

    def close(self) -> None:
        self._output.close()
