"""A run against a server that does as it is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from symbl_cli.audio.source import Chunk, Skipped, SourceState
from symbl_cli.lines import (
    Cause,
    End,
    EndReason,
    State,
    Status,
    Transcript,
)
from symbl_cli.media.format import AudioFormat, Encoding
from symbl_cli.protocol import events as e
from symbl_cli.streaming.run import Control
from symbl_cli.streaming.transcribe import transcribe
from symbl_cli.streaming.world import REAL_WORLD
from tests.fakes import ListSource, LiveSource, RecordingSink, chunks_of
from tests.streaming.runs import (
    BEGIN,
    NOON,
    RUN,
    SECOND,
    heard,
    line_of,
    run_against,
    said_by_engine,
    states,
)
from tests.streaming.service import Peer, Service


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


def test_gaps_are_skips_and_states_are_lines() -> None:
    source = ListSource(
        [
            Chunk(0, b"\1\1" * 100),
            SourceState("device_changed", device="Webcam"),
            Skipped(100, 16100, "overflow"),
            SourceState("audio_dropped", seconds=1.0, cause="computer"),
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
    lost = Status(State.AUDIO_DROPPED, seconds=1.0, cause=Cause.COMPUTER)
    assert lost in sink.bodies
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


def test_a_frame_that_makes_no_sense_is_passed_over() -> None:
    def serve(peer: Peer) -> None:
        peer.listen()
        peer.send_text("[]")
        peer.send_raw(b"\x81\x02\xff\xfe")  # not UTF-8
        peer.send(heard("Still here.", is_final=True))
        peer.finish()

    sink = run_against(serve)

    assert line_of("Still here.", rev=1, final=True) in sink.bodies


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
    assert Status(State.LAGGING, seconds=6.5, cause=Cause.COMPUTER) in sink.bodies


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
