from math import inf

import pytest

from symbl_cli.audio.levels import LevelWatch
from symbl_cli.audio.meter import Level, draw, measure
from symbl_cli.audio.source import Chunk, Skipped, SourceState
from symbl_cli.media.format import AudioFormat
from tests.audio.feeds import ListFeed
from tests.wavs import pcm16

SECOND = 1000
SILENCE = pcm16(*[0, 1, -1, 0] * 25)
SPEECH = pcm16(*[3, -900] * 50)
SHOUT = pcm16(*[32767, -32768] * 50)
A_PEAK = pcm16(*[32767], *[100] * 99)


def told(*blocks: bytes) -> list[tuple[int, str]]:
    """What is told, and at which block."""
    watch = LevelWatch(AudioFormat(SECOND))
    return [
        (index, state.state)
        for index, block in enumerate(blocks)
        for state in watch.after(block)
    ]


def test_two_seconds_of_digital_silence_are_told_once() -> None:
    assert told(*[SILENCE] * 60) == [(19, "input_silent")]


def test_silence_is_told_again_after_sound() -> None:
    blocks = [SILENCE] * 20 + [SPEECH] + [SILENCE] * 20

    assert told(*blocks) == [(19, "input_silent"), (40, "input_silent")]


def test_a_quiet_room_is_not_silence() -> None:
    assert told(*[pcm16(*[2, -2] * 50)] * 60) == []


def test_clipping_is_told_at_once_and_every_ten_seconds() -> None:
    assert told(*[SHOUT] * 101) == [(0, "clipping"), (100, "clipping")]


def test_a_peak_that_just_fits_is_not_clipping() -> None:
    assert told(*[A_PEAK] * 20, b"") == []


@pytest.mark.parametrize(
    ("peak", "bar"),
    [
        (0.0, "[          ]    -  dB nothing but silence: muted?"),
        (0.001, "[          ]  -60 dB"),
        (0.1, "[#######   ]  -20 dB"),
        (0.5, "[######### ]   -6 dB"),
        (1.0, "[##########]    0 dB too loud"),
    ],
)
def test_a_level_is_a_bar_with_its_decibels(peak: float, bar: str) -> None:
    assert draw(Level(peak), width=10) == bar


def test_the_meter_measures_sound_and_passes_on_states() -> None:
    feed = ListFeed(
        Chunk(0, pcm16(0, 16384)),
        Skipped(2, 9, "overflow"),
        SourceState("clipping"),
        Chunk(9, pcm16(0)),
    )

    everything = [Level(0.5), SourceState("clipping"), Level(0.0)]
    assert list(measure(feed, inf)) == everything
    assert list(measure(feed, 9 / 8000)) == everything[:2]
