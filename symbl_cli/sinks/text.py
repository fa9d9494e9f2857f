"""Text: one line a final, insights as lines of their own, topics at the end."""

from ..lines import End, Line
from .output import Output
from .text_form import Telling


class Text:
    def __init__(self, output: Output) -> None:
        self._output = output
        self._telling = Telling()

    def handle(self, line: Line) -> None:
        match line.body:
            case End():
                self._write(self._telling.topics())
            case body:
                self._write(self._telling.tell(body))

    def close(self) -> None:
        self._output.close()

    def _write(self, text: str | None) -> None:
        if text is not None:
            self._output.write(text + "\n")
