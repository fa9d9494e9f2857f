import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.media import samples
from tests.wavs import pcm16, ramp

sample = st.integers(-32768, 32767)


@pytest.mark.parametrize("channels", [2, 3, 6])
@given(data=st.data())
def test_channels_are_mixed_to_their_mean(channels: int, data: st.DataObject) -> None:
    frame = st.lists(sample, min_size=channels, max_size=channels)
    frames = data.draw(st.lists(frame, max_size=4))
    pcm = b"".join(pcm16(*frame) for frame in frames)

    means = [sum(frame) // channels for frame in frames]
    assert samples.mix_down(pcm, channels) == pcm16(*means)


@pytest.mark.parametrize("channels", [2, 3, 7, 255, 256])
@pytest.mark.parametrize("loudest", [32767, -32768, 0, -1])
def test_the_loudest_channels_mix_without_overflow(channels: int, loudest: int) -> None:
    pcm = pcm16(*[loudest] * channels * 3)

    assert samples.mix_down(pcm, channels) == pcm16(*[loudest] * 3)


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
