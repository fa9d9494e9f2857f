"""Whoever goes, and however slow the rest is: the last words are said."""

from dataclasses import replace
from threading import enumerate as enumerate_threads

import pytest

from symbl_cli.lines import End, EndReason, Line, State, Status
from symbl_cli.protocol import events as e
from symbl_cli.streaming.run import Control
from tests.fakes import TIMEOUT, LiveSource, RecordingSink, chunks_of
from tests.streaming.runs import (
    RUN,
    SECOND,
    TIMING,
    heard,
    line_of,
    run_against,
    said_by_engine,
    states,
)
from tests.streaming.service import Peer


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "second"])
def test_a_terminal_that_is_closed_is_one_stop_and_brings_the_last_words(
    *, is_first: bool
) -> None:
    """The signal and the loss of whoever read both tell of it."""
    source, control = LiveSource(), Control()
    source.feed(*chunks_of(SECOND))

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.audio(len(SECOND))
        if is_first:
            control.reader_gone()
        control.stop(EndReason.HANGUP)
        peer.until(e.StopRequest)
        control.reader_gone()
        peer.until_ping()
        peer.send(heard("Last words.", is_final=True))
        peer.end()

    timing = replace(TIMING, ping=0.05, last_words=TIMEOUT)
    run = replace(RUN, timing=timing)
    sink = run_against(serve, source=source, control=control, run=run)

    assert said_by_engine(sink)[1:] == [
        line_of("Last words.", rev=1, final=True),
        End(EndReason.HANGUP, 1.0, {"transcript": 1}),
    ]


class _SlowSink(RecordingSink):
    """Takes as long to say that the server listens as all the rest takes."""

    def handle(self, line: Line) -> None:
        if isinstance(line.body, Status) and line.body.state is State.LISTENING:
            uplinks = [one for one in enumerate_threads() if "uplink" in one.name]
            for uplink in uplinks:
                uplink.join(TIMEOUT)
        super().handle(line)


def test_who_is_slow_to_say_things_says_the_last_words_too() -> None:
    sink, source, control = _SlowSink(), LiveSource(), Control()
    source.feed(*chunks_of(SECOND))

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.audio(len(SECOND))
        control.stop()
        peer.until(e.StopRequest)
        peer.send(heard("Last words.", is_final=True))
        peer.end()

    run_against(serve, source=source, control=control, sink=sink)

    assert states(sink)[-1] is State.DRAINING
    assert said_by_engine(sink)[1:] == [
        line_of("Last words.", rev=1, final=True),
        End(EndReason.STOPPED, 1.0, {"transcript": 1}),
    ]
