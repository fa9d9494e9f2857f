import wave
from errno import ENOSPC
from pathlib import Path

import pytest

from symbl_cli.audio.recording import Recorded, WavFile
from symbl_cli.audio.source import Captured, Chunk, Skipped, SourceState
from symbl_cli.errors import DiskFullError, OutputError
from symbl_cli.media.decode import open_recording
from symbl_cli.media.format import AudioFormat
from tests.audio.feeds import ListFeed
from tests.wavs import pcm16, ramp

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
    feed = Recorded(ListFeed(*ITEMS), path)
    before = saved(path)

    heard = [saved(path)[2] for _ in feed.blocks()]

    assert before == (8000, 1, b"")
    assert heard == [
        pcm16(1, 2, 3, 4),
        pcm16(1, 2, 3, 4),
        pcm16(1, 2, 3, 4, 0, 0),
        pcm16(1, 2, 3, 4, 0, 0, 7, 8),
        pcm16(1, 2, 3, 4, 0, 0, 7, 8),
        pcm16(1, 2, 3, 4, 0, 0, 7, 8, 9),
    ]


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


def test_a_full_disk_ends_the_recording_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Recorded(ListFeed(*ITEMS), tmp_path / "talk.wav")
    blocks = feed.blocks()
    heard = [next(blocks)]

    def full(*_arguments: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(WavFile, "write", full)
    heard.extend(blocks)

    assert tuple(heard) == ITEMS
    assert isinstance(feed.failure, DiskFullError)
    assert saved(tmp_path / "talk.wav")[2] == pcm16(1, 2, 3, 4)


def test_closing_and_pausing_reach_the_device(tmp_path: Path) -> None:
    device = ListFeed()
    feed = Recorded(device, tmp_path / "talk.wav")

    feed.pause()
    was_paused = device.is_paused
    feed.resume()
    feed.close()

    assert (was_paused, device.is_paused, device.is_closed) == (True, False, True)
    assert (feed.name, feed.format, feed.is_live) == ("desk", AudioFormat(8000), True)
