"""When to dial again, and when to give up."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from symbl_cli.errors import (
    AuthenticationError,
    ConnectionLost,
    SymblError,
    UnreachableError,
)
from symbl_cli.lines import End, EndReason, Failure, State, Status
from symbl_cli.protocol import events as e
from symbl_cli.streaming.client import HungUp
from symbl_cli.streaming.run import Control
from symbl_cli.streaming.transcribe import transcribe
from tests.fakes import ListSource, LiveSource, WatchedSink
from tests.streaming.runs import RUN
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


def test_credentials_that_are_refused_are_not_tried_for_ever() -> None:
    def lost(peer: Peer) -> None:
        peer.accept()
        peer.listen(0)
        peer.hang_up()

    with (
        Service(lost, lambda peer: peer.refuse(401), raw=True) as service,
        pytest.raises(AuthenticationError),
    ):
        transcribe(
            [LiveSource()], service.server(), RUN, WatchedSink(), control=Control()
        )


def test_who_leaves_while_nobody_answers_waits_no_longer_than_for_last_words() -> None:
    source, sink, control = LiveSource(), WatchedSink(), Control()

    def lost(peer: Peer) -> None:
        peer.listen(0)
        peer.hang_up()

    def leave() -> None:
        sink.until(lambda body: is_state(body, State.RECONNECTING))
        control.stop(EndReason.INTERRUPTED)

    with ThreadPoolExecutor(1) as executor:
        left = executor.submit(leave)
        run_against(lost, source=source, sink=sink, control=control)
        left.result()

    end = sink.bodies[-1]
    assert isinstance(end, End)
    assert end.reason is EndReason.INTERRUPTED
    assert isinstance(end.error, Failure)
