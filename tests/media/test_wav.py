import io
import struct
import wave
from pathlib import Path

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.errors import NotAudioError
from symbl_cli.media.format import AudioFormat
from symbl_cli.media.reader import PcmReader
from symbl_cli.media.wav import CompressedWavError, open_wav
from tests.wavs import (
    ALAW,
    EXTENSIBLE,
    FLOAT,
    MULAW,
    PCM,
    chunk,
    extensible,
    fmt_chunk,
    pcm16,
    ramp,
    wav_file,
)


class Dribble(io.RawIOBase):
    """A pipe that gives *step* bytes at a time, and cannot be sought in."""

    def __init__(self, content: bytes, step: int) -> None:
        self._content = io.BytesIO(content)
        self._step = step

    def read(self, size: int = -1) -> bytes:
        return self._content.read(min(size, self._step))


def read_all(reader: PcmReader, frames: int = 100) -> bytes:
    return b"".join(iter(lambda: reader.read(frames), b""))


def samples(content: bytes) -> tuple[AudioFormat, bytes]:
    reader = open_wav(io.BytesIO(content))
    return reader.format, read_all(reader)


@pytest.mark.parametrize(
    ("tag", "bits", "written"),
    [
        (PCM, 8, bytes([0x80, 0xC0, 0x40, 0x00])),
        (PCM, 16, pcm16(0, 16384, -16384, -32768)),
        (PCM, 24, b"\1\0\0" + b"\2\0\x40" + b"\xff\0\xc0" + b"\0\0\x80"),
        (PCM, 32, struct.pack("<4i", 99, 2**30, -(2**30), -(2**31))),
        (FLOAT, 32, struct.pack("<4f", 0.0, 0.5, -0.5, -1.0)),
        (FLOAT, 64, struct.pack("<4d", 0.0, 0.5, -0.5, -1.0)),
    ],
)
def test_every_width_comes_out_as_16_bits(tag: int, bits: int, written: bytes) -> None:
    plain = wav_file(written, fmt=fmt_chunk(tag=tag, bits=bits))
    wrapped = fmt_chunk(tag=EXTENSIBLE, bits=bits, extension=extensible(tag))

    assert samples(plain) == (AudioFormat(), pcm16(0, 16384, -16384, -32768))
    assert samples(wav_file(written, fmt=wrapped)) == samples(plain)


@pytest.mark.parametrize(
    ("value", "sample"),
    [
        (1.0, 32767),
        (7.5, 32767),
        (-9e9, -32768),
        (float("inf"), 32767),
        (float("-inf"), -32768),
        (float("nan"), 0),
        (2e-5, 0),
    ],
)
def test_floats_that_are_too_loud_are_clipped(value: float, sample: int) -> None:
    sound = struct.pack("<3f", 0.25, value, -0.25)

    _, pcm = samples(wav_file(sound, fmt=fmt_chunk(tag=FLOAT, bits=32)))

    assert pcm == pcm16(8192, sample, -8192)


@pytest.mark.parametrize(("tag", "subtype"), [(MULAW, "ULAW"), (ALAW, "ALAW")])
def test_telephone_samples_are_expanded_as_libsndfile_does(
    tmp_path: Path, tag: int, subtype: str
) -> None:
    every_code = bytes(range(256))
    path = tmp_path / "codes.raw"
    path.write_bytes(every_code)
    with soundfile.SoundFile(path, "r", 8000, 1, subtype, format="RAW") as file:
        heard = bytes(file.buffer_read(dtype="int16"))

    content = wav_file(every_code, fmt=fmt_chunk(tag=tag, bits=8, rate=8000))

    assert samples(content) == (AudioFormat(8000, 1), heard)


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
@pytest.mark.parametrize("rate", [8000, 11025, 44100, 48000, 96000, 192000])
def test_what_the_standard_library_wrote_is_read(
    tmp_path: Path, channels: int, rate: int
) -> None:
    path = tmp_path / "talk.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(ramp(777, channels))

    assert samples(path.read_bytes()) == (
        AudioFormat(rate, channels),
        ramp(777, channels),
    )


@pytest.mark.parametrize("form", [b"RF64", b"BW64"])
def test_long_files_have_their_size_in_a_chunk_of_its_own(form: bytes) -> None:
    sizes = struct.pack("<QQQI", 0, 400, 200, 0)
    content = wav_file(
        ramp(200),
        before=[chunk(b"ds64", sizes)],
        after=[chunk(b"LIST", b"not sound")],
        size=0xFFFFFFFF,
        form=form,
    )

    assert samples(content) == (AudioFormat(), ramp(200))


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0xFFFFFFFE, 10**9])
def test_a_header_that_lies_about_the_length_is_not_believed(size: int) -> None:
    assert samples(wav_file(ramp(500), size=size)) == (AudioFormat(), ramp(500))


