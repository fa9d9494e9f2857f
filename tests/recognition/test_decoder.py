"""Bytes of the wire become the same samples however they are cut."""

import io
import struct
import sys
import tracemalloc

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.errors import MissingError, NotAudioError, UsageError
from symbl_cli.media.format import AudioFormat, Encoding
from symbl_cli.server.recognition.decoder import Decoder, open_decoder
from symbl_cli.server.recognition.resampling import Samples
from tests.scripted_speech import cut

RATES = (8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000)


def tone(rate: int, seconds: float = 1.0) -> bytes:
    times = np.arange(round(rate * seconds)) / rate
    return (np.sin(2 * np.pi * 440 * times) * 16000).astype("<i2").tobytes()


def decoded(audio_format: AudioFormat, chunks: list[bytes]) -> Samples:
    return all_of(open_decoder(audio_format), chunks)


def all_of(decoder: Decoder, chunks: list[bytes]) -> Samples:
    pushed = [samples for chunk in chunks for samples in decoder.push(chunk)]
    return np.concatenate([*pushed, decoder.finish()])


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_becomes_16_khz_without_delay(rate: int) -> None:
    samples = decoded(AudioFormat(rate), cut(tone(rate), 3200))

    expected = np.frombuffer(tone(16000), "<i2") / 32768
    assert len(samples) == 16000
    assert np.abs(samples - expected)[500:-500].max() < 0.01


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@given(sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_the_cut_of_the_bytes_changes_no_sample(rate: int, sizes: list[int]) -> None:
    pcm = tone(rate, 0.3)
    chunks, start = [], 0
    for size in sizes:
        chunks.append(pcm[start : start + size])
        start += size
    chunks.append(pcm[start:])

    cut_up = decoded(AudioFormat(rate), chunks)

    assert (cut_up == decoded(AudioFormat(rate), [pcm])).all()


def test_half_a_sample_waits_for_its_rest_and_is_not_counted() -> None:
    decoder = open_decoder(AudioFormat())

    (first,) = decoder.push(struct.pack("<h", 16384) + b"\x00")
    assert (first.tolist(), decoder.received) == ([0.5], 1)
    (second,) = decoder.push(b"\xc0")
    assert (second.tolist(), decoder.received) == ([-0.5], 2)


def test_half_a_sample_at_the_end_is_discarded() -> None:
    decoder = open_decoder(AudioFormat())

    assert (all_of(decoder, [b"\x01"]).tolist(), decoder.received) == ([], 0)


def test_channels_are_mixed_down() -> None:
    stereo = struct.pack("<4h", 16384, 0, -16384, -16384)

    samples = decoded(AudioFormat(channels=2), [stereo])

    assert samples.tolist() == [0.25, -0.5]


def test_mulaw_is_g711() -> None:
    samples = decoded(
        AudioFormat(16000, encoding=Encoding.MULAW),
        [bytes([0xFF, 0x7F, 0x00, 0x80, 0xF0, 0x9F])],
    )

    assert (samples * 32768).tolist() == [0, 0, -32124, 32124, 120, 8316]


FLAC = AudioFormat(16000, encoding=Encoding.FLAC)


def flac_of(pcm: bytes, rate: int = 16000) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, np.frombuffer(pcm, "<i2"), rate, format="FLAC")
    return stream.getvalue()


@pytest.mark.parametrize("size", [1, 777, 1_000_000])
def test_flac_loses_no_sample(size: int) -> None:
    pcm = tone(16000)

    samples = decoded(FLAC, cut(flac_of(pcm), size))

    assert (samples == decoded(AudioFormat(), [pcm])).all()


def padding(size: int, *, is_last: bool = False) -> bytes:
    """A block of FLAC that says nothing."""
    return bytes([0x81 if is_last else 1]) + size.to_bytes(3) + bytes(size)


@pytest.mark.parametrize("size", [1, 777, 1_000_000])
def test_a_long_header_of_flac_loses_no_sample(size: int) -> None:
    pcm = tone(16000, 0.1)
    info, rest = (whole := flac_of(pcm))[:42], whole[42:]
    long = info + padding(20_000) + padding(0) + rest

    assert (decoded(FLAC, cut(long, size)) == decoded(AudioFormat(), [pcm])).all()


def test_a_header_of_flac_without_an_end_is_not_kept() -> None:
    decoder = open_decoder(FLAC)
    block = padding(1 << 20)
    tracemalloc.start()
    for data in (flac_of(tone(16000))[:42], *[block] * 40):
        assert [*decoder.push(data)] == []
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4 << 20


def test_a_flac_stream_of_a_rate_that_is_no_speech_is_refused() -> None:
    slow = flac_of(tone(16000), rate=10)

    with pytest.raises(NotAudioError, match="not the compressed audio"):
        decoded(FLAC, [slow])


@pytest.mark.parametrize("rate", [1000, 16000, 48000])
def test_no_more_than_a_tenth_of_a_second_is_decoded_in_one_go(rate: int) -> None:
    decoder = open_decoder(AudioFormat(rate))

    received = [decoder.received for _ in decoder.push(bytes(20 * rate))]

    assert received == [rate // 10 * (step + 1) for step in range(100)]


def test_hours_of_silence_in_a_frame_are_decoded_as_they_are_asked_for() -> None:
    hour = flac_of(bytes(2 * 3600 * 16000))
    decoder = open_decoder(FLAC)

    first = next(decoder.push(hour))

    assert len(hour) < 1 << 20
    assert len(first) == decoder.received <= 65_535


def opus_packets(pcm: bytes) -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "mono", "s16"
    samples = np.frombuffer(pcm, "<i2")
    packets = []
    for start in range(0, len(samples), 960):
        frame = av.AudioFrame.from_ndarray(
            samples[None, start : start + 960], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = 48000, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


@pytest.mark.parametrize("rate", [16000, 48000])
def test_opus_packets_are_decoded_and_counted_at_the_announced_rate(rate: int) -> None:
    packets = opus_packets(tone(48000))
    decoder = open_decoder(AudioFormat(rate, encoding=Encoding.OPUS))

    samples = all_of(decoder, packets)

    assert decoder.received == len(packets) * 960 * rate // 48000
    assert len(samples) == len(packets) * 320
    assert 0.3 < np.abs(samples[4000:]).max() < 0.6


def test_what_is_no_opus_is_said_to_be_none() -> None:
    decoder = open_decoder(AudioFormat(48000, encoding=Encoding.OPUS))

    with pytest.raises(NotAudioError, match="not the compressed audio"):
        all_of(decoder, [b"\xff" * 7])


def test_what_is_no_flac_is_said_to_be_none() -> None:
    decoder = open_decoder(AudioFormat(16000, encoding=Encoding.FLAC))

    with pytest.raises(NotAudioError, match="not FLAC"):
        all_of(decoder, [b"RIFF...."])


@pytest.mark.parametrize("encoding", [Encoding.OPUS, Encoding.FLAC])
def test_a_missing_codec_is_named_with_its_cure(
    encoding: Encoding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)

    with pytest.raises(MissingError, match=encoding.value) as caught:
        open_decoder(AudioFormat(48000, encoding=encoding))
    assert ".[opus]" in caught.value.suggestion


@pytest.mark.parametrize("rate", [0, 999, 768_001])
def test_no_speech_has_such_a_rate(rate: int) -> None:
    with pytest.raises(UsageError, match=f"cannot listen at {rate} Hz"):
        open_decoder(AudioFormat(rate))
