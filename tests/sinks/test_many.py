import pytest

from symbl_cli.errors import DiskFullError, OutputError, SymblError
from symbl_cli.lines import Line
from symbl_cli.sinks.many import Many

from .examples import line, transcript


class Memory:
    def __init__(self, failure: SymblError | None = None) -> None:
        self.lines: list[Line] = []
        self.closed = 0
        self._failure = failure

    def handle(self, line: Line) -> None:
        if self._failure:
            raise self._failure
        self.lines.append(line)

    def close(self) -> None:
        self.closed += 1


def unexpected(failure: OutputError) -> None:
    raise AssertionError(failure)


LINES = [line(transcript("One."), 0), line(transcript("Two."), 1)]
FULL = DiskFullError("no space left to write a.srt")


def test_every_sink_gets_every_line() -> None:
    sinks = [Memory(), Memory()]
    many = Many(sinks, on_failure=unexpected)

    for each in LINES:
        many.handle(each)
    many.close()

    assert [sink.lines for sink in sinks] == [LINES, LINES]
    assert [sink.closed for sink in sinks] == [1, 1]


def test_one_that_fails_is_given_up_said_once_and_the_others_go_on() -> None:
    told: list[OutputError] = []
    full, good = Memory(FULL), Memory()
    many = Many([full, good], told.append)

    for each in LINES:
        many.handle(each)
    many.close()

    assert told == [FULL]
    assert many.failure is FULL
    assert good.lines == LINES
    assert [full.closed, good.closed] == [1, 1]


def test_a_failure_that_shows_at_the_end_is_said_and_the_others_are_closed() -> None:
    class Late(Memory):
        def close(self) -> None:
            raise FULL

    told: list[OutputError] = []
    good = Memory()
    many = Many([Late(), good], told.append)

    many.close()
    many.close()

    assert told == [FULL]
    assert good.closed == 1


def test_a_reader_too_far_behind_ends_the_run() -> None:
    many = Many([Memory(SymblError("too far behind"))], on_failure=unexpected)

    with pytest.raises(SymblError, match="too far behind"):
        many.handle(LINES[0])
