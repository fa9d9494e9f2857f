"""A run against a scripted server, and what it should say."""

from collections.abc import Callable
from datetime import UTC, datetime

from symbl_cli.audio.source import AudioSource
from symbl_cli.lines import (
    Begin,
    Body,
    SourceRef,
    SpeakerRef,
    State,
    Status,
    Transcript,
)
from symbl_cli.protocol import events as e
from symbl_cli.streaming.run import Control, Run, Timing
from symbl_cli.streaming.transcribe import transcribe
from tests.fakes import ListSource, RecordingSink, chunks_of
from tests.streaming.service import Peer, Service

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