def test_what_follows_the_sound_is_not_heard() -> None:
    content = wav_file(ramp(5), after=[chunk(b"LIST", b"INFOsome words")])

    assert samples(content) == (AudioFormat(), ramp(5))


@pytest.mark.parametrize("padding", [b"\0", b""])
def test_a_chunk_of_odd_length_is_passed_with_padding_or_without(
    padding: bytes,
) -> None:
    odd = b"note" + struct.pack("<I", 3) + b"abc" + padding

    assert samples(wav_file(ramp(5), before=[odd])) == (AudioFormat(), ramp(5))


@pytest.mark.parametrize("align", [0, 1, 3, 4, 65535])
def test_a_wrong_block_size_changes_nothing(align: int) -> None:
    content = wav_file(ramp(60), fmt=fmt_chunk(align=align))

    assert samples(content) == (AudioFormat(), ramp(60))


def test_24_bits_in_four_bytes_are_read_as_four() -> None:
    fmt = struct.pack("<HHIIHH", PCM, 1, 16000, 64000, 4, 24)
    sound = struct.pack("<3i", 2**30, -(2**30), 0)

    content = wav_file(sound, fmt=chunk(b"fmt ", fmt))

    assert samples(content) == (AudioFormat(), pcm16(16384, -16384, 0))


@pytest.mark.parametrize("cut", [1, 2, 3, 301])
def test_of_a_truncated_file_what_is_there_is_read(cut: int) -> None:
    content = wav_file(ramp(1000, 2), fmt=fmt_chunk(channels=2))[:-cut]

    _, pcm = samples(content)

    whole = (4000 - cut) // 4 * 4
    assert pcm == ramp(1000, 2)[:whole]


@pytest.mark.parametrize("step", [1, 3, 7, 1000])
def test_a_pipe_may_dribble(step: int) -> None:
    content = wav_file(ramp(300, 2), fmt=fmt_chunk(channels=2))

    reader = open_wav(Dribble(content, step))

    assert read_all(reader) == ramp(300, 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"RIFF\0\0\0\0WAVE",
        b"RIFX\0\0\0\0WAVEfmt ",
        wav_file(b"")[:30],
        wav_file(ramp(5), fmt=chunk(b"junk", b"there is no format")),
        wav_file(ramp(5), fmt=chunk(b"fmt ", b"short")),
        wav_file(ramp(5), fmt=fmt_chunk(channels=0)),
        wav_file(ramp(5), fmt=fmt_chunk(channels=65535)),
        wav_file(ramp(5), fmt=fmt_chunk(rate=0)),
        wav_file(ramp(5), fmt=fmt_chunk(rate=2**32 - 1)),
        wav_file(ramp(5), fmt=fmt_chunk(bits=0, align=0)),
        wav_file(ramp(5), fmt=fmt_chunk(bits=999)),
        wav_file(ramp(5), before=[chunk(b"LIST", b"", size=2**32 - 1)]),
    ],
)
def test_a_header_that_makes_no_sense_is_not_audio(content: bytes) -> None:
    with pytest.raises(NotAudioError):
        open_wav(io.BytesIO(content))


@pytest.mark.parametrize("tag", [2, 0x11, 0x55])
def test_compressed_sound_in_a_wav_file_is_told_apart(tag: int) -> None:
    content = wav_file(ramp(5), fmt=fmt_chunk(tag=tag))

    with pytest.raises(CompressedWavError, match=f"format {tag:#06x}"):
        open_wav(io.BytesIO(content))


mutations = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=8)
seeds = st.sampled_from(
    [
        wav_file(ramp(40)),
        wav_file(ramp(40, 2), fmt=fmt_chunk(channels=2), size=0),
        wav_file(ramp(40), fmt=fmt_chunk(tag=FLOAT, bits=32)),
        wav_file(
            ramp(40),
            fmt=fmt_chunk(tag=EXTENSIBLE, bits=24, extension=extensible(PCM)),
        ),
    ]
)


@given(seeds, mutations, st.integers(0, 200))
def test_any_bytes_are_samples_or_not_audio(
    seed: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    content = bytearray(seed)
    for place, value in changes:
        content[place % len(content)] = value

    expect_samples_or_not_audio(bytes(content[:length]))


@given(st.binary(max_size=300))
def test_any_noise_is_samples_or_not_audio(noise: bytes) -> None:
    expect_samples_or_not_audio(noise)
    expect_samples_or_not_audio(b"RIFF\0\0\0\0WAVE" + noise)


def expect_samples_or_not_audio(content: bytes) -> None:
    try:
        reader = open_wav(io.BytesIO(content))
    except NotAudioError:
        return
    size = reader.format.frame_size
    pcm = read_all(reader)
    assert len(pcm) % size == 0
    assert len(pcm) <= 2 * len(content)
