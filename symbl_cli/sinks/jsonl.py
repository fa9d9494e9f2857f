"""JSON lines: one object a line."""

from ..lines import Line, Transcript
from .json_form import encode
from .output import Output


class JsonLines:
    """Every line as it is; of transcripts the final ones, unless *interim*."""

    def __init__(self, output: Output, *, interim: bool = False) -> None:
        self._output = output
        self._interim = interim

    def handle(self, line: Line) -> None:
        match line.body:
            case Transcript(final=False) if not self._interim:
                pass
            case _:
                self._output.write(encode(line) + "\n")

    def close(self) -> None:
        self._output.close()
