"""When to dial again, and when to give up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Timer

import pytest

from symbl_cli.audio.source import Captured
from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import (
    AuthenticationError,
    ConnectionLost,
    ExitCode,
    MissingError,
    SymblError,
    UnreachableError,
)
from symbl_cli.lines import End, EndReason, Failure, State, Status
from symbl_cli.protocol import events as e
from symbl_cli.streaming.client import HungUp
from symbl_cli.streaming.run import Complaint, Control
from symbl_cli.streaming.transcribe import transcribe
from symbl_cli.streaming.world import REAL_WORLD
from tests.fakes import TIMEOUT, ListSource, LiveSource, WatchedSink
from tests.streaming.runs import RUN, TIMING
from tests.streaming.service import KnownServer, Peer, Service
from tests.streaming.watched import is_state, run_against, states_of


def test_breakdowns_of_the_server_are_borne_three_times() -> None:
    def broken(peer: Peer) -> None:
        peer.listen(0)
        peer.close(1011)

    with pytest.raises(HungUp, match="1011"):
        run_against(broken, broken, broken, broken, source=LiveSource())


def test_retries_come_to_an_end() -> None:
    def lost(peer: Peer) -> None:
        peer.listen(0)
        peer.hang_up()

    sink = WatchedSink()
    with pytest.raises(SymblError):
        run_against(lost, source=LiveSource(), sink=sink, max_retries=3)

    attempts = [
        body.attempt
        for body in sink.bodies
        if isinstance(body, Status) and body.state is State.RECONNECTING
    ]
    assert attempts == [1, 2, 3]


def test_who_asks_not_to_reconnect_is_not_reconnected() -> None:
    requests: list[e.StartRequest] = []

    def lost(peer: Peer) -> None:
        requests.append(peer.listen(0))
        peer.hang_up()

    sink = WatchedSink()
    with pytest.raises(ConnectionLost):
        run_against(lost, source=LiveSource(), sink=sink, no_reconnect=True)

    assert requests[0].no_connection_timeout is None
    assert State.RECONNECTING not in states_of(sink)


def test_an_expired_token_is_renewed() -> None:
    seen: list[str] = []

    def lost(peer: Peer) -> None:
        peer.accept()
        peer.listen(0)
        peer.hang_up()

    def found(peer: Peer) -> None:
        peer.accept()
        seen.append(peer.headers["x-api-key"])
        peer.listen(16000)
        peer.finish()

    with Service(lost, lambda peer: peer.refuse(401), found, raw=True) as service:
        old = service.endpoint()
        new = replace(old, token=lambda: "new")
        server = KnownServer(old, old, new)
        transcribe([ListSource(())], server, RUN, WatchedSink(), control=Control())

    assert seen == ["new"]


def test_a_first_dial_to_where_the_server_was_is_followed_by_one_to_where_it_is() -> (
    None
):
    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.finish()

    with Service() as gone:
        nobody = gone.endpoint()
    sink = WatchedSink()
    with Service(serve) as service:
        server = KnownServer(nobody, service.endpoint())
        transcribe([ListSource(())], server, RUN, sink, control=Control())

    assert states_of(sink) == [State.CONNECTING, State.LISTENING, State.DRAINING]


@pytest.mark.parametrize(
    ("code", "is_asked_again"), [(1013, True), (1012, True), (1008, False)]
)
def test_the_close_code_after_an_error_tells_whether_to_come_back(
    code: int, *, is_asked_again: bool
) -> None:
    def refuse(peer: Peer) -> None:
        peer.until(e.StartRequest)
        peer.send(e.ErrorMessage(message="Closed", details="not now"))
        peer.close(code, "not now")

    sink = WatchedSink()
    with pytest.raises(HungUp, match=f"{code}.*not now"):
        run_against(*[refuse] * 4, source=LiveSource(), sink=sink)

    assert (State.RECONNECTING in states_of(sink)) is is_asked_again


def test_a_server_that_is_busy_is_asked_again() -> None:
    def busy(peer: Peer) -> None:
        peer.refuse(503)

    def found(peer: Peer) -> None:
        peer.accept()
        peer.listen(0)
        peer.finish()

    sink = WatchedSink()
    with Service(busy, busy, found, raw=True) as service:
        transcribe([ListSource(())], service.server(), RUN, sink, control=Control())

    assert sink.bodies[-1] == End(EndReason.END_OF_INPUT, 0.0)


def test_a_server_that_stays_busy_is_given_up() -> None:
    def busy(peer: Peer) -> None:
        peer.refuse(429)

    with (
        Service(*[busy] * 4, raw=True) as service,
        pytest.raises(UnreachableError, match="too busy"),
    ):
        transcribe(
            [ListSource(())], service.server(), RUN, WatchedSink(), control=Control()
        )


def test_a_first_dial_that_is_refused_is_not_repeated() -> None:
    with Service() as service:
        nobody = service.endpoint()
    sink = WatchedSink()

    with pytest.raises(UnreachableError, match="cannot be reached"):
        transcribe([LiveSource()], KnownServer(nobody), RUN, sink, control=Control())

    assert State.RECONNECTING not in states_of(sink)


def _lost(peer: Peer) -> None:
    peer.accept()
    peer.listen(0)
    peer.hang_up()


def _found(peer: Peer) -> None:
    peer.accept()
    peer.listen(0)
    peer.finish()


class Recorded(LiveSource):
    """One that goes on until the server has been found again."""

    def __init__(self, sink: WatchedSink) -> None:
        super().__init__()
        self._sink = sink

    def chunks(self) -> Iterator[Captured]:
        self._sink.until(lambda body: is_state(body, State.RECONNECTED))
        yield from ()


def _refuse(peer: Peer) -> None:
    peer.refuse(401)


def test_credentials_that_are_refused_for_a_while_end_no_recording() -> None:
    told, sink = list[Complaint](), WatchedSink()

    with Service(_lost, *[_refuse] * 8, _found, raw=True) as service:
        transcribe(
            [Recorded(sink)],
            service.server(),
            RUN,
            sink,
            control=Control(),
            on_complaint=told.append,
        )

    assert states_of(sink).count(State.RECONNECTING) == 9
    (complaint,) = told
    assert "recording goes on" in complaint.message
    assert "refused the credentials (HTTP 401)" in complaint.message
    assert complaint.suggestion == "check them with `symbl config list`"


def test_credentials_that_are_refused_for_a_minute_end_it() -> None:
    now, sink = [0.0], WatchedSink()

    def refuse(peer: Peer) -> None:
        now[0] += 15
        peer.refuse(401)

    with (
        Service(_lost, *[refuse] * 5, raw=True) as service,
        pytest.raises(AuthenticationError) as caught,
    ):
        transcribe(
            [LiveSource()],
            service.server(),
            RUN,
            sink,
            control=Control(),
            world=replace(REAL_WORLD, clock=lambda: now[0]),
        )

    assert caught.value.exit_code is ExitCode.AUTHENTICATION
    assert states_of(sink).count(State.RECONNECTING) == 5


def test_a_server_that_cannot_be_started_for_a_while_ends_no_recording() -> None:
    told, sink = list[Complaint](), WatchedSink()

    class Hung(KnownServer):
        asked = 0

        def __call__(self) -> Endpoint:
            self.asked += 1
            if 1 < self.asked < 5:
                raise MissingError("a server hangs", suggestion="end it: `kill 1`")
            return super().__call__()

    with Service(_lost, _found, raw=True) as service:
        transcribe(
            [Recorded(sink)],
            Hung(service.endpoint()),
            RUN,
            sink,
            control=Control(),
            on_complaint=told.append,
        )

    assert states_of(sink).count(State.RECONNECTING) == 4
    assert told == [
        Complaint(
            "no words come for now, recording goes on: a server hangs",
            "end it: `kill 1`",
        )
    ]


def test_what_is_recorded_while_it_is_spoken_is_recorded_on_however_long() -> None:
    sink, source, control = WatchedSink(), LiveSource(), Control()
    run = replace(RUN, timing=replace(TIMING, longest_delay=0.001))
    late = Timer(TIMEOUT, control.stop)  # an end that nobody asked for would be raised

    def end() -> None:
        sink.until(lambda body: is_state(body, State.RECONNECTING), times=70)
        assert not source.closed.is_set()
        source.close()
        late.start()

    with ThreadPoolExecutor(1) as executor, Service(_lost, raw=True) as service:
        ended = executor.submit(end)
        with pytest.raises(UnreachableError) as caught:
            transcribe([source], service.server(), run, sink, control=control)
        ended.result()
        late.cancel()

    # Sixty more, and those that were made while its end went unnoticed.
    assert states_of(sink).count(State.RECONNECTING) >= 130
    assert "check the URL" not in caught.value.suggestion


def _listened_once(peer: Peer) -> None:
    peer.listen(0)
    peer.hang_up()


def _leave_while_it_is_away(sink: WatchedSink, control: Control) -> None:
    sink.until(lambda body: is_state(body, State.RECONNECTING))
    control.stop(EndReason.INTERRUPTED)


def test_who_leaves_while_the_server_is_away_makes_no_storm_of_dials() -> None:
    sink, control = WatchedSink(), Control()
    timing = replace(TIMING, first_delay=8, longest_delay=8, last_words=2)

    with ThreadPoolExecutor(1) as executor:
        left = executor.submit(_leave_while_it_is_away, sink, control)
        run_against(
            _listened_once,
            source=LiveSource(),
            sink=sink,
            control=control,
            timing=timing,
        )
        left.result()

    first, *others = [
        body
        for body in sink.bodies
        if isinstance(body, Status) and body.state is State.RECONNECTING
    ]
    assert first.recording is None
    assert 1 <= len(others) <= 5
    assert {(one.delay, one.recording) for one in others} == {(1.0, False)}
    end = sink.bodies[-1]
    assert isinstance(end, End)
    assert end.error is not None
    assert "hung up during the handshake" in end.error.message


def test_who_leaves_while_nobody_answers_waits_no_longer_than_for_last_words() -> None:
    source, sink, control = LiveSource(), WatchedSink(), Control()

    with ThreadPoolExecutor(1) as executor:
        left = executor.submit(_leave_while_it_is_away, sink, control)
        run_against(_listened_once, source=source, sink=sink, control=control)
        left.result()

    end = sink.bodies[-1]
    assert isinstance(end, End)
    assert end.reason is EndReason.INTERRUPTED
    assert isinstance(end.error, Failure)
