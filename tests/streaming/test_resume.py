"""A connection that is lost loses nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Event as Flag

import pytest

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import ConnectionLost
from symbl_cli.lines import End, EndReason, State, Status, Transcript, fold
from symbl_cli.protocol import events as e
from symbl_cli.streaming.client import StreamingClient
from symbl_cli.streaming.run import Control, Run
from symbl_cli.streaming.transcribe import transcribe
from symbl_cli.streaming.transport import DeadLine, Transport, dial
from symbl_cli.streaming.world import REAL_WORLD
from tests.fakes import TIMEOUT, ListSource, LiveSource, WatchedSink, chunks_of
from tests.faults import FaultyLine
from tests.streaming.runs import RUN, SECOND, TIMING, heard, line_of
from tests.streaming.service import HungUpError, Peer, Service
from tests.streaming.watched import is_state, run_against, states_of

HALF = len(SECOND) // 2


def rest_of(received: int, sound: list[bytes]) -> Callable[[Peer], None]:
    """A script that holds *received* samples and takes what is left."""

    def serve(peer: Peer) -> None:
        peer.listen(received)
        sound.append(peer.audio(len(SECOND) - 2 * received))
        peer.finish()

    return serve


@pytest.mark.parametrize(
    "lose",
    [
        Peer.hang_up,
        Peer.reset,
        lambda peer: peer.close(1001),
        lambda peer: peer.close(1011),
        lambda peer: peer.close(1012),
        lambda peer: peer.close(1013),
        lambda peer: peer.send_raw(b"\xff\xff\xff\xff"),
        lambda peer: peer.send_raw(b"\x81\x7f" + b"\x7f" * 8),
    ],
    ids=["hang-up", "reset", "1001", "1011", "1012", "1013", "garbled", "huge frame"],
)
def test_sound_goes_on_from_what_the_server_holds(lose: Callable[[Peer], None]) -> None:
    sound: list[bytes] = []
    requests: list[e.StartRequest] = []

    def lost(peer: Peer) -> None:
        requests.append(peer.listen(0))
        sound.append(peer.audio(HALF)[:8000])
        peer.send(heard("One", is_final=False, event=7))
        peer.until_seen()
        lose(peer)

    def found(peer: Peer) -> None:
        requests.append(peer.listen(4000))
        sound.append(peer.audio(len(SECOND) - 8000))
        peer.until(e.StopRequest)
        peer.send(heard("One two.", is_final=True, event=8))
        peer.end()

    sink = run_against(lost, found)

    assert b"".join(sound) == SECOND
    first, second = requests
    assert second == replace(first, epoch=2, after=7)
    assert fold(sink.bodies) == [line_of("One two.", rev=2, final=True)]
    assert [state for state in states_of(sink) if state is not State.DRAINING] == [
        State.CONNECTING,
        State.LISTENING,
        State.RECONNECTING,
        State.RECONNECTED,
    ]


def test_another_server_gets_what_follows_the_last_final() -> None:
    sound: list[bytes] = []
    final = replace(heard("One.", is_final=True, end=0), message_id=None, audio=None)
    words = (e.Word(text="One.", start=0.0, end=0.25),)

    def lost(peer: Peer) -> None:
        peer.listen()
        sound.append(peer.audio(HALF)[:8000])
        peer.send(replace(final, alternatives=(e.Alternative(words=words),)))
        peer.until_seen()
        source.feed(*chunks_of(SECOND[-3200:], start=14400))
        peer.audio(len(SECOND) - HALF)
        peer.hang_up()

    def found(peer: Peer) -> None:
        peer.listen()
        sound.append(peer.audio(len(SECOND) - 8000))
        source.close()
        peer.until(e.StopRequest)
        later = (e.Word(text="Two.", start=0.1, end=0.5),)
        peer.send(
            replace(
                final,
                punctuated="Two.",
                alternatives=(e.Alternative(words=later),),
            )
        )
        peer.end()

    source = LiveSource()
    source.feed(*chunks_of(SECOND[:-3200]))
    sink = run_against(lost, found, source=source)

    assert b"".join(sound) == SECOND
    said = [line for line in sink.bodies if isinstance(line, Transcript)]
    assert [(line.text, line.start, line.end) for line in said] == [
        ("One.", 0.0, 0.25),
        ("Two.", 0.35, 0.75),
    ]


def test_the_gap_and_the_loss_are_told() -> None:
    now = [0.0]
    sink = WatchedSink()

    def lost(peer: Peer) -> None:
        peer.listen(0)
        now[0] = 5.0
        peer.hang_up()

    def found(peer: Peer) -> None:
        now[0] = 12.5
        peer.listen(0)
        peer.finish()

    with Service(lost, found) as service:
        transcribe(
            [ListSource(())],
            service.server(),
            RUN,
            sink,
            control=Control(),
            world=replace(REAL_WORLD, clock=lambda: now[0], random=lambda: 0.5),
        )

    assert [
        body
        for body in sink.bodies
        if is_state(body, State.RECONNECTING) or is_state(body, State.RECONNECTED)
    ] == [
        Status(State.RECONNECTING, attempt=1, delay=0.007, recording=False),
        Status(State.RECONNECTED, gap=7.5, lost=0.0),
    ]


def test_the_gap_of_a_dead_line_begins_with_the_last_that_came() -> None:
    now = [0.0]
    sink = WatchedSink()

    def freeze(peer: Peer) -> None:
        peer.listen(0)
        peer.until_seen()
        now[0] = 20.0
        peer.rest()

    def found(peer: Peer) -> None:
        now[0] = 21.5
        peer.listen(0)
        peer.finish()

    def dial_by_our_clock(
        endpoint: Endpoint, run: Run, silence: Callable[[], float]
    ) -> Transport:
        return dial(
            *(endpoint, run.connection_id),
            timeout=run.timing.connect,
            silence=silence,
            clock=lambda: now[0],
        )

    source = LiveSource()
    with Service(freeze, found) as service, ThreadPoolExecutor(1) as executor:
        ended = executor.submit(_close_when_found, source, sink)
        transcribe(
            [source],
            service.server(),
            replace(RUN, timing=replace(TIMING, silence=0.1, ping=1000)),
            sink,
            control=Control(),
            world=replace(REAL_WORLD, clock=lambda: now[0], dial=dial_by_our_clock),
        )
        ended.result()

    (again,) = [body for body in sink.bodies if is_state(body, State.RECONNECTED)]
    assert again == Status(State.RECONNECTED, gap=21.5, lost=0.0)


class _Stuck:
    """A line that takes no more, on which nothing comes: as cut by who notices."""

    def __init__(self) -> None:
        self._is_sending = Flag()
        self._is_cut = Flag()

    def send(self, frame: str | bytes) -> None:
        self._is_sending.set()
        assert self._is_cut.wait(TIMEOUT)
        raise ConnectionLost("the line broke")

    def receive(self) -> bytes:
        assert self._is_sending.wait(TIMEOUT)
        raise DeadLine("here", 12.0)

    def abort(self) -> None:
        self._is_cut.set()

    answered = 0

    def ping(self) -> int:
        return 1

    def close(self) -> None: ...

    def release(self) -> None: ...


def test_who_cannot_send_is_told_by_the_reader_for_how_long_nothing_came() -> None:
    with (
        StreamingClient(_Stuck(), lambda _event, _frame: None) as client,
        pytest.raises(DeadLine) as caught,
    ):
        client.start(e.StartRequest(), lambda: False)

    assert caught.value.quiet == 12.0


def _close_when_found(source: LiveSource, sink: WatchedSink) -> None:
    sink.until(lambda body: is_state(body, State.RECONNECTED))
    source.close()


def test_what_can_no_longer_be_sent_is_skipped_and_told_as_lost() -> None:
    got: list[e.Event] = []

    def lost(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        peer.send(heard("One.", is_final=True, end=8000))
        peer.until_seen()
        peer.hang_up()

    def forgetful(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        got.extend(peer.received[1:3])
        peer.end()

    sink = run_against(lost, forgetful)

    again = next(body for body in sink.bodies if is_state(body, State.RECONNECTED))
    assert isinstance(again, Status)
    assert again.lost == 0.5
    assert got == [e.Skip(start=0, end=8000), e.Audio(SECOND[16000:19200])]
    assert sink.bodies[-1] == End(
        EndReason.END_OF_INPUT, 1.0, {"transcript": 1}, audio_dropped=0.5
    )


def test_what_is_captured_meanwhile_is_sent_afterwards() -> None:
    source, sink, sound = LiveSource(), WatchedSink(), list[bytes]()

    def lost(peer: Peer) -> None:
        peer.listen(0)
        peer.hang_up()

    def found(peer: Peer) -> None:
        rest_of(0, sound)(peer)

    def feed() -> None:
        sink.until(lambda body: is_state(body, State.RECONNECTING))
        source.feed(*chunks_of(SECOND))
        source.close()

    with ThreadPoolExecutor(1) as executor:
        fed = executor.submit(feed)
        run_against(lost, found, source=source, sink=sink)
        fed.result()

    assert sound == [SECOND]


def test_events_that_are_sent_again_are_handled_once() -> None:
    insight = e.InsightResponse(
        event=3,
        insights=(
            e.Insight(
                id=e.InsightId("q"),
                type="question",
                content="Who?",
                rev=1,
                message_ids=(e.MessageId("1"),),
            ),
        ),
    )

    def lost(peer: Peer) -> None:
        peer.listen(0)
        peer.audio(len(SECOND))
        peer.send(heard("Who?", is_final=True, event=2), insight)
        peer.until_seen()
        peer.reset()

    def found(peer: Peer) -> None:
        peer.listen(16000)
        peer.send(heard("Who?", is_final=True, event=2), insight)
        peer.finish()

    sink = run_against(lost, found)

    assert sink.bodies[-1] == End(
        EndReason.END_OF_INPUT, 1.0, {"transcript": 1, "question": 1}
    )
    assert len(fold(sink.bodies)) == 2
    assert len([one for one in sink.bodies if not isinstance(one, Status)]) == 4


def test_an_utterance_that_died_with_the_server_comes_to_nothing() -> None:
    other = replace(heard("One two.", is_final=True), message_id=e.MessageId("2"))

    def lost(peer: Peer) -> None:
        peer.listen(0)
        peer.send(heard("One", is_final=False, end=8000))
        peer.until_seen()
        peer.reset()

    def restarted(peer: Peer) -> None:
        peer.listen(0)
        peer.send(other)
        peer.finish()

    sink = run_against(lost, restarted)

    said = [line for line in sink.bodies if isinstance(line, Transcript)]
    assert said == [
        line_of("One", rev=1, final=False, end=0.5),
        replace(line_of("One two.", rev=1, final=True), id="2"),
        line_of("", rev=2, final=True, end=0.5),
    ]


def test_a_loss_among_the_last_words_is_resumed() -> None:
    def lost(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        peer.reset()

    def found(peer: Peer) -> None:
        peer.listen(16000)
        peer.until(e.StopRequest)
        peer.send(heard("Last words.", is_final=True))
        peer.end()

    sink = run_against(lost, found)

    assert line_of("Last words.", rev=1, final=True) in sink.bodies
    assert sink.bodies[-1] == End(EndReason.END_OF_INPUT, 1.0, {"transcript": 1})


def test_a_loss_before_the_server_listens_is_resumed() -> None:
    sound: list[bytes] = []

    def lost(peer: Peer) -> None:
        peer.until(e.StartRequest)
        peer.reset()

    run_against(lost, rest_of(0, sound))

    assert sound == [SECOND]


def test_a_line_on_which_nothing_comes_is_dead() -> None:
    sound: list[bytes] = []

    def dead(peer: Peer) -> None:
        peer.answers_pings = False
        peer.listen(0)
        peer.rest()

    source = LiveSource()
    source.feed(*chunks_of(SECOND))
    source.close()
    sink = run_against(
        dead,
        rest_of(0, sound),
        source=source,
        timing=replace(TIMING, silence=0.2, ping=0.05),
    )

    assert sound == [SECOND]
    assert State.RECONNECTED in states_of(sink)


def test_a_silent_server_that_answers_pings_is_not_dead() -> None:
    source = LiveSource()

    def serve(peer: Peer) -> None:
        peer.listen(0)
        for _ in range(6):  # together longer than silence is borne
            peer.until_ping()
        source.close()
        peer.finish()

    sink = run_against(
        serve, source=source, timing=replace(TIMING, silence=0.2, ping=0.05)
    )

    assert State.RECONNECTING not in states_of(sink)


def test_a_server_that_is_away_for_a_while_is_found_again() -> None:
    sound: list[bytes] = []
    source, sink = LiveSource(), WatchedSink()

    def first(peer: Peer) -> None:
        with suppress(HungUpError):
            peer.listen(0)
            peer.rest()

    def away(line: FaultyLine) -> None:
        sink.until(lambda body: is_state(body, State.LISTENING))
        line.down()
        source.feed(*chunks_of(SECOND))
        sink.until(lambda body: is_state(body, State.RECONNECTING), times=4)
        line.up()
        source.close()

    with (
        Service(first, rest_of(0, sound)) as service,
        FaultyLine(service.port) as line,
        ThreadPoolExecutor(1) as executor,
    ):
        gone = executor.submit(away, line)
        transcribe(
            [source],
            service.server(line.url),
            RUN,
            sink,
            control=Control(),
        )
        gone.result()

    assert sound == [SECOND]
