"""Any recording to 16-bit samples: our WAV reader, then soundfile, then ffmpeg."""

import logging
import os
from pathlib import Path

from ..errors import NotAudioError, SymblError, UsageError
from .format import AudioFormat
from .reader import PcmReader
from .sniff import HEAD_SIZE, Content, Sniffed, sniff
from .wav import CompressedWavError, open_wav

log = logging.getLogger(__name__)

_FIRST_FRAMES = 1024
_SOUNDFILE_READS = {"FLAC", "MP3", "Ogg", "AIFF", "AU", "CAF", "RIFX", "Wave64"}


def open_recording(path: Path) -> PcmReader:
    """Read the recording in the regular file *path* as a stream.

    At least one frame is decoded before this returns. Raises `UsageError` where there
    is no such file, `NotAudioError` where it holds no sound, `MissingError` where the
    program that could read it is not installed.
    """
    if os.path.isdir(path):  # noqa: PTH112 - Path's own raises where it may not look
        raise UsageError(f"{str(path)!r} is a folder, not a recording")
    try:
        return Begun(_open_reader(path))
    except NotAudioError as exc:
        raise NotAudioError(
            f"no sound in {str(path)!r}: {exc.message}", suggestion=exc.suggestion
        ) from exc
    except FileNotFoundError as exc:
        raise UsageError(f"there is no file {str(path)!r}") from exc
    except OSError as exc:
        raise UsageError(f"cannot read {str(path)!r}: {exc.strerror}") from exc
    except ValueError as exc:  # a NUL in its name
        raise UsageError(f"cannot read {str(path)!r}: {exc}") from exc


def _open_reader(path: Path) -> PcmReader:
    with path.open("rb") as file:
        sniffed = sniff(file.read(HEAD_SIZE))
    match sniffed.content:
        case Content.EMPTY:
            raise NotAudioError("it is empty")
        case Content.TEXT | Content.OTHER:
            raise NotAudioError(f"it is {sniffed.name}")
        case Content.WAV:
            return _open_wav(path)
        case Content.COMPRESSED if sniffed.name == "MP3" and _has_ffmpeg():
            # libsndfile's decoder writes its complaints to our stderr.
            return _open_with_ffmpeg(path, sniffed)
        case Content.COMPRESSED if sniffed.name in _SOUNDFILE_READS:
            return _open_with_soundfile(path) or _open_with_ffmpeg(path, sniffed)
        case _:
            return _open_with_ffmpeg(path, sniffed)


def _open_wav(path: Path) -> PcmReader:
    file = path.open("rb")
    try:
        return open_wav(file)
    except CompressedWavError:
        file.close()
        return _open_with_ffmpeg(path, Sniffed(Content.COMPRESSED, "compressed WAV"))
    except (NotAudioError, OSError):
        file.close()
        raise


def _open_with_soundfile(path: Path) -> PcmReader | None:
    try:
        return _SoundFile(path)
    except (ImportError, OSError) as exc:  # OSError: no libsndfile on this system
        log.debug("soundfile is not there: %s", exc)
    except NotAudioError as exc:
        log.debug("soundfile cannot read %s: %s", path, exc)
        if not _has_ffmpeg():
            raise
    return None


def _has_ffmpeg() -> bool:
    from shutil import which

    return which("ffmpeg") is not None


def _open_with_ffmpeg(path: Path, sniffed: Sniffed) -> PcmReader:
    from .ffmpeg import FfmpegReader

    try:
        return FfmpegReader(f"file:{path}", name=sniffed.name)
    except NotAudioError as exc:
        if sniffed.content is not Content.UNKNOWN:
            raise
        raise NotAudioError(
            exc.message,
            suggestion=f"if it holds raw samples: symbl stream - < {path}",
        ) from exc


class Begun:
    """A reader whose first frames were read ahead: there is sound in it."""

    def __init__(self, reader: PcmReader) -> None:
        self._reader = reader
        try:
            self._first = reader.read(_FIRST_FRAMES)
        except SymblError:
            reader.close()
            raise
        if not self._first:
            reader.close()
            raise NotAudioError("it holds not one sample")

    @property
    def format(self) -> AudioFormat:
        return self._reader.format

    def read(self, frames: int) -> bytes:
        size = frames * self.format.frame_size
        if not self._first:
            return self._reader.read(frames)
        block, self._first = self._first[:size], self._first[size:]
        return block

    def close(self) -> None:
        self._reader.close()


class _SoundFile:
    """FLAC, MP3, Ogg and their kin through libsndfile."""

    def __init__(self, path: Path) -> None:
        import soundfile

        self._errors = (soundfile.SoundFileError, RuntimeError)
        try:
            self._file = soundfile.SoundFile(path)
        except self._errors as exc:
            raise NotAudioError(str(exc)) from exc
        self.format = AudioFormat(self._file.samplerate, self._file.channels)

    def read(self, frames: int) -> bytes:
        pcm = bytearray(frames * self.format.frame_size)
        try:
            frames = self._file.buffer_read_into(pcm, dtype="int16")
        except self._errors as exc:
            log.info("the recording is damaged: %s", exc)
            return b""
        return bytes(pcm[: frames * self.format.frame_size])

    def close(self) -> None:
        self._file.close()
