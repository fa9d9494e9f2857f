"""A run from its first line to its last, against a server that does as it is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from symbl_cli.audio.source import AudioSource, Chunk, Skipped, SourceState
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
    Begin,
    Body,
    End,
    EndReason,
    Failure,
    Line,
    SourceRef,
    SpeakerRef,
    State,
    Status,
    Transcript,
)
from symbl_cli.media.format import AudioFormat, Encoding
from symbl_cli.protocol import events as e
from symbl_cli.streaming.run import Control, Run, Timing
from symbl_cli.streaming.transcribe import transcribe
from symbl_cli.streaming.world import REAL_WORLD
from tests.fakes import ListSource, LiveSource, RecordingSink, chunks_of
from tests.streaming.service import KnownServer, Peer, Service

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIMING = Timing(
    connect=5,
    start=5,
    last_words=0.5,
    farewell=5,
    look=0.02,
    first_delay=0.01,
    longest_delay=0.05,
)
RUN = Run(
    connection_id="room/1",
    started_at=NOON,
    engine="local",
    version="1.0",
    has_lag=False,
    timing=TIMING,
)
MARA = e.Person(id="m1", user_id="mara@example.net", name="Mara")
BEGIN = Begin((SourceRef("list", 16000),), NOON, "local", "1.0")
SECOND = bytes(range(256)) * 125
"""Bytes of one second of sound."""


def heard(
    text: str, *, is_final: bool, end: int = 16000, event: int | None = None
) -> e.RecognitionResult:
    """As a server of ours says it."""
    return e.RecognitionResult(
        is_final=is_final,
        punctuated=text,
        user=MARA,
        message_id=e.MessageId("1"),
        audio=e.Span(0, end),
        event=event,
    )


def line_of(text: str, *, rev: int, final: bool, end: float = 1.0) -> Transcript:
    return Transcript(
        id="1",
        rev=rev,
        final=final,
        text=text,
        start=0.0,
        end=end,
        at=NOON,
        speaker=SpeakerRef("mara@example.net", "Mara"),
    )


def said_by_engine(sink: RecordingSink) -> list[Body]:
    """Everything but the connection's states, whose place may vary."""
    return [body for body in sink.bodies if not isinstance(body, Status)]


def states(sink: RecordingSink) -> list[State]:
    return [body.state for body in sink.bodies if isinstance(body, Status)]


def run_against(
    *scripts: Callable[[Peer], None],
    source: AudioSource | None = None,
    run: Run = RUN,
    control: Control | None = None,
    sink: RecordingSink | None = None,
) -> RecordingSink:
    sink = sink or RecordingSink()
    with Service(*scripts) as service:
        transcribe(
            [source or ListSource(chunks_of(SECOND))],
            service.server(),
            run,
            sink,
            control=control or Control(),
        )
    return sink


def test_words_come_as_lines_between_begin_and_end() -> None:
    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.audio(len(SECOND))
        peer.send(heard("One", is_final=False))
        peer.until(e.StopRequest)
        peer.send(heard("One two.", is_final=True))
        peer.end()

    sink = run_against(serve)

    assert said_by_engine(sink) == [
        BEGIN,
        line_of("One", rev=1, final=False),
        line_of("One two.", rev=2, final=True),
        End(EndReason.END_OF_INPUT, 1.0, {"transcript": 1}),
    ]
    assert states(sink) == [State.CONNECTING, State.LISTENING, State.DRAINING]
    assert sink.is_closed
    assert [line.seq for line in sink.lines] == list(range(1, 8))
    assert sink.lines[-1].conversation_id == "5012345678901234"


def test_the_start_request_says_all_that_the_run_knows() -> None:
    requests: list[e.StartRequest] = []

    def serve(peer: Peer) -> None:
        requests.append(peer.listen(0))
        peer.finish()

    run_against(
        serve,
        source=ListSource((), speaker="Mara", audio_format=AudioFormat(8000)),
        run=replace(
            RUN,
            title="Stand-up",
            insight_types=("question",),
            vocabulary=("Kestrel",),
            trackers=(e.TrackerSpec(name="Delay", vocabulary=("late",)),),
            config=e.StreamConfig(timezone="Europe/Berlin", sentiment=True),
            client="lease-1",
            store=False,
        ),
    )

    (request,) = requests
    assert request.stream_id
    assert replace(request, stream_id=None) == e.StartRequest(
        insight_types=("question",),
        custom_vocabulary=("Kestrel",),
        config=e.StreamConfig(
            timezone="Europe/Berlin",
            sentiment=True,
            meeting_title="Stand-up",
            speech_recognition=e.SpeechRecognition(
                encoding=Encoding.LINEAR16, sample_rate=8000
            ),
        ),
        speaker=e.Person(name="Mara"),
        trackers=(e.TrackerSpec(name="Delay", vocabulary=("late",)),),
        no_connection_timeout=300,
        epoch=1,
        client="lease-1",
        started_at="2026-03-02T12:00:00+00:00",
        store=False,
        streams=1,
        is_live=False,
    )


