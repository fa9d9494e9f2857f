import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.audio.feed import Feed
from symbl_cli.audio.source import Chunk, SourceState
from symbl_cli.audio.stdin import is_pipe, open_stdin
from symbl_cli.errors import NotAudioError, UsageError
from symbl_cli.media.format import AudioFormat, Encoding
from tests.wavs import fmt_chunk, ramp, wav_file

needs_ffmpeg = pytest.mark.skipif(which("ffmpeg") is None, reason="needs ffmpeg")


class Pipe:
    """Both ends of a pipe; the writing end fills it on demand."""

    def __init__(self) -> None:
        self.fd, self._writer = os.pipe()

    def write(self, content: bytes) -> None:
        os.write(self._writer, content)

    def end(self) -> None:
        os.close(self._writer)
        self._writer = -1

    def close(self) -> None:
        os.close(self.fd)
        if self._writer >= 0:
            self.end()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()


def sound(feed: Feed) -> bytes:
    return b"".join(item.pcm for item in feed.blocks() if isinstance(item, Chunk))


def test_a_pipe_may_play_live_and_a_file_does_not(pipe: Pipe, tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(wav_file(ramp(1000)))
    pipe.write(ramp(1000))

    with (tmp_path / "talk.wav").open("rb") as file:
        feeds = [open_stdin(fd=pipe.fd), open_stdin(fd=file.fileno())]

    assert [feed.is_live for feed in feeds] == [True, False]
    for feed in feeds:
        feed.close()


def test_only_a_pipe_is_read_unasked(pipe: Pipe, tmp_path: Path) -> None:
    (tmp_path / "talk.wav").touch()
    with (tmp_path / "talk.wav").open("rb") as file:
        assert [is_pipe(pipe.fd), is_pipe(file.fileno()), is_pipe(987)] == [
            True,
            False,
            False,
        ]


@pytest.mark.parametrize("frames", [1, 100, 800])
def test_the_first_samples_leave_before_the_pipe_ends(pipe: Pipe, frames: int) -> None:
    pipe.write(ramp(max(frames, 6)))

    items = open_stdin(fd=pipe.fd).blocks()

    first = next(items)
    assert isinstance(first, Chunk)
    assert (first.position, first.pcm) == (0, ramp(max(frames, 6)))
    assert first.arrived > 0


def test_what_is_written_later_follows(pipe: Pipe) -> None:
    pipe.write(ramp(1000)[:1000])
    items = open_stdin(fd=pipe.fd).blocks()
    first = next(items)

    pipe.write(ramp(1000)[1000:])
    pipe.end()
    rest = list(items)

    chunks = [first, *rest]
    assert b"".join(c.pcm for c in chunks if isinstance(c, Chunk)) == ramp(1000)
    assert [c.position for c in chunks if isinstance(c, Chunk)] == [0, 500]


@pytest.mark.parametrize("torn", [b"\1", b"\1\2\3", b"\1\2\3\4\5"])
def test_half_a_sample_at_the_end_is_left_out(pipe: Pipe, torn: bytes) -> None:
    pipe.write(ramp(900, 3) + torn)
    pipe.end()

    feed = open_stdin(fd=pipe.fd, channels=3)

    assert (feed.format, sound(feed)) == (AudioFormat(16000, 3), ramp(900, 3))


@pytest.mark.parametrize("step", [1, 3, 999])
def test_samples_torn_between_writes_are_joined(pipe: Pipe, step: int) -> None:
    def dribble() -> None:
        for place in range(0, 2000, step):
            pipe.write(ramp(1000)[place : place + step])
        pipe.end()

    writer = threading.Thread(target=dribble)
    writer.start()
    heard = sound(open_stdin(fd=pipe.fd))
    writer.join()

    assert heard == ramp(1000)


def test_a_wav_header_tells_rate_and_channels(pipe: Pipe) -> None:
    pipe.write(wav_file(ramp(900, 2), fmt=fmt_chunk(channels=2, rate=44100), size=0))
    pipe.end()

    feed = open_stdin(fd=pipe.fd, sample_rate=8000)

    assert (feed.format, sound(feed)) == (AudioFormat(44100, 2), ramp(900, 2))


def test_a_redirected_wav_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(wav_file(ramp(50_000)))

    with path.open("rb") as file:
        assert sound(open_stdin(fd=file.fileno())) == ramp(50_000)


def test_telephone_samples_are_expanded(pipe: Pipe) -> None:
    pipe.write(b"\x00\x80\xff" * 4)
    pipe.end()

    feed = open_stdin(fd=pipe.fd, encoding=Encoding.MULAW)

    assert feed.format == AudioFormat(8000)
    assert sound(feed) == b"\x84\x82\x7c\x7d\x00\x00" * 4


@needs_ffmpeg
@pytest.mark.parametrize(
    ("encoding", "arguments"),
    [(Encoding.FLAC, "-f flac"), (Encoding.OPUS, "-c:a libopus -f ogg")],
)
def test_compressed_sound_is_decoded_where_it_is_announced(
    encoding: Encoding, arguments: str
) -> None:
    command = "ffmpeg -v error -f lavfi -i sine=duration=1:sample_rate=48000"
    with subprocess.Popen(
        [*command.split(), *arguments.split(), "pipe:1"], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        feed = open_stdin(fd=child.stdout.fileno(), encoding=encoding)
        heard = sound(feed)

    assert feed.format == AudioFormat(48000)
    assert feed.format.seconds(heard) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"ID3\x04" + bytes(60), "the input is MP3, which has to be decoded first"),
        (b"fLaC" + bytes(60), "the input is FLAC"),
        (b"\0\0\0\x20ftypM4A " + bytes(60), "the input is MP4"),
        (b"Dear all, please find attached\n", "the input is text, not sound"),
        (b"hi\n", "the input is text"),
        (b"PK\3\4" + bytes(60), "the input is a ZIP archive"),
    ],
)
def test_what_is_not_raw_gets_the_line_that_decodes_it(
    pipe: Pipe, content: bytes, reason: str
) -> None:
    pipe.write(content)
    pipe.end()

    with pytest.raises(NotAudioError, match=reason) as caught:
        open_stdin(fd=pipe.fd)
    assert caught.value.suggestion == (
        "ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | symbl stream -"
    )


