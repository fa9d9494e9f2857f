"""Text: one line a final, insights as lines of their own, topics at the end.

Gaps in the recording have a line, too.
"""

from ..lines import End, Line
from .gaps import Gaps
from .output import Output
from .text_form import Telling, gap_text


class Text:
    def __init__(self, output: Output) -> None:
        self._output = output
        self._telling = Telling()
        self._gaps = Gaps()

    def handle(self, line: Line) -> None:
        for gap in self._gaps.before(line.body):
            self._write(gap_text(gap))
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
