"""What servers may say, and the core that it is told to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from symbl_cli.lines import (
    Body,
    SpeakerRef,
    Transcript,
)
from symbl_cli.protocol import events as e
from symbl_cli.streaming.inbox import Received
from symbl_cli.streaming.lines_of import LinesOf, Voice
from symbl_cli.streaming.timeline import Timeline

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARA = e.Person(id="m1", user_id="mara@example.net", name="Mara")
BEN = e.Person(id="m2", user_id="ben@example.net", name="Ben")
AS_MARA = SpeakerRef("mara@example.net", "Mara")
M1, M2 = e.MessageId("1"), e.MessageId("2")
Q = e.InsightId("q")


def lines_of(*people: e.Person | None, has_lag: bool = False) -> LinesOf:
    """For a run with as many streams as *people*, or one."""
    voices = tuple(Voice(Timeline(NOON, 16000), one) for one in people or (None,))
    return LinesOf(voices, NOON, has_lag=has_lag)


def told(
    lines: LinesOf, *events: e.Event, stream: int = 0, base: int = 0
) -> list[Body]:
    return [
        body
        for event in events
        for body in lines.tell(Received(stream, event, "", at=50.0, base=base))
    ]


def ours(
    text: str,
    *,
    name: e.MessageId = M1,
    is_final: bool = True,
    span: tuple[int, int] = (8000, 24000),
    user: e.Person = MARA,
) -> e.RecognitionResult:
    return e.RecognitionResult(
        is_final=is_final,
        punctuated=text,
        message_id=name,
        audio=e.Span(*span),
        user=user,
        estimated=("words", "confidence"),
        alternatives=(e.Alternative(transcript=text, confidence=0.9),),
    )


def theirs(
    text: str,
    *,
    is_final: bool = True,
    words: Iterable[tuple[str, float, float]] = (),
    user: e.Person | None = MARA,
    offset: float | None = None,
) -> e.RecognitionResult:
    """As the vendor's service says it."""
    spoken = tuple(e.Word(text=word, start=at, end=end) for word, at, end in words)
    return e.RecognitionResult(
        is_final=is_final,
        punctuated=text,
        user=user,
        time_offset=offset,
        alternatives=(
            e.Alternative(
                transcript=text, confidence=0.94 if is_final else 0, words=spoken
            ),
        ),
    )


def line(text: str, *, name: str = "1", rev: int = 1, final: bool = True) -> Transcript:
    return Transcript(
        id=name,
        rev=rev,
        final=final,
        text=text,
        start=0.5,
        end=1.5,
        at=NOON + timedelta(seconds=0.5),
        speaker=AS_MARA,
    )


def message(name: str, sender: e.Person, text: str = "Said.") -> e.Message:
    return e.Message(id=e.MessageId(name), sender=sender, content=text)


def question(*, of: Iterable[str] = ("1",), **fields: object) -> e.InsightResponse:
    ids = tuple(e.MessageId(one) for one in of)
    asked = e.Insight(
        id=Q,
        type="question",
        content="Who?",
        confidence=0.9,
        message_ids=ids,
        sender=MARA,
    )
    return e.InsightResponse(insights=(replace(asked, **fields),))  # type: ignore[arg-type]  # fields of an insight
