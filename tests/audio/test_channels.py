from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from symbl_cli.audio.channels import split
from symbl_cli.audio.source import (
    AudioSource,
    Captured,
    Chunk,
    Skipped,
    SourceState,
)
from symbl_cli.errors import AudioError, UsageError
from symbl_cli.media.format import AudioFormat
from tests.audio.feeds import ListFeed
from tests.wavs import pcm16

STEREO = (
    Chunk(0, pcm16(1, 10, 3, 30), 5.0),
    Skipped(2, 7, "overflow"),
    SourceState("audio_dropped", seconds=5.0),
    SourceState("clipping"),
    Chunk(7, pcm16(5, 50), 6.0),
)


def read(sources: tuple[AudioSource, ...]) -> list[list[Captured]]:
    """What each source says, read by a thread of its own."""
    with ThreadPoolExecutor(len(sources)) as threads:
        return list(threads.map(lambda source: list(source.chunks()), sources))


@pytest.mark.parametrize("speakers", [(), ("Ann",)])
def test_with_one_name_or_none_the_channels_are_mixed_down(
    speakers: tuple[str, ...],
) -> None:
    (source,) = split(ListFeed(*STEREO, channels=2), speakers)

    assert source.speaker == (speakers[0] if speakers else None)
    assert (source.name, source.format, source.is_live) == (
        "desk",
        AudioFormat(8000),
        True,
    )
    assert list(source.chunks()) == [
        Chunk(0, pcm16(5, 16), 5.0),
        Skipped(2, 7, "overflow"),
        SourceState("audio_dropped", seconds=5.0),
        SourceState("clipping"),
        Chunk(7, pcm16(27), 6.0),
    ]


def test_every_name_gets_the_next_channel_and_the_device_is_nobodys_own() -> None:
    sources = split(ListFeed(*STEREO, channels=2), ["Ann", "Bea"])

    assert [source.speaker for source in sources] == ["Ann", "Bea"]
    assert {source.format for source in sources} == {AudioFormat(8000)}
    assert read(sources) == [
        [
            Chunk(0, pcm16(1, 3), 5.0),
            Skipped(2, 7, "overflow"),
            SourceState("audio_dropped", seconds=5.0),
            SourceState("clipping", is_shared=True),
            Chunk(7, pcm16(5), 6.0),
        ],
        [
            Chunk(0, pcm16(10, 30), 5.0),
            Skipped(2, 7, "overflow"),
            SourceState("audio_dropped", seconds=5.0),
            Chunk(7, pcm16(50), 6.0),
        ],
    ]


class WatchedFeed(ListFeed):
    """One that knows whether it is still read."""

    is_over = False

    def blocks(self) -> Iterator[Captured]:
        try:
            yield from super().blocks()
        finally:
            self.is_over = True


def test_who_stops_reading_keeps_nobody_waiting_and_the_last_lets_go_of_the_feed() -> (
    None
):
    feed = WatchedFeed(*(Chunk(at, pcm16(1, 2)) for at in range(200)), channels=2)
    ann, bea = (source.chunks() for source in split(feed, ["Ann", "Bea"]))
    next(ann)
    del ann

    heard = [next(bea) for _ in range(150)]
    was_over = feed.is_over
    del bea

    assert heard == [Chunk(at, pcm16(2)) for at in range(150)]
    assert (was_over, feed.is_over) == (False, True)


def test_channels_without_a_name_are_left_out() -> None:
    feed = ListFeed(Chunk(0, pcm16(1, 2, 3, 4, 5, 6)), channels=3)

    assert read(split(feed, ["Ann", "Bea"])) == [
        [Chunk(0, pcm16(1, 4))],
        [Chunk(0, pcm16(2, 5))],
    ]


def test_more_names_than_channels_are_refused() -> None:
    with pytest.raises(UsageError, match="3 speakers are named, but 'desk' has 2"):
        split(ListFeed(channels=2), ["Ann", "Bea", "Cy"])


def test_one_channel_cannot_be_shared() -> None:
    with pytest.raises(UsageError, match="has one channel"):
        split(ListFeed(), ["Ann", "Bea"])


def test_a_thousand_blocks_reach_readers_of_any_speed() -> None:
    blocks = [Chunk(i, pcm16(i, -i)) for i in range(1000)]

    ann, bea = read(split(ListFeed(*blocks, channels=2), ["Ann", "Bea"]))

    assert ann == [Chunk(i, pcm16(i)) for i in range(1000)]
    assert bea == [Chunk(i, pcm16(-i)) for i in range(1000)]


def test_a_reader_that_runs_ahead_waits_for_the_others() -> None:
    blocks = [Chunk(i, pcm16(i, i)) for i in range(1000)]
    ann, bea = split(ListFeed(*blocks, channels=2), ["Ann", "Bea"])
    slow = bea.chunks()

    with ThreadPoolExecutor(1) as threads:
        fast = threads.submit(lambda: list(ann.chunks()))
        held = [next(slow)]
        held.extend(slow)

    assert len(fast.result()) == len(held) == 1000


def test_a_failure_of_the_device_reaches_every_speaker() -> None:
    feed = ListFeed(Chunk(0, pcm16(1, 2)), AudioError("the device burns"), channels=2)

    for source in split(feed, ["Ann", "Bea"]):
        chunks = source.chunks()
        next(chunks)
        with pytest.raises(AudioError, match="burns"):
            next(chunks)


def test_closing_one_source_closes_the_feed() -> None:
    feed = ListFeed(*STEREO, channels=2)

    split(feed, ["Ann", "Bea"])[1].close()

    assert feed.is_closed
