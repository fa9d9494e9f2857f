"""Every run ends in one way, whatever ends it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import (
    AudioError,
    AuthenticationError,
    ConnectionLost,
    DiskFullError,
    RemoteProtocolError,
    SymblError,
    UnreachableError,
)
from symbl_cli.lines import (
    End,
    EndReason,
    Failure,
    Line,
    State,
    Status,
    Transcript,
)
from symbl_cli.protocol import events as e
from symbl_cli.streaming.run import Control
from symbl_cli.streaming.transcribe import transcribe
from symbl_cli.streaming.world import REAL_WORLD
from tests.fakes import ListSource, LiveSource, RecordingSink, chunks_of
from tests.streaming.runs import (
    BEGIN,
    RUN,
    SECOND,
    TIMING,
    heard,
    line_of,
    run_against,
    said_by_engine,
)
from tests.streaming.service import KnownServer, Peer, Service


def test_a_stop_ends_like_the_end_of_the_input() -> None:
    source, control = LiveSource(), Control()
    source.feed(*chunks_of(SECOND))

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.audio(len(SECOND))
        control.stop(EndReason.INTERRUPTED)
        peer.until(e.StopRequest)
        peer.send(heard("Last words.", is_final=True))
        peer.end()

    sink = run_against(serve, source=source, control=control)

    assert said_by_engine(sink)[1:] == [
        line_of("Last words.", rev=1, final=True),
        End(EndReason.INTERRUPTED, 1.0, {"transcript": 1}),
    ]


def test_last_words_are_waited_for_while_they_keep_coming() -> None:
    source, control, now = LiveSource(), Control(), [0.0]

    def serve(peer: Peer) -> None:
        peer.listen(0)
        control.stop(EndReason.TERMINATED)
        peer.until(e.StopRequest)
        for number in range(4):  # together longer than silence is borne
            peer.send(heard(f"Word {number}", is_final=False))
            peer.until_seen()
            now[0] += 0.4
            peer.until_ping()
        peer.send(heard("All words.", is_final=True))
        peer.end()

    sink = RecordingSink()
    with Service(serve) as service:
        transcribe(
            [source],
            service.server(),
            replace(RUN, timing=replace(TIMING, ping=0)),
            sink,
            control=control,
            world=replace(REAL_WORLD, clock=lambda: now[0]),
        )

    assert said_by_engine(sink)[-2:] == [
        line_of("All words.", rev=5, final=True),
        End(EndReason.TERMINATED, 0.0, {"transcript": 1}),
    ]


def test_last_words_that_never_come_are_told() -> None:
    source, control = LiveSource(), Control()

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.send(heard("Half", is_final=False))
        control.stop(EndReason.INTERRUPTED)
        peer.rest()

    sink = run_against(serve, source=source, control=control)

    assert said_by_engine(sink)[1:] == [
        line_of("Half", rev=1, final=False),
        line_of("", rev=2, final=True),
        End(
            EndReason.INTERRUPTED,
            0.0,
            error=Failure("connection_lost", "the last words did not come back"),
        ),
    ]


def test_a_second_stop_leaves_at_once() -> None:
    source, control = LiveSource(), Control()

    def serve(peer: Peer) -> None:
        peer.listen(0)
        control.stop(EndReason.INTERRUPTED)
        peer.until(e.StopRequest)
        control.stop(EndReason.INTERRUPTED)
        peer.rest()

    patient = replace(RUN, timing=replace(TIMING, last_words=60))
    sink = run_against(serve, source=source, control=control, run=patient)

    assert said_by_engine(sink)[1:] == [End(EndReason.INTERRUPTED, 0.0)]


def test_a_stop_before_the_first_connection_still_ends_in_order() -> None:
    source, control = LiveSource(), Control()
    source.feed(*chunks_of(SECOND))
    control.stop(EndReason.HANGUP)
    sound: list[bytes] = []

    def serve(peer: Peer) -> None:
        peer.listen(0)
        sound.append(peer.audio(len(SECOND)))
        peer.finish()

    sink = run_against(serve, source=source, control=control)

    assert sound == [SECOND]
    assert sink.bodies[-1] == End(EndReason.HANGUP, 1.0)


def test_a_duration_is_kept_to_the_sample() -> None:
    sound: list[bytes] = []

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        sound.extend(one.pcm for one in peer.received if isinstance(one, e.Audio))
        peer.end()

    source = LiveSource()
    source.feed(*chunks_of(SECOND))
    sink = run_against(serve, source=source, run=replace(RUN, duration=0.55))

    assert b"".join(sound) == SECOND[: 2 * 8800]
    assert sink.bodies[-1] == End(EndReason.DURATION, 0.55)


def test_an_error_is_raised_after_the_last_line() -> None:
    sink = RecordingSink()

    with (
        Service(lambda peer: peer.refuse(401), raw=True) as service,
        pytest.raises(AuthenticationError, match="refused the credentials"),
    ):
        transcribe([ListSource(())], service.server(), RUN, sink, control=Control())

    end = sink.bodies[-1]
    assert isinstance(end, End)
    assert (end.reason, end.error and end.error.type) == (
        EndReason.ERROR,
        "authentication",
    )
    assert sink.bodies[0] == BEGIN
    assert sink.is_closed


def test_a_stop_during_a_dial_that_nobody_answers_is_not_kept_waiting() -> None:
    source, control, sink = LiveSource(), Control(), RecordingSink()

    def black_hole(peer: Peer) -> None:
        peer.line.recv(65536)
        control.stop(EndReason.INTERRUPTED)
        peer.line.recv(65536)  # until the dial is given back

    patient = replace(RUN, timing=replace(TIMING, connect=2, last_words=0.1))
    with Service(black_hole, raw=True) as service:
        transcribe([source], service.server(), patient, sink, control=control)

    assert sink.bodies[-1] == End(
        EndReason.INTERRUPTED,
        0.0,
        error=Failure(
            "connection_lost",
            "the server does not answer",
            "check the URL and the network",
        ),
    )


def test_a_provider_without_a_server_ends_the_run() -> None:
    sink = RecordingSink()
    source = LiveSource()

    class Nowhere(KnownServer):
        def __call__(self) -> Endpoint:
            raise UnreachableError("nothing answers")

    with pytest.raises(UnreachableError, match="nothing answers"):
        transcribe([source], Nowhere(), RUN, sink, control=Control())

    assert source.closed.is_set()
    assert sink.bodies[-1] == End(
        EndReason.ERROR, 0.0, error=Failure("unreachable", "nothing answers")
    )


def test_a_source_that_fails_ends_the_run_with_the_words_so_far() -> None:
    source = LiveSource()
    source.feed(*chunks_of(SECOND), AudioError("the microphone is gone"))
    sink = RecordingSink()

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        peer.send(heard("So far.", is_final=True))
        peer.end()

    with pytest.raises(AudioError, match="the microphone is gone"):
        run_against(serve, source=source, sink=sink)

    assert said_by_engine(sink)[1:] == [
        line_of("So far.", rev=1, final=True),
        End(
            EndReason.ERROR,
            1.0,
            {"transcript": 1},
            error=Failure("audio", "the microphone is gone"),
        ),
    ]


def test_a_sink_that_fails_ends_the_run_in_order() -> None:
    class FullDisk(RecordingSink):
        def handle(self, line: Line) -> None:
            if isinstance(line.body, Transcript):
                raise DiskFullError("no space left")
            super().handle(line)

    source, sink = LiveSource(), FullDisk()

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.send(heard("One", is_final=False))
        peer.finish()

    with pytest.raises(DiskFullError, match="no space left"):
        run_against(serve, source=source, sink=sink)

    assert sink.bodies[-1] == End(
        EndReason.ERROR, 0.0, error=Failure("disk_full", "no space left")
    )


def test_an_interrupt_in_the_callers_thread_is_a_stop() -> None:
    class Interrupted(RecordingSink):
        def handle(self, line: Line) -> None:
            super().handle(line)
            if line.body == Status(State.LISTENING):
                raise KeyboardInterrupt

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.finish()

    sink = run_against(serve, source=LiveSource(), sink=Interrupted())

    assert sink.bodies[-1] == End(EndReason.INTERRUPTED, 0.0)


def test_a_server_that_sends_only_garbage_is_given_up() -> None:
    def serve(peer: Peer) -> None:
        peer.listen(0)
        for _ in range(20):
            peer.send_text("{'no': json")
        peer.rest()

    with pytest.raises(RemoteProtocolError, match="only garbage"):
        run_against(*[serve] * 5, source=LiveSource())


def test_a_refused_start_is_told_with_the_servers_reason() -> None:
    def serve(peer: Peer) -> None:
        peer.until(e.StartRequest)
        peer.send(e.ErrorMessage(message="Invalid", details="encoding is unknown"))
        peer.rest()

    with pytest.raises(RemoteProtocolError, match="encoding is unknown"):
        run_against(serve)


def test_a_server_that_ends_the_conversation_unasked_is_told() -> None:
    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.send(e.ConversationCompleted())
        peer.rest()

    with pytest.raises(ConnectionLost, match="ended the conversation before"):
        run_against(serve, source=LiveSource())


def test_a_server_that_just_closes_after_the_stop_is_done() -> None:
    def serve(peer: Peer) -> None:
        peer.listen(None)
        peer.until(e.StopRequest)
        peer.close(1000)

    assert run_against(serve).bodies[-1] == End(EndReason.END_OF_INPUT, 1.0)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (lambda peer: peer.close(1008, "taken over"), "1008.*taken over"),
        (lambda peer: peer.close(1009), "1009"),
        (lambda peer: peer.close(4000), "4000"),
    ],
)
def test_a_server_that_closes_for_good_is_not_dialled_again(
    script: Callable[[Peer], None], error: str
) -> None:
    def serve(peer: Peer) -> None:
        peer.listen(0)
        script(peer)

    with pytest.raises(SymblError, match=error):
        run_against(serve, source=LiveSource())
