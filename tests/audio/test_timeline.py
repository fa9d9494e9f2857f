import pytest

from symbl_cli.audio.source import Absent, Captured, Chunk, Skipped, SourceState
from symbl_cli.audio.timeline import Heard, Timeline, awake_clock
from symbl_cli.media.format import AudioFormat

RATE = 1000
BLOCK = bytes(200)  # 0.1 s


def placed(*heard: Heard) -> list[Captured]:
    timeline = Timeline(AudioFormat(RATE))
    return [item for block in heard for item in timeline.after(block)]


def at(second: float, *, has_overflowed: bool = False, dropped: int = 0) -> Heard:
    return Heard(BLOCK, second + 5000, second, has_overflowed, dropped)


def test_blocks_follow_one_another() -> None:
    assert placed(at(0.1), at(0.2), at(0.3)) == [
        Chunk(0, BLOCK, 5000.1),
        Chunk(100, BLOCK, 5000.2),
        Chunk(200, BLOCK, 5000.3),
    ]


def test_jitter_and_a_backlog_move_nothing() -> None:
    chunks = placed(at(1.0), at(1.0), at(1.0), at(2.9), at(2.9))

    assert chunks == [
        Chunk(0, BLOCK, 5001.0),
        Chunk(100, BLOCK, 5001.0),
        Chunk(200, BLOCK, 5001.0),
        Chunk(300, BLOCK, 5002.9),
        Chunk(400, BLOCK, 5002.9),
    ]


def test_what_the_device_lost_is_skipped_by_the_clock() -> None:
    assert placed(at(0.1), at(0.7, has_overflowed=True)) == [
        Chunk(0, BLOCK, 5000.1),
        Skipped(100, 600, "overflow"),
        SourceState("audio_dropped", seconds=0.5, cause="computer"),
        Chunk(600, BLOCK, 5000.7),
    ]


def test_what_we_had_no_room_for_is_skipped_by_its_count() -> None:
    assert placed(at(0.1), at(0.7, dropped=500)) == [
        Chunk(0, BLOCK, 5000.1),
        Skipped(100, 600, "overflow"),
        SourceState("audio_dropped", seconds=0.5, cause="computer"),
        Chunk(600, BLOCK, 5000.7),
    ]


def test_a_sleeping_computer_leaves_a_gap() -> None:
    assert placed(at(0.1), at(3600.2)) == [
        Chunk(0, BLOCK, 5000.1),
        Skipped(100, 3_600_100, "sleep"),
        SourceState("gap", seconds=3600.0, cause="computer"),
        Chunk(3_600_100, BLOCK, 8600.2),
    ]


def test_the_time_without_a_device_is_skipped_at_once_and_told_when_it_is_over() -> (
    None
):
    timeline = Timeline(AudioFormat(RATE))
    list(timeline.after(at(0.1)))

    assert list(timeline.lose_device(0.6)) == [Skipped(100, 600, "device_lost")]
    assert list(timeline.absent(1.0)) == [Absent(1000)]
    assert list(timeline.after(at(1.7))) == [
        Skipped(600, 1600, "device_lost"),
        SourceState("gap", seconds=1.5, cause="device"),
        Chunk(1600, BLOCK, 5001.7),
    ]
    assert list(timeline.absent(2.0)) == []
    assert list(timeline.after(at(2.3))) == [Chunk(1700, BLOCK, 5002.3)]


def test_a_pause_stops_the_count() -> None:
    timeline = Timeline(AudioFormat(RATE))
    list(timeline.after(at(0.1)))

    assert timeline.pause() == Skipped(100, 100, "paused")
    assert list(timeline.after(at(900))) == [Chunk(100, BLOCK, 5900)]


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_positions_count_samples_a_channel(channels: int) -> None:
    timeline = Timeline(AudioFormat(RATE, channels))
    block = Heard(bytes(200 * channels), 1.0, 1.0)

    assert [*timeline.after(block), *timeline.after(block)] == [
        Chunk(0, block.pcm, 1.0),
        Chunk(100, block.pcm, 1.0),
    ]


def test_the_clock_that_a_sleep_does_not_stop_goes_forward() -> None:
    assert awake_clock() <= awake_clock()
