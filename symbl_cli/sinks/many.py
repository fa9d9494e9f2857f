"""Several sinks as one."""

from collections.abc import Callable, Sequence

from ..errors import OutputError
from ..lines import Line
from .sink import Sink


class Many:
    """Hands every line to all of *sinks*, in their order.

    One that cannot write is given up, and *on_failure* told; the others go on, with
    what *amend* makes of the line then. Put files before stdout: what a reader has seen
    is then in the files too.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        on_failure: Callable[[OutputError], None],
        *,
        amend: Callable[[Line], Line] = lambda line: line,
    ) -> None:
        self._sinks = list(sinks)
        self._on_failure = on_failure
        self._amend = amend
        self.failure: OutputError | None = None
        """The first one: it decides with which code the run exits."""

    def handle(self, line: Line) -> None:
        for sink in tuple(self._sinks):
            try:
                sink.handle(line)
            except OutputError as exc:
                self._give_up(sink, exc)
                line = self._amend(line)

    def close(self) -> None:
        sinks, self._sinks = self._sinks, []
        for sink in sinks:
            self._close(sink)

    def _give_up(self, sink: Sink, failure: OutputError) -> None:
        self._sinks.remove(sink)
        self._tell(failure)
        self._close(sink)

    def _close(self, sink: Sink) -> None:
        try:
            sink.close()
        except OutputError as exc:
            self._tell(exc)

    def _tell(self, failure: OutputError) -> None:
        self.failure = self.failure or failure
        self._on_failure(failure)