def test_the_token_is_a_header_and_the_id_is_quoted() -> None:
    peers: list[Peer] = []

    def serve(peer: Peer) -> None:
        peers.append(peer)
        peer.listen(0)
        peer.finish()

    run_against(serve)

    assert peers[0].path == "/v1/streaming/room%2F1"
    assert peers[0].headers["x-api-key"] == "token-1"
    assert "origin" not in peers[0].headers
    assert peers[0].close_code == 1000


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_frames_hold_a_tenth_of_a_second_and_never_too_many_bytes(rate: int) -> None:
    sizes: list[int] = []

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        sizes.extend(len(one.pcm) for one in peer.received if isinstance(one, e.Audio))
        peer.end()

    pcm = bytes(2 * rate)
    audio = AudioFormat(rate)
    run_against(serve, source=ListSource([Chunk(0, pcm)], audio_format=audio))

    assert sum(sizes) == len(pcm)
    assert max(sizes) == min(audio.size(0.1), 8192)


def test_what_was_heard_before_the_connection_is_sent_first() -> None:
    source = LiveSource()
    source.feed(*chunks_of(SECOND))
    heard_first: list[bytes] = []

    def serve(peer: Peer) -> None:
        peer.until(e.StartRequest)
        source.feed(Chunk(16000, b"\7\7" * 1600))
        peer.send(e.StartedListening(audio_received=0))
        heard_first.append(peer.audio(len(SECOND) + 3200))
        source.close()
        peer.finish()

    run_against(serve, source=source)

    assert heard_first == [SECOND + b"\7\7" * 1600]


def test_no_sound_is_sent_before_the_server_listens() -> None:
    early: list[e.Event] = []

    def serve(peer: Peer) -> None:
        peer.until(e.StartRequest)
        peer.send(e.ConversationCreated(conversation_id=e.ConversationId("5")))
        peer.send_text("__PONG__")
        peer.until_seen()
        early.extend(peer.received[1:])
        peer.send(e.RecognitionStarted())
        peer.finish()

    run_against(serve)

    assert early == []


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


def test_last_words_that_never_come_are_told_and_recover_is_named() -> None:
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
            error=Failure(
                "connection_lost",
                "the last words did not come back",
                "`symbl recover` brings back what was recorded",
            ),
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


def test_gaps_are_skips_and_states_are_lines() -> None:
    source = ListSource(
        [
            Chunk(0, b"\1\1" * 100),
            SourceState("device_changed", device="Webcam"),
            Skipped(100, 16100, "overflow"),
            SourceState("audio_dropped", seconds=1.0),
            Chunk(16100, b"\2\2" * 100),
            Skipped(16200, 16200, "paused"),
            Chunk(16300, b"\3\3" * 100),
        ]
    )
    got: list[e.Event] = []

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        got.extend(peer.received[1:-1])
        peer.end()

    sink = run_against(serve, source=source)

    assert [
        replace(one, at="wall" if one.at else None) if isinstance(one, e.Skip) else one
        for one in got
    ] == [
        e.Audio(b"\1\1" * 100),
        e.Skip(start=100, end=16100, at="wall"),
        e.Audio(b"\2\2" * 100),
        e.Skip(start=16200, end=16200, at="wall"),
        e.Skip(start=16200, end=16300),
        e.Audio(b"\3\3" * 100),
    ]
    assert Status(State.DEVICE_CHANGED, device="Webcam") in sink.bodies
    assert Status(State.AUDIO_DROPPED, seconds=1.0) in sink.bodies
    assert sink.bodies[-1] == End(
        EndReason.END_OF_INPUT, round(16400 / 16000, 3), audio_dropped=1.0
    )


