"""From a source into the spool."""

from datetime import UTC, datetime, timedelta

import pytest

from symbl_cli.audio.source import Absent, Captured, Chunk, Skipped, SourceState
from symbl_cli.errors import AudioError
from symbl_cli.lines import Cause, State, Status
from symbl_cli.media.format import AudioFormat, Encoding
from symbl_cli.streaming.capture import Capture
from symbl_cli.streaming.spool import Hole, MemorySpool, Nothing, Piece, Sound
from symbl_cli.streaming.timeline import Timeline
from tests.fakes import ListSource, LiveSource

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


class Captures:
    """A capture and what became of it."""

    def __init__(
        self,
        source: ListSource | LiveSource,
        limit: float | None = None,
        speaker: str | None = None,
    ) -> None:
        self.source = source
        self.spool = MemorySpool(may_wait=lambda: False, tell_lost=lambda *_: None)
        self.timeline = Timeline(NOON, source.format.sample_rate)
        self.told: list[Status] = []
        self.capture = Capture(
            source,
            self.spool,
            self.timeline,
            tell=self.told.append,
            wall=lambda: LATER,
            limit=limit,
            speaker=speaker,
        )

    def pieces(self) -> list[Piece]:
        place, pieces = (0, 0), list[Piece]()
        while not isinstance(found := self.spool.get(place, 0), Nothing):
            place = found[0]
            pieces.append(found[1])
        return pieces


def captured(
    *what: Captured, audio_format: AudioFormat | None = None, limit: float | None = None
) -> Captures:
    captures = Captures(ListSource(what, audio_format=audio_format), limit)
    captures.capture.run()
    return captures


def test_sound_is_cut_into_tenths_of_a_second() -> None:
    captures = captured(Chunk(100, bytes(2 * 2000)))

    assert captures.pieces() == [
        Sound(100, 1700, bytes(2 * 1600)),
        Sound(1700, 2100, bytes(2 * 400)),
    ]
    assert captures.capture.position == 2100


def test_a_frame_never_has_more_bytes_than_the_api_takes() -> None:
    captures = captured(Chunk(0, bytes(2 * 4800)), audio_format=AudioFormat(48000))

    assert [piece.end for piece in captures.pieces()] == [4096, 4800]


def test_bytes_of_mulaw_are_samples() -> None:
    mulaw = AudioFormat(8000, encoding=Encoding.MULAW)
    captures = captured(Chunk(0, bytes(1000)), audio_format=mulaw)

    assert captures.pieces() == [
        Sound(0, 800, bytes(800)),
        Sound(800, 1000, bytes(200)),
    ]


@pytest.mark.parametrize("encoding", [Encoding.FLAC, Encoding.OPUS])
def test_packets_are_not_ours_to_cut(encoding: Encoding) -> None:
    packets = AudioFormat(16000, encoding=encoding)
    captures = captured(Chunk(0, bytes(9000)), audio_format=packets)

    assert [piece.pcm for piece in captures.pieces() if isinstance(piece, Sound)] == [
        bytes(9000)
    ]


def test_the_limit_is_kept_within_a_chunk() -> None:
    captures = captured(Chunk(0, bytes(3200)), Chunk(1600, bytes(3200)), limit=0.15)

    assert [piece.end for piece in captures.pieces()] == [1600, 2400]
    assert captures.capture.was_cut


@pytest.mark.parametrize(("limit", "was_cut"), [(2.0, True), (2.1, False)])
def test_a_device_that_is_away_for_ever_does_not_outlast_the_limit(
    limit: float, *, was_cut: bool
) -> None:
    captures = captured(
        Chunk(0, bytes(3200)), Absent(16000), Absent(32000), limit=limit
    )

    assert captures.pieces() == [Sound(0, 1600, bytes(3200))]
    assert captures.capture.was_cut == was_cut


def test_what_befalls_a_device_of_several_names_nobody() -> None:
    captures = Captures(
        ListSource(
            [
                SourceState("clipping", is_shared=True),
                SourceState("audio_dropped", seconds=1.0, cause="computer"),
            ]
        ),
        speaker="Ann",
    )
    captures.capture.run()

    assert captures.told == [
        Status(State.CLIPPING),
        Status(State.AUDIO_DROPPED, speaker="Ann", seconds=1.0, cause=Cause.COMPUTER),
    ]


def test_a_gap_sets_the_clock_again_and_only_an_overflow_is_dropped_sound() -> None:
    captures = captured(
        Skipped(0, 800, "overflow"), Skipped(800, 2400, "sleep"), Chunk(2400, b"\0\0")
    )

    assert captures.pieces() == [
        Hole(0, 800, LATER),
        Hole(800, 2400, LATER),
        Sound(2400, 2401, b"\0\0"),
    ]
    assert captures.capture.dropped == 800
    assert captures.timeline.wall(2400) == LATER


def test_a_source_that_fails_ends_what_waits_for_it() -> None:
    source = LiveSource()
    source.feed(AudioError("gone"))
    captures = Captures(source)

    with pytest.raises(AudioError, match="gone"):
        captures.capture.run()

    assert captures.spool.get((0, 0), 20) is Nothing.MORE
    assert source.closed.is_set()
