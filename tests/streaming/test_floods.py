"""Servers that say something without end: a run ends all the same."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest

from symbl_cli.errors import UnreachableError
from symbl_cli.lines import End, EndReason
from symbl_cli.protocol import events as e
from symbl_cli.protocol.codec import encode
from symbl_cli.streaming.run import Complaint, Control
from symbl_cli.streaming.transcribe import transcribe
from tests.fakes import LiveSource, RecordingSink, chunks_of
from tests.streaming.runs import RUN, SECOND, TIMING, heard, run_against
from tests.streaming.service import TIMEOUT, HungUpError, Peer, Service

REMOTE = replace(
    RUN,
    engine="remote",
    max_retries=0,
    timing=replace(TIMING, silence=60, all_words=1.0, all_words_of_all=1.0),
)


ENOUGH = 60
"""Seconds after which a run that is not over goes on for ever."""


class CountingSink(RecordingSink):
    """Keeps the end alone: of the rest there is too much."""

    def handle(self, line: object) -> None:
        if isinstance(getattr(line, "body", None), End):
            super().handle(line)  # type: ignore[arg-type]  # it is a line


def _unknown(number: int) -> str:
    return json.dumps({"type": "nobody_knows", "number": number})


def _interim(number: int) -> str:
    return str(encode(heard(f"Word {number}", is_final=False)))


def _message(number: int) -> str:
    messages = [
        {
            "id": f"m{number}-{one}",
            "from": {"name": "Mara"},
            "payload": {"contentType": "text/plain", "content": "Word"},
        }
        for one in range(100)
    ]
    return json.dumps({"type": "message_response", "messages": messages})


def _insight(number: int) -> str:
    insights = tuple(
        e.Insight(
            id=e.InsightId(f"i{number}-{one}"), type="question", content="Who?", rev=1
        )
        for one in range(100)
    )
    return str(encode(e.InsightResponse(insights=insights)))


def _final(number: int) -> str:
    final = heard("Word", is_final=True)
    return str(encode(replace(final, message_id=e.MessageId(f"m{number}"))))


def _same(number: int) -> str:
    return _final(0 * number)


def _flood(peer: Peer, frame: Callable[[int], str]) -> None:
    # The system may wait for long with what nobody takes, even where nobody is there.
    peer.line.settimeout(TIMEOUT / 4)
    with suppress(HungUpError):
        until = time.monotonic() + ENOUGH
        for number in count():
            peer.send_text(frame(number))
            assert time.monotonic() < until, "it listens for ever"


@pytest.mark.parametrize("frame", [_unknown, _interim, _same])
def test_a_server_that_talks_on_is_not_listened_to_for_ever_after_a_signal(
    frame: Callable[[int], str],
) -> None:
    source, control = LiveSource(), Control()

    def serve(peer: Peer) -> None:
        peer.listen()
        control.stop(EndReason.TERMINATED)
        peer.until(e.StopRequest)
        _flood(peer, frame)

    sink = run_against(
        serve, source=source, control=control, run=REMOTE, sink=CountingSink()
    )

    (end,) = (body for body in sink.bodies if isinstance(body, End))
    assert end.reason is EndReason.TERMINATED
    assert end.error is not None
    assert end.error.message == "the last words did not come back"


def test_nor_at_the_end_of_the_input() -> None:
    def serve(peer: Peer) -> None:
        peer.listen()
        peer.until(e.StopRequest)
        _flood(peer, _interim)

    with pytest.raises(UnreachableError, match="the last words did not come back"):
        run_against(serve, run=REMOTE, sink=CountingSink())


@pytest.mark.parametrize("frame", [_message, _insight, _final])
def test_a_server_that_says_more_than_anybody_can_have_said_is_left(
    frame: Callable[[int], str],
) -> None:
    source = LiveSource()
    source.feed(*chunks_of(SECOND))
    complaints: list[Complaint] = []

    def serve(peer: Peer) -> None:
        peer.listen()
        _flood(peer, frame)

    with (
        Service(serve) as service,
        pytest.raises(UnreachableError, match="more than anybody can have said"),
    ):
        transcribe(
            [source],
            service.server(),
            REMOTE,
            CountingSink(),
            control=Control(),
            on_complaint=complaints.append,
        )

    assert len(complaints) <= 100
