import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from symbl_cli.audio.recording import Recorded, WavFile
from symbl_cli.audio.source import Captured, Chunk, Skipped, SourceState
from symbl_cli.errors import DiskFullError, OutputError
from symbl_cli.media.decode import open_recording
from symbl_cli.media.format import AudioFormat
from tests.audio.feeds import ListFeed
from tests.fakes import TIMEOUT
from tests.small_disk import small_disk
from tests.wavs import pcm16, ramp

LONG = 600
"""Seconds that no test waits."""
ITEMS: tuple[Captured, ...] = (
    Chunk(0, pcm16(1, 2, 3, 4)),
    SourceState("clipping"),
    Skipped(4, 6, "overflow"),
    Chunk(6, pcm16(7, 8)),
    Skipped(8, 8, "paused"),
    Chunk(8, pcm16(9)),
)


def saved(path: Path) -> tuple[int, int, bytes]:
    """As another program reads it."""
    with wave.open(str(path)) as file:
        return file.getframerate(), file.getnchannels(), file.readframes(10**6)


def test_what_is_heard_is_saved_and_passed_on(tmp_path: Path) -> None:
    feed = Recorded(ListFeed(*ITEMS), tmp_path / "talk.wav")

    assert tuple(feed.blocks()) == ITEMS
    assert feed.failure is None
    assert saved(tmp_path / "talk.wav") == (
        8000,
        1,
        pcm16(1, 2, 3, 4, 0, 0, 7, 8, 9),
    )


def test_all_channels_are_saved(tmp_path: Path) -> None:
    items = (Chunk(0, ramp(90, 2)), Chunk(90, ramp(7, 2)))

    list(Recorded(ListFeed(*items, channels=2), tmp_path / "talk.wav").blocks())

    assert saved(tmp_path / "talk.wav") == (8000, 2, ramp(90, 2) + ramp(7, 2))


def test_the_file_can_be_played_at_every_instant(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    file = WavFile(path, AudioFormat(8000))
    heard = [saved(path)]
    for position, pcm in ((0, pcm16(1, 2)), (3, b""), (3, pcm16(4))):
        file.write(position, pcm)
        heard.append(saved(path))
    file.close()

    assert heard == [
        (8000, 1, pcm16()),
        (8000, 1, pcm16(1, 2)),
        (8000, 1, pcm16(1, 2, 0)),
        (8000, 1, pcm16(1, 2, 0, 4)),
    ]


def test_one_who_reads_does_not_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = Event()
    write = WavFile.write

    def write_late(file: WavFile, position: int, pcm: bytes) -> None:
        assert released.wait(TIMEOUT)
        write(file, position, pcm)

    monkeypatch.setattr(WavFile, "write", write_late)
    feed = Recorded(ListFeed(*ITEMS), tmp_path / "talk.wav")
    blocks = feed.blocks()
    heard = tuple(next(blocks) for _ in ITEMS)
    before = saved(tmp_path / "talk.wav")[2]
    released.set()
    rest = list(blocks)

    assert (heard, before, rest, feed.failure) == (ITEMS, b"", [], None)
    assert saved(tmp_path / "talk.wav")[2] == pcm16(1, 2, 3, 4, 0, 0, 7, 8, 9)


@pytest.mark.parametrize(
    ("blocks", "has_failed"),
    [(50, False), (51, True)],
    ids=["but not what is played in it", "and what is played in it"],
)
def test_a_disk_is_behind_by_time_and_by_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: int, *, has_failed: bool
) -> None:
    """What is stopped and goes on a minute later has no failed disk."""
    released, now = Event(), [0.0]

    def hang(*_arguments: object) -> None:
        assert released.wait(TIMEOUT)

    monkeypatch.setattr(WavFile, "write", hang)
    items = (Chunk(number * 800, ramp(800)) for number in range(blocks + 1))
    feed = Recorded(ListFeed(*items), tmp_path / "talk.wav", clock=lambda: now[0])
    heard = feed.blocks()
    for _ in range(blocks):
        next(heard)
    now[0] = 60.0
    next(heard)
    failure = feed.failure
    released.set()
    list(heard)

    assert (failure is not None) == has_failed


def test_a_disk_that_takes_nothing_ends_the_recording_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = Event()

    def hang(*_arguments: object) -> None:
        assert released.wait(TIMEOUT)

    monkeypatch.setattr(WavFile, "write", hang)
    feed = Recorded(ListFeed(*ITEMS), tmp_path / "talk.wav", patience=0.05)

    heard = tuple(feed.blocks())
    released.set()

    assert heard == ITEMS
    assert feed.failure is not None
    assert "talk.wav' ends early: its disk is more than" in feed.failure.message
    assert feed.failure.suggestion == "see whether its disk is still there"


def test_a_disk_that_was_given_up_is_not_waited_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, released, times = Event(), Event(), iter((0.0, LONG + 1.0))

    def hang(*_arguments: object) -> None:
        hanging.set()
        assert released.wait(LONG)

    monkeypatch.setattr(WavFile, "write", hang)
    much = Chunk(0, bytes(2 * 8000 * (LONG + 1)))
    later = Chunk(8000 * (LONG + 1), pcm16(1))
    path = tmp_path / "talk.wav"
    feed = Recorded(
        ListFeed(much, later), path, patience=LONG, clock=lambda: next(times)
    )

    blocks = feed.blocks()
    assert next(blocks) == much
    assert hanging.wait(TIMEOUT)
    with ThreadPoolExecutor(1) as executor:
        heard = executor.submit(list, blocks)
        try:
            assert heard.result(TIMEOUT) == [later]
        finally:
            released.set()

    assert feed.failure is not None


def test_more_than_four_gigabytes_become_rf64(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    far = 3_000_000_000  # samples; the file is a hole up to there
    file = WavFile(path, AudioFormat(48000))
    file.write(far, pcm16(5, 6))
    file.close()

    with path.open("rb") as written:
        assert written.read(4) == b"RF64"
    assert path.stat().st_size == 80 + 2 * (far + 2)
    reader = open_recording(path)
    reader.close()
    assert reader.format == AudioFormat(48000)


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(b"dear to me")

    with pytest.raises(OutputError, match="is there already"):
        Recorded(ListFeed(), path)
    assert path.read_bytes() == b"dear to me"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        Recorded(ListFeed(), tmp_path / "absent" / "talk.wav")


def test_a_full_disk_ends_the_recording_not_the_run(tmp_path: Path) -> None:
    items = tuple(Chunk(place, ramp(4000)) for place in range(0, 40_000, 4000))
    with small_disk(tmp_path / "disk", "16k") as disk:
        feed = Recorded(ListFeed(*items), disk / "talk.wav")
        heard = tuple(feed.blocks())
        _, _, sound = saved(disk / "talk.wav")

    assert heard == items
    assert isinstance(feed.failure, DiskFullError)
    assert len(sound) > 8000
    assert sound == (ramp(4000) * 10)[: len(sound)]


def test_closing_and_pausing_reach_the_device(tmp_path: Path) -> None:
    device = ListFeed()
    feed = Recorded(device, tmp_path / "talk.wav")

    feed.pause()
    was_paused = device.is_paused
    feed.resume()
    feed.close()

    assert (was_paused, device.is_paused, device.is_closed) == (True, False, True)
    assert (feed.name, feed.format, feed.is_live) == ("desk", AudioFormat(8000), True)
