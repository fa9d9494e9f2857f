from threading import Barrier

import pytest

from symbl_cli.errors import DiskFullError
from symbl_cli.lines import Line
from symbl_cli.sinks.together import Together

from .examples import line, transcript

PATIENCE = 20.0
"""Seconds after which a wait has failed."""


class Waiting:
    """Closed only while another one is being closed too."""

    def __init__(self, both: Barrier) -> None:
        self.lines: list[Line] = []
        self._both = both

    def handle(self, line: Line) -> None:
        self.lines.append(line)

    def close(self) -> None:
        self._both.wait(PATIENCE)


class Full(Waiting):
    def close(self) -> None:
        super().close()
        raise DiskFullError("no space left")


def test_sinks_that_wait_are_closed_at_the_same_time() -> None:
    both = Barrier(2)
    sinks = [Waiting(both), Waiting(both)]
    together = Together(sinks)
    said = line(transcript("Hello."))

    together.handle(said)
    together.close()

    assert [sink.lines for sink in sinks] == [[said], [said]]
    assert not both.broken


def test_what_one_cannot_close_is_raised_when_all_are_closed() -> None:
    both = Barrier(2)

    with pytest.raises(DiskFullError, match="no space left"):
        Together([Full(both), Waiting(both)]).close()

    assert not both.broken
