import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from symbl_cli.audio.feed import Feed, Gate
from symbl_cli.audio.files import Pace, open_file, require_api_rate
from symbl_cli.audio.playback import AtTheSpeedOfSpeech
from symbl_cli.audio.source import Captured, Chunk, SourceState
from symbl_cli.errors import NotAudioError, UsageError
from symbl_cli.media.format import AudioFormat
from tests.wavs import fmt_chunk, ramp, wav_file

FRAMES = 5000


def recording(
    path: Path, frames: int = FRAMES, *, channels: int = 1, rate: int = 16000
) -> Path:
    fmt = fmt_chunk(channels=channels, rate=rate)
    path.write_bytes(wav_file(ramp(frames, channels), fmt=fmt))
    return path


def blocks(feed: Feed) -> Iterator[Chunk]:
    for item in feed.blocks():
        assert isinstance(item, Chunk)
        yield item


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000, 192000])
def test_a_recording_comes_in_short_blocks_that_follow_one_another(
    tmp_path: Path, rate: int
) -> None:
    path = recording(tmp_path / "talk.wav", rate * 2, rate=rate)

    chunks = list(blocks(open_file(path, pace=Pace.FAST)))

    sizes = [len(chunk.pcm) for chunk in chunks]
    assert b"".join(chunk.pcm for chunk in chunks) == ramp(rate * 2)
    assert max(sizes) <= min(8192, rate // 10 * 2)
    assert [c.position * 2 for c in chunks] == [
        sum(sizes[:i]) for i in range(len(sizes))
    ]
    assert {chunk.arrived for chunk in chunks} == {0.0}


def test_a_feed_tells_its_name_and_format(tmp_path: Path) -> None:
    path = recording(tmp_path / "talk.wav", channels=2, rate=44100)

    feed = open_file(path, pace=Pace.FAST)
    feed.close()

    assert (feed.name, feed.format, feed.is_live) == (
        "talk.wav",
        AudioFormat(44100, 2),
        False,
    )


class Clock(Gate):
    """Time that passes only while somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait_until_closed(self, seconds: float) -> None:
        self.now += seconds


def test_at_the_speed_of_speech_every_sample_waits_for_its_moment() -> None:
    clock = Clock()
    timing = AtTheSpeedOfSpeech(clock, clock)

    assert [timing(0.1), timing(0.2), timing(0.3)] == pytest.approx(
        [1000.1, 1000.2, 1000.3]
    )


def test_a_short_delay_is_caught_up_and_a_long_one_is_not() -> None:
    clock = Clock()
    timing = AtTheSpeedOfSpeech(clock, clock)
    timing(0.1)

    clock.now += 0.5
    short = [timing(0.2), timing(0.7)]
    clock.now += 60
    long = [timing(0.8), timing(0.9)]

    assert short == pytest.approx([1000.6, 1000.7])
    assert long == pytest.approx([1060.7, 1060.8])


def test_a_paced_recording_tells_when_each_block_was_said(tmp_path: Path) -> None:
    path = recording(tmp_path / "talk.wav", 3000)

    chunks = list(blocks(open_file(path, pace=Pace.REAL_TIME)))

    assert b"".join(chunk.pcm for chunk in chunks) == ramp(3000)
    arrivals = [chunk.arrived for chunk in chunks]
    assert arrivals == sorted(arrivals)
    assert arrivals[0] > 0


def test_a_closed_recording_ends_at_once(tmp_path: Path) -> None:
    feed = open_file(recording(tmp_path / "talk.wav", 160_000), pace=Pace.REAL_TIME)
    items = feed.blocks()
    next(items)

    feed.close()
    feed.close()

    assert list(items) == []


def test_a_recording_that_was_never_read_can_be_closed(tmp_path: Path) -> None:
    feed = open_file(recording(tmp_path / "talk.wav"), pace=Pace.FAST)

    feed.close()

    assert list(feed.blocks()) == []


def test_a_pause_holds_the_recording_and_loses_nothing(tmp_path: Path) -> None:
    feed = open_file(recording(tmp_path / "talk.wav"), pace=Pace.FAST)
    items = feed.blocks()
    heard: list[Captured] = [next(items)]

    feed.pause()
    heard.append(next(items))
    feed.resume()
    heard.extend(items)

    states = [item for item in heard if isinstance(item, SourceState)]
    sound = b"".join(item.pcm for item in heard if isinstance(item, Chunk))
    assert states == [SourceState("paused"), SourceState("resumed")]
    assert sound == ramp(FRAMES)


def test_closing_ends_a_pause(tmp_path: Path) -> None:
    feed = open_file(recording(tmp_path / "talk.wav"), pace=Pace.FAST)
    items = feed.blocks()
    feed.pause()
    assert next(items) == SourceState("paused")

    feed.close()

    assert list(items) == [SourceState("resumed")]


def test_a_named_pipe_is_read_as_stdin_would_be(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[ramp(FRAMES)])
    writer.start()

    feed = open_file(path, pace=Pace.FAST, sample_rate=8000)
    heard = b"".join(chunk.pcm for chunk in blocks(feed))
    writer.join()

    assert (feed.format, heard) == (AudioFormat(8000), ramp(FRAMES))


def test_an_hour_of_sound_is_never_all_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "hour.wav"
    size = 3600 * 48000 * 2 * 2
    with path.open("wb") as file:
        file.write(wav_file(b"", fmt=fmt_chunk(channels=2, rate=48000), size=size))
        file.truncate(file.tell() + size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    samples = sum(
        len(chunk.pcm) // 4 for chunk in blocks(open_file(path, pace=Pace.FAST))
    )

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert samples == 3600 * 48000
    assert grown < 20_000  # kilobytes; the file has 675,000


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_text("not a word of sound")

    with pytest.raises(NotAudioError, match="it is text"):
        open_file(path, pace=Pace.FAST)


@pytest.mark.parametrize("rate", [4000, 96000])
def test_a_rate_that_the_api_takes_none_of_gets_the_line_that_fixes_it(
    rate: int,
) -> None:
    with pytest.raises(UsageError, match=f"{rate} samples a second") as caught:
        require_api_rate(AudioFormat(rate), "talk.wav")
    assert caught.value.suggestion.startswith("ffmpeg -i talk.wav -ar 16000")


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_the_rates_of_the_api_pass(rate: int) -> None:
    require_api_rate(AudioFormat(rate), "talk.wav")
