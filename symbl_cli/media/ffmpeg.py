"""What only the ffmpeg program can read: m4a, mp4, webm, whatever it knows."""

import logging
import subprocess
import tempfile
from shutil import which
from typing import IO, cast

from ..errors import MissingError, NotAudioError
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
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        # A session of its own: the terminal's Ctrl-C is for us to handle.
        self._child = subprocess.Popen(  # noqa: S603 - the user's own file
            [program, *_ffmpeg_arguments(url)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            bufsize=0,
            start_new_session=True,
        )
        try:
            self._reader = open_wav(cast("IO[bytes]", self._child.stdout))
        except NotAudioError as exc:
            self._child.wait()
            reason = self._last_words().removeprefix(f"{url}: ") or exc.message
            self.close()
            raise NotAudioError(reason) from exc

    @property
    def format(self) -> AudioFormat:
        return self._reader.format

    def read(self, frames: int) -> bytes:
        block = self._reader.read(frames)
        if not block and self._child.wait() != 0:
            log.warning("the recording is damaged: %s", self._last_words())
        return block

    def interrupt(self) -> None:
        """End the sound for a thread that waits in `read`."""
        self._child.terminate()

    def close(self) -> None:
        """End the child where it still runs."""
        self._child.terminate()
        with self._child:  # waits, and closes its pipe
            pass
        self._complaints.close()

    def _last_words(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "")


def _ffmpeg_arguments(url: str) -> list[str]:
    """From *url* to a WAV stream on stdout, at the rate and channels it has."""
    own_files_only = ["-protocol_whitelist", _PROTOCOLS]
    to_wav = ["-vn", "-sn", "-dn", "-c:a", "pcm_s16le", "-f", "wav", "pipe:1"]
    return ["-nostdin", "-v", "error", *own_files_only, "-i", url, *to_wav]
