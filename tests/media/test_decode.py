import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
import soundfile

from symbl_cli.errors import MissingError, NotAudioError, UsageError
from symbl_cli.media.decode import open_recording
from symbl_cli.media.format import AudioFormat
from tests.wavs import fmt_chunk, ramp, wav_file

needs_ffmpeg = pytest.mark.skipif(which("ffmpeg") is None, reason="needs ffmpeg")
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "speech"


def read_file(path: Path) -> tuple[AudioFormat, bytes]:
    reader = open_recording(path)
    pcm = b"".join(iter(lambda: reader.read(4096), b""))
    audio_format = reader.format
    reader.close()
    return audio_format, pcm


def encode(path: Path, *arguments: str, rate: int = 44100, channels: int = 2) -> Path:
    """Two seconds of a tone as ffmpeg writes them."""
    tone = f"sine=440:duration=2:sample_rate={rate}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", tone]
    subprocess.run([*command, "-ac", str(channels), *arguments, path], check=True)
    return path


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_wav_file_is_read_without_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    path = write(tmp_path / "a.wav", wav_file(ramp(9000)))

    assert read_file(path) == (AudioFormat(), ramp(9000))


def test_flac_is_read_sample_for_sample(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    with soundfile.SoundFile(path, "w", 22050, 2, "PCM_16") as file:
        file.buffer_write(ramp(30000, 2), dtype="int16")

    assert read_file(path) == (AudioFormat(22050, 2), ramp(30000, 2))


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.mp3", "a.ogg", "a.opus", "a.m4a", "a.webm"])
def test_compressed_sound_keeps_rate_channels_and_length(
    tmp_path: Path, name: str
) -> None:
    path = encode(tmp_path / name, rate=48000)

    audio_format, pcm = read_file(path)

    assert audio_format == AudioFormat(48000, 2)
    assert audio_format.seconds(pcm) == pytest.approx(2, abs=0.05)


@needs_ffmpeg
def test_what_only_ffmpeg_reads_has_all_its_channels(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mka", "-c:a", "pcm_s24le", channels=6)

    audio_format, pcm = read_file(path)

    assert audio_format == AudioFormat(44100, 6)
    assert audio_format.count(pcm) == 2 * 44100


@needs_ffmpeg
def test_compressed_sound_in_a_wav_file_is_left_to_ffmpeg(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.wav", "-c:a", "adpcm_ms", channels=1)

    audio_format, pcm = read_file(path)

    assert audio_format == AudioFormat(44100, 1)
    assert audio_format.seconds(pcm) == pytest.approx(2, abs=0.05)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not here")
def test_soundfile_and_ffmpeg_hear_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    path = SHARED / "jfk_0.flac"
    by_soundfile = read_file(path)
    monkeypatch.setitem(sys.modules, "soundfile", None)

    assert read_file(path) == by_soundfile


@needs_ffmpeg
def test_of_a_recording_cut_short_what_is_there_is_read(tmp_path: Path) -> None:
    whole = encode(tmp_path / "a.mp3").read_bytes()
    path = write(tmp_path / "b.mp3", whole[: len(whole) // 2])

    audio_format, pcm = read_file(path)

    assert audio_format.seconds(pcm) == pytest.approx(1, abs=0.1)


@needs_ffmpeg
def test_a_reader_that_is_closed_early_leaves_no_child(tmp_path: Path) -> None:
    program = """
import os, pathlib, sys
from symbl_cli.media.decode import open_recording
open_recording(pathlib.Path(sys.argv[1])).close()
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child")
"""
    path = encode(tmp_path / "a.m4a")

    # In a process of its own: other tests have children too.
    run = [sys.executable, "-c", program, str(path)]
    assert subprocess.check_output(run, text=True) == "no child\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"Dear all,\nplease find attached\n", "it is text"),
        (b"%PDF-1.4 \xff\xfe", "it is a PDF"),
        (wav_file(b""), "it holds not one sample"),
        (wav_file(b"\1"), "it holds not one sample"),
        (wav_file(ramp(9))[:40], "the WAV file ends before its first sample"),
        (wav_file(ramp(9), fmt=fmt_chunk(channels=0)), "makes no sense"),
    ],
)
def test_a_file_without_sound_is_said_to_have_none(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = write(tmp_path / "a.wav", content)

    with pytest.raises(NotAudioError, match=reason) as caught:
        open_recording(path)
    assert repr(str(path)) in caught.value.message


@needs_ffmpeg
@pytest.mark.parametrize("head", [b"fLaC", b"OggS", b"ID3\x04", b"\0\0\0\x20ftypM4A "])
def test_a_broken_recording_is_not_audio(tmp_path: Path, head: bytes) -> None:
    path = write(tmp_path / "a.bin", head + bytes(range(256)) * 20)

    with pytest.raises(NotAudioError, match=r"no sound in '.*a\.bin'"):
        open_recording(path)


@needs_ffmpeg
def test_a_film_without_sound_is_not_audio(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    command = "ffmpeg -v error -f lavfi -i testsrc=duration=0.2:size=32x32"
    subprocess.run([*command.split(), path], check=True)

    with pytest.raises(NotAudioError, match="does not contain any stream"):
        open_recording(path)


@needs_ffmpeg
def test_a_file_of_raw_samples_gets_the_line_that_reads_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.raw", ramp(3000))

    with pytest.raises(NotAudioError) as caught:
        open_recording(path)
    assert f"symbl stream - < {path}" in caught.value.suggestion


@needs_ffmpeg
def test_a_playlist_in_disguise_fetches_nothing(tmp_path: Path) -> None:
    playlist = "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
    path = write(tmp_path / "a.m3u8", b"\xef\xbb\xbf\0" + playlist.encode())

    with pytest.raises(NotAudioError):
        open_recording(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        open_recording(tmp_path / "absent.wav")


def test_a_folder_is_not_a_recording(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder, not a recording"):
        open_recording(tmp_path)


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot read"):
        open_recording(Path("a\0b.wav"))


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may read everything, so it is nobody for a while."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", wav_file(ramp(9)))
    path.chmod(0)

    with (
        pytest.raises(UsageError, match=r"a\.wav.*Permission denied"),
        as_somebody_else(),
    ):
        open_recording(path)


def test_without_ffmpeg_its_install_command_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "apt-get").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    path = write(tmp_path / "memo.m4a", b"\0\0\0\x20ftypM4A " + bytes(99))

    with pytest.raises(MissingError, match="reading MP4 takes ffmpeg") as caught:
        open_recording(path)
    assert caught.value.suggestion == "sudo apt-get install ffmpeg"
