"""Sound out of a pipe: raw samples, or a WAV file while it is written."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import NotAudioError, UsageError
from ..frozen import dataclass
from ..media import samples
from ..media.decode import Begun
from ..media.format import AudioFormat, Encoding
from ..media.pipe import PipeStream
from ..media.raw import Layout, SampleReader
from ..media.reader import PcmReader
from ..media.sniff import HEAD_SIZE, Content, Sniffed, sniff
from ..media.wav import open_wav
from .feed import Gate
from .playback import AsItComes, Playback, Timing

STDIN = 0


def is_pipe(fd: int = STDIN) -> bool:
    """Whether another program writes to *fd*: neither a file nor the keyboard."""
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def open_stdin(
    *,
    sample_rate: int | None = None,
    channels: int = 1,
    encoding: Encoding = Encoding.LINEAR16,
    is_live: bool | None = None,
    fd: int = STDIN,
) -> Playback:
    """Read sound from the pipe *fd*; returns when its first bytes are there.

    Raw samples have 16 kHz unless told, MULAW 8. A WAV header tells its own rate and
    channels. Compressed sound is refused, unless *encoding* announces it, and so is
    text. Whether it plays live (*is_live*) shows, unless told. Raises `NotAudioError`,
    `UsageError`.
    """
    try:
        own = os.dup(fd)
    except OSError as exc:
        raise UsageError("stdin is closed: there is no sound to read") from exc
    if is_live is None and stat.S_ISREG(os.fstat(own).st_mode):
        is_live = False
    timing = AsItComes(is_live=is_live)
    audio_format = _format(sample_rate, channels, encoding)
    return _open(own, "stdin", audio_format, encoding, timing)


def open_pipe(
    path: Path,
    *,
    sample_rate: int | None,
    channels: int,
    encoding: Encoding,
    is_live: bool | None,
) -> Playback:
    """Read sound from the named pipe *path* as `open_stdin` does."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError as exc:
        raise UsageError(f"cannot read {str(path)!r}: {exc.strerror}") from exc
    timing = AsItComes(is_live=is_live)
    audio_format = _format(sample_rate, channels, encoding)
    return _open(fd, path.name, audio_format, encoding, timing)


def usual_rate(encoding: Encoding) -> int:
    """The sample rate where neither a header nor the user tells."""
    return 8000 if encoding is Encoding.MULAW else 16000


def _format(sample_rate: int | None, channels: int, encoding: Encoding) -> AudioFormat:
    """What comes out, where no header tells."""
    return AudioFormat(sample_rate or usual_rate(encoding), channels)


def _open(
    fd: int, name: str, audio_format: AudioFormat, encoding: Encoding, timing: Timing
) -> Playback:
    if os.isatty(fd):
        os.close(fd)
        raise UsageError(
            f"{name} is the keyboard: there is no sound to read",
            suggestion="symbl stream - < talk.wav",
        )
    opened = _open_reader(fd, audio_format, encoding)
    return Playback(
        opened.reader,
        name=name,
        gate=Gate(),
        timing=timing,
        interrupt=opened.interrupt,
        header=opened.header,
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    reader: PcmReader
    interrupt: Callable[[], None]
    """Ends it for a thread that waits for bytes."""
    header: str = ""
    """As that of a `Playback`."""


def _open_reader(fd: int, audio_format: AudioFormat, encoding: Encoding) -> _Opened:
    match encoding:
        case Encoding.LINEAR16:
            return _open_plain(fd, Layout(audio_format, samples.linear(2)))
        case Encoding.MULAW:
            return _open_plain(fd, Layout(audio_format, samples.mulaw()))
        case Encoding.FLAC | Encoding.OPUS:
            return _open_compressed(fd, encoding)


def _open_compressed(fd: int, encoding: Encoding) -> _Opened:
    from ..media.ffmpeg import FfmpegReader

    try:
        reader = FfmpegReader("pipe:0", name=encoding.value, stdin=fd)
    finally:
        os.close(fd)
    with _of_the_input():
        return _Opened(Begun(reader), reader.interrupt)


def _open_plain(fd: int, layout: Layout) -> _Opened:
    stream = PipeStream(fd)
    try:
        sniffed = sniff(stream.peek(HEAD_SIZE))
        reader = _open_sniffed(stream, sniffed, layout)
        with _of_the_input():
            return _Opened(Begun(reader), stream.interrupt, sniffed.name)
    except (NotAudioError, UsageError):
        stream.close()
        raise


def _open_sniffed(stream: PipeStream, sniffed: Sniffed, layout: Layout) -> PcmReader:
    match sniffed.content:
        case Content.WAV:
            with _of_the_input():
                return open_wav(stream)
        case Content.UNKNOWN:
            return SampleReader(stream, layout)
        case Content.EMPTY:
            raise NotAudioError("the input ended before its first sample")
        case Content.TEXT | Content.OTHER:
            raise NotAudioError(
                f"the input is {sniffed.name}, not sound",
                suggestion=_DECODED,
            )
        case Content.COMPRESSED:
            raise NotAudioError(
                f"the input is {sniffed.name}, which has to be decoded first",
                suggestion=_DECODED,
            )


@contextmanager
def _of_the_input() -> Iterator[None]:
    """What is wrong with "it" is wrong with the input."""
    try:
        yield
    except NotAudioError as exc:
        raise NotAudioError(
            f"no sound in the input: {exc.message}", suggestion=exc.suggestion
        ) from exc


_DECODED = "ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | symbl stream -"
