"""One full and one bare body of every type, and an output that only remembers."""

from datetime import UTC, datetime, timedelta, timezone

from symbl_cli.lines import (
    Assignee,
    Begin,
    Body,
    Cause,
    Due,
    End,
    EndReason,
    Entity,
    Failure,
    Insight,
    InsightKind,
    LeftFile,
    Line,
    SentimentScore,
    SourceRef,
    SpeakerRef,
    SpokenWord,
    State,
    Status,
    Topic,
    Tracker,
    Transcript,
    WordTimes,
)

AT = datetime(2026, 11, 24, 9, 30, 15, 250_000, timezone(timedelta(hours=1)))
ANN = SpeakerRef("ann@example.org", "Ann")
BEA = SpeakerRef("m-2", "Bea")
CUT = LeftFile("b.srt", Failure("disk_full", "no space left", "free some"))


def transcript(
    text: str,
    *,
    id_: str = "u-1",
    rev: int = 1,
    final: bool = True,
    start: float = 38.0,
    end: float = 40.0,
    speaker: SpeakerRef = ANN,
) -> Transcript:
    return Transcript(id_, rev, final, text, start, end, AT, speaker)


def insight(
    kind: InsightKind,
    text: str,
    *,
    id_: str = "i-1",
    rev: int = 1,
    start: float = 41.0,
    assignee: Assignee | None = None,
    due: Due | None = None,
    answered_by: str | None = None,
    removed: bool = False,
) -> Insight:
    return Insight(
        kind,
        id_,
        rev,
        text,
        0.9,
        ("u-1",),
        start,
        start + 1,
        AT,
        BEA,
        assignee=assignee,
        due=due,
        answered_by=answered_by,
        removed=removed,
    )


FULL: tuple[Body, ...] = (
    Begin((SourceRef("mic", 48000, "Ann"),), AT, "local", "0.1.0", "Planning"),
    Transcript(
        "u-1",
        3,
        final=True,
        text="Hello there.",
        start=1.5,
        end=2.25,
        at=AT,
        speaker=ANN,
        words=(
            SpokenWord("Hello", 1.5, 1.9, 0.8),
            SpokenWord("there.", 1.9, 2.25),
        ),
        word_times=WordTimes.MEASURED,
        confidence=0.75,
        sentiment=SentimentScore(0.5, "positive"),
        lag=0.4,
    ),
    *(
        Insight(
            kind,
            "i-1",
            2,
            "Who books the room?",
            0.9,
            ("u-1", "u-2"),
            1.5,
            2.25,
            AT,
            BEA,
            Assignee("Bea", "m-2"),
            Due("by Friday", "2026-11-27"),
            definitive=True,
            answered_by="u-3",
            removed=True,
        )
        for kind in InsightKind
    ),
    Topic("t-1", 4, "launch date", 0.8, ("launch", "date"), ("u-1",), removed=True),
    Tracker("k-1", 1, "Risk", "late", True, ("u-1",), 1.5, removed=True),  # noqa: FBT003
    Entity("e-1", 1, "date", "Friday", "2026-11-27", ("u-1",), removed=True),
    Status(State.LISTENING, speaker="Ann"),
    Status(State.RECONNECTING, attempt=2, delay=1.5),
    Status(State.RECONNECTING, attempt=3, delay=1, recording=False),
    Status(State.RECONNECTED, gap=3.5, lost=0.0),
    Status(State.DEVICE_LOST, device="USB"),
    Status(State.DEVICE_CHANGED, device="USB"),
    *(
        Status(State.AUDIO_DROPPED, seconds=2.5, cause=cause)
        for cause in Cause
        if cause is not Cause.DEVICE
    ),
    *(
        Status(State.LAGGING, seconds=7.5, cause=cause)
        for cause in (Cause.COMPUTER, Cause.SERVER, Cause.CONNECTION)
    ),
    Status(State.GAP, seconds=12.0, cause=Cause.DEVICE),
    Status(State.GAP, seconds=12.0, cause=Cause.COMPUTER),
    Status(State.MARKED, id="b-1", text="here", start=4.5),
    End(
        EndReason.ERROR,
        61.5,
        {"transcript": 4},
        0.5,
        ("notes.md",),
        Failure("connection_lost", "The server is gone.", "Try again."),
        (CUT,),
    ),
)

BARE: tuple[Body, ...] = (
    Begin((SourceRef("talk.wav", 16000),), AT, "remote", "0.1.0"),
    transcript("Hel", final=False),
    insight(InsightKind.QUESTION, "Who?"),
    Topic("t-1", 1, "launch", 0.5, (), ()),
    Tracker("k-1", 1, "Risk", "late", False, (), 0.0),  # noqa: FBT003
    Entity("e-1", 1, "date", "Friday", "2026-11-27", ()),
    *(
        Status(state)
        for state in State
        if state
        in {
            State.CONNECTING,
            State.INPUT_SILENT,
            State.CLIPPING,
            State.PAUSED,
            State.RESUMED,
            State.SPOOL_OFF,
            State.DRAINING,
        }
    ),
    End(EndReason.STOPPED, 0.0),
)

EVERY_BODY = FULL + BARE


def line(body: Body, seq: int = 0, conversation_id: str | None = None) -> Line:
    return Line(seq, datetime(2026, 11, 24, 8, 31, tzinfo=UTC), body, conversation_id)


class ListOutput:
    """An output that keeps what was written."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.is_closed = False

    def write(self, text: str) -> None:
        self.written.append(text)

    def close(self) -> None:
        self.is_closed = True
