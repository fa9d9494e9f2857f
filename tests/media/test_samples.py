import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.media import samples
from tests.wavs import pcm16, ramp

sample = st.integers(-32768, 32767)


@given(st.lists(st.tuples(sample, sample)))
def test_two_channels_are_mixed_to_their_mean(frames: list[tuple[int, int]]) -> None:
    pcm = b"".join(pcm16(*frame) for frame in frames)

    means = [(left + right) // 2 for left, right in frames]
    assert samples.mix_down(pcm, 2) == pcm16(*means)


@given(st.lists(st.tuples(sample, sample, sample)))
def test_three_channels_are_mixed_to_their_mean(
    frames: list[tuple[int, int, int]],
) -> None:
    pcm = b"".join(pcm16(*frame) for frame in frames)

    means = [sum(frame) // 3 for frame in frames]
    assert samples.mix_down(pcm, 3) == pcm16(*means)


def test_a_single_channel_stays_as_it_is() -> None:
    assert samples.mix_down(ramp(9), 1) == ramp(9)
    assert samples.channel(ramp(9), 0, 1) == ramp(9)


@pytest.mark.parametrize("index", range(4))
def test_a_channel_comes_out_alone(index: int) -> None:
    everything = array.array("h", ramp(9, 4))

    alone = array.array("h", samples.channel(ramp(9, 4), index, 4))

    assert list(alone) == list(everything)[index::4]


@pytest.mark.parametrize(
    ("pcm", "peak"),
    [
        (b"", 0.0),
        (pcm16(0, 0), 0.0),
        (pcm16(100, -16384, 200), 0.5),
        (pcm16(-32768), 1.0),
        (pcm16(3, 8192), 0.25),
    ],
)
def test_the_peak_is_the_loudest_sample(pcm: bytes, peak: float) -> None:
    assert samples.peak(pcm) == peak
