import subprocess
from shutil import which

import pytest

from symbl_cli.media.sniff import HEAD_SIZE, Content, Sniffed, sniff
from tests.wavs import pcm16, ramp, wav_file


@pytest.mark.skipif(which("ffmpeg") is None, reason="ffmpeg makes the files")
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("-f flac", "FLAC"),
        ("-c:a libmp3lame -f mp3", "MP3"),
        ("-c:a libmp3lame -ar 16000 -id3v2_version 0 -write_xing 0 -f mp3", "MP3"),
        ("-c:a libvorbis -f ogg", "Ogg"),
        ("-c:a libopus -f webm", "WebM"),
        ("-c:a aac -f adts", "AAC"),
        ("-c:a aac -f mp4 -movflags empty_moov", "MP4"),
        ("-f aiff", "AIFF"),
        ("-f au", "AU"),
        ("-f w64", "Wave64"),
    ],
)
def test_what_ffmpeg_writes_is_known_by_its_first_bytes(
    arguments: str, name: str
) -> None:
    command = "ffmpeg -v error -f lavfi -i sine=duration=0.5 -strict -2"
    content = subprocess.run(
        [*command.split(), *arguments.split(), "pipe:1"],
        check=True,
        capture_output=True,
    ).stdout

    assert sniff(content[:HEAD_SIZE]) == Sniffed(Content.COMPRESSED, name)


@pytest.mark.parametrize(
    ("head", "sniffed"),
    [
        (b"", Sniffed(Content.EMPTY)),
        (wav_file(ramp(5)), Sniffed(Content.WAV, "WAV")),
        (b"[00:01] Ann: Hello.\n", Sniffed(Content.TEXT, "text")),
        ("Grüße, 世界\r\n".encode(), Sniffed(Content.TEXT, "text")),
        ("ends within ü".encode()[:-1], Sniffed(Content.TEXT, "text")),
        (b"%PDF-1.7\n%\xe2\xe3", Sniffed(Content.OTHER, "a PDF")),
        (bytes(4096), Sniffed(Content.UNKNOWN)),
        (ramp(2048), Sniffed(Content.UNKNOWN)),
        (b"\xff\xfb\x90\x44" + ramp(2000), Sniffed(Content.UNKNOWN)),
        (b"\xff\xf1\x50\x80\x02\x1f" + ramp(2000), Sniffed(Content.UNKNOWN)),
        (pcm16(-1, -2, 3), Sniffed(Content.UNKNOWN)),
    ],
)
def test_first_bytes_tell_what_follows(head: bytes, sniffed: Sniffed) -> None:
    assert sniff(head) == sniffed