@pytest.mark.parametrize("content", [b"", b"\1", wav_file(b"")])
def test_a_pipe_without_a_sample_is_not_audio(pipe: Pipe, content: bytes) -> None:
    pipe.write(content)
    pipe.end()

    with pytest.raises(NotAudioError):
        open_stdin(fd=pipe.fd)


def test_a_keyboard_is_no_source_of_sound() -> None:
    keyboard, terminal = os.openpty()

    with pytest.raises(UsageError, match="stdin is the keyboard"):
        open_stdin(fd=terminal)

    os.close(keyboard)
    os.close(terminal)


def test_a_closed_stdin_is_said() -> None:
    with pytest.raises(UsageError, match="stdin is closed"):
        open_stdin(fd=987)


def test_a_folder_as_stdin_is_said(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)

    with pytest.raises(UsageError, match="cannot read the input: Is a directory"):
        open_stdin(fd=folder)
    os.close(folder)


def test_closing_wakes_a_reader_that_waits_for_bytes(pipe: Pipe) -> None:
    pipe.write(ramp(100))
    feed = open_stdin(fd=pipe.fd)
    first, ended = threading.Event(), threading.Event()

    def read() -> None:
        for _ in feed.blocks():
            first.set()
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert first.wait(10)
    feed.close()

    assert ended.wait(10)
    reader.join()


def test_what_the_pipe_gave_before_it_was_closed_still_comes(pipe: Pipe) -> None:
    pipe.write(ramp(30_000))
    feed = open_stdin(fd=pipe.fd)

    feed.close()

    assert sound(feed) == ramp(30_000)


def test_a_pause_leaves_the_bytes_in_the_pipe(pipe: Pipe) -> None:
    pipe.write(ramp(2000))
    feed = open_stdin(fd=pipe.fd)
    items = feed.blocks()
    feed.pause()

    state = next(items)
    feed.resume()
    pipe.end()
    rest = list(items)

    assert state == SourceState("paused")
    assert rest[0] == SourceState("resumed")
    assert b"".join(c.pcm for c in rest if isinstance(c, Chunk)) == ramp(2000)


@given(st.binary(max_size=300), st.sampled_from([Encoding.LINEAR16, Encoding.MULAW]))
def test_any_bytes_are_samples_or_not_audio(content: bytes, encoding: Encoding) -> None:
    pipe = Pipe()
    pipe.write(content)
    pipe.end()

    try:
        heard = sound(open_stdin(fd=pipe.fd, channels=2, encoding=encoding))
    except NotAudioError:
        heard = b""

    pipe.close()
    assert len(heard) % 4 == 0
    assert len(heard) <= 2 * len(content)
