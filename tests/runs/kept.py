"""A keeper with spools that a test feeds, and what it has told."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition

from symbl_cli.lines import Line, State, Status
from symbl_cli.protocol.events import SpeechRecognition, StartRequest, StreamConfig
from symbl_cli.streaming.keeping import RunKeeper
from symbl_cli.streaming.run_record import RecordedStream, RunRecord
from symbl_cli.streaming.segments import kept_pieces, read_name
from symbl_cli.streaming.spool import Nothing, Piece, Place, Sound, Spool
from tests.fakes import TIMEOUT, ListSource

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RATE = 16000
LOOK = 0.01
LISTENING = Line(1, NOON, Status(State.LISTENING))


def request(number: int = 0) -> StartRequest:
    speech = SpeechRecognition(encoding="LINEAR16", sample_rate=RATE)
    config = StreamConfig(speech_recognition=speech, meeting_title="Weekly")
    return StartRequest(stream_id=f"stream-{number}", config=config)


def record(*, streams: int = 1, connection_id: str = "room") -> RunRecord:
    return RunRecord(
        connection_id=connection_id,
        engine="local",
        url=None,
        started_at=NOON,
        file=None,
        streams=tuple(RecordedStream("mic", request(n)) for n in range(streams)),
    )


@dataclass
class Kept:
    """A run that is being kept."""

    keeper: RunKeeper
    source: ListSource
    spools: list[Spool] = field(default_factory=list)
    told: list[Status] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)

    @property
    def spool(self) -> Spool:
        return self.spools[0]

    @property
    def folder(self) -> Path:
        return self.keeper.folder

    def tell(self, status: Status) -> None:
        with self.changed:
            self.told.append(status)
            self.changed.notify_all()

    def on_disk(self, stream: int = 0) -> list[Piece]:
        return list(kept_pieces(self.folder, stream, 2))

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until *is_so*, whatever the disk does meanwhile."""
        deadline = time.monotonic() + TIMEOUT
        while not is_so():
            assert time.monotonic() < deadline
            with self.changed:
                self.changed.wait(LOOK)

    def until_saved(self, end: int, stream: int = 0) -> None:
        """Wait until the sound up to *end* is on disk."""
        self.until(lambda: self._saved(stream) >= end)

    def _saved(self, stream: int) -> int:
        ends = [0]
        with suppress(OSError):  # files come and go
            for path in self.folder.glob(f"{stream}-*.pcm"):
                segment = read_name(path.name)
                assert segment is not None
                ends.append(segment.start + path.stat().st_size // 2)
        return max(ends)


@contextmanager
def keeping(
    runs: Path,
    *,
    limit: int = 2**30,
    streams: int = 1,
    may_wait: bool = False,
) -> Iterator[Kept]:
    keeper = RunKeeper(runs, limit=limit)
    source = ListSource([])
    source.is_live = not may_wait
    kept = Kept(keeper, source)
    for number in range(streams):
        kept.spools.append(keeper.spool(source, kept.tell, f"Speaker {number + 1}"))
    keeper.begin(record(streams=streams))
    try:
        yield kept
    finally:
        keeper.end(is_complete=False)


def sound(start: int, end: int) -> Sound:
    """Samples that tell their positions."""
    pcm = b"".join((at % 2**16).to_bytes(2, "little") for at in range(start, end))
    return Sound(start, end, pcm)


def read_all(spool: Spool, place: Place = (0, 0)) -> list[Piece]:
    pieces: list[Piece] = []
    while not isinstance(found := spool.get(place, 0), Nothing):
        place, piece = found
        pieces.append(piece)
    return pieces


def joined(pieces: list[Piece]) -> list[Piece]:
    """The same with sounds that follow one another as one."""
    whole: list[Piece] = []
    for piece in pieces:
        last = whole[-1] if whole else None
        if (
            isinstance(piece, Sound)
            and isinstance(last, Sound)
            and last.end == piece.start
        ):
            whole[-1] = Sound(last.start, piece.end, last.pcm + piece.pcm)
        else:
            whole.append(piece)
    return whole
