"""What only the ffmpeg program can read: m4a, mp4, webm, whatever it knows."""

import logging
import subprocess
from shutil import which
from typing import IO

from ..errors import MissingError, NotAudioError
from .child import Child
from .format import AudioFormat
from .install import FFMPEG, install_command
from .wav import open_wav

log = logging.getLogger(__name__)

_PROTOCOLS = "file,pipe"
"""A playlist in disguise must not send ffmpeg to the network."""


class FfmpegReader:
    """Whatever ffmpeg can read, as the WAV stream that it writes into a pipe."""

    def __init__(
        self, url: str, *, name: str, stdin: IO[bytes] | int = subprocess.DEVNULL
    ) -> None:
        program = which("ffmpeg")
        if program is None:
            raise MissingError(
                f"reading {name or 'this kind of file'} takes ffmpeg",
                suggestion=install_command(FFMPEG),
            )
        try:
            self._child = Child([program, *_ffmpeg_arguments(url)], stdin)
        except OSError as exc:
            raise MissingError(f"cannot start {program}: {exc.strerror}") from exc
        try:
            self._reader = open_wav(self._child.output)
        except NotAudioError as exc:
            self._child.wait()
            reason = self._child.last_words().removeprefix(f"{url}: ")
            self.close()
            raise NotAudioError(reason or exc.message) from exc

    @property
    def format(self) -> AudioFormat:
        return self._reader.format

    def read(self, frames: int) -> bytes:
        block = self._reader.read(frames)
        if not block and self._child.wait() > 0:
            log.info("the recording is damaged: %s", self._child.last_words())
        return block

    def interrupt(self) -> None:
        """End the sound for a thread that waits in `read`."""
        self._child.kill()

    def close(self) -> None:
        self._child.close()


def _ffmpeg_arguments(url: str) -> list[str]:
    """From *url* to a WAV stream on stdout, at the rate and channels it has."""
    own_files_only = ["-protocol_whitelist", _PROTOCOLS]
    to_wav = ["-vn", "-sn", "-dn", "-c:a", "pcm_s16le", "-f", "wav", "pipe:1"]
    return ["-nostdin", "-v", "error", *own_files_only, "-i", url, *to_wav]