def test_another_server_is_never_sent_a_skip() -> None:
    source = ListSource([Chunk(0, b"\1\1"), Skipped(1, 9, "sleep"), Chunk(9, b"\2\2")])
    got: list[e.Event] = []

    def serve(peer: Peer) -> None:
        peer.listen(None)
        peer.until(e.StopRequest)
        got.extend(peer.received[1:-1])
        peer.end()

    run_against(serve, source=source)

    assert got == [e.Audio(b"\1\1"), e.Audio(b"\2\2")]


def test_two_speakers_are_two_streams_of_one_conversation() -> None:
    speakers: list[str | None] = []

    def serve(peer: Peer) -> None:
        request = peer.listen(0)
        assert request.speaker
        name = request.speaker.name
        speakers.append(name)
        peer.send(
            replace(
                heard(f"I am {name}.", is_final=True),
                message_id=e.MessageId(f"of-{name}"),
                user=request.speaker,
            )
        )
        peer.finish()

    sink = RecordingSink()
    with Service(serve, serve) as service:
        sources = [ListSource((), name=name, speaker=name) for name in ("Ann", "Bea")]
        transcribe(sources, service.server(), RUN, sink, control=Control())

    assert sorted(map(str, speakers)) == ["Ann", "Bea"]
    assert {peer.path for peer in service.peers} == {"/v1/streaming/room%2F1"}
    finals = [body for body in sink.bodies if isinstance(body, Transcript)]
    assert sorted(final.text for final in finals) == ["I am Ann.", "I am Bea."]
    assert Status(State.LISTENING, speaker="Bea") in sink.bodies
    assert sink.bodies[-1] == End(EndReason.END_OF_INPUT, 0.0, {"transcript": 2})


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
        run_against(serve, source=LiveSource())


def test_a_frame_that_makes_no_sense_is_passed_over() -> None:
    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.send_text("[]")
        peer.send_raw(b"\x81\x02\xff\xfe")  # not UTF-8
        peer.send(heard("Still here.", is_final=True))
        peer.finish()

    sink = run_against(serve)

    assert line_of("Still here.", rev=1, final=True) in sink.bodies


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


def test_frames_are_seen_as_they_came() -> None:
    frames: list[str] = []
    strange = '{"type" : "entity_response", "entities": [], "mood": 7}'

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.send_text(strange)
        peer.finish()

    sink = RecordingSink()
    with Service(serve) as service:
        transcribe(
            [ListSource(())],
            service.server(),
            RUN,
            sink,
            control=Control(),
            on_frame=frames.append,
        )

    assert strange in frames
    assert '"conversation_completed"' in frames[-2]
    assert '"recognition_stopped"' in frames[-1]


def test_the_lag_of_a_line_counts_from_the_arrival_of_its_sound() -> None:
    now = [100.0]
    source = LiveSource()
    source.feed(Chunk(0, SECOND[:3200], arrived=100.0), Chunk(1600, b"\0\0", 100.2))

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.audio(3202)
        now[0] = 106.5
        peer.send(heard("Hi", is_final=False, end=1600))
        source.close()
        peer.finish()

    sink = RecordingSink()
    with Service(serve) as service:
        world = replace(REAL_WORLD, clock=lambda: now[0])
        transcribe(
            [source],
            service.server(),
            replace(RUN, has_lag=True),
            sink,
            control=Control(),
            world=world,
        )

    said = [body for body in sink.bodies if isinstance(body, Transcript)]
    assert said[0].lag == 6.5
    assert Status(State.LAGGING, seconds=6.5) in sink.bodies


def test_lines_after_a_pause_are_told_by_the_wall_clock_again() -> None:
    later = NOON + timedelta(minutes=10)
    source = ListSource(
        [Chunk(0, SECOND), Skipped(16000, 16000, "paused"), Chunk(16000, SECOND)]
    )

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        after = replace(heard("After.", is_final=True), audio=e.Span(24000, 32000))
        peer.send(after)
        peer.end()

    sink = RecordingSink()
    with Service(serve) as service:
        world = replace(REAL_WORLD, wall=lambda: later)
        transcribe(
            [source], service.server(), RUN, sink, control=Control(), world=world
        )

    said = [body for body in sink.bodies if isinstance(body, Transcript)]
    assert [line.at for line in said] == [later + timedelta(seconds=0.5)]
