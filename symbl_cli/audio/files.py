"""Recordings on disk as sources of sound."""

import stat
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from ..errors import NotAudioError, UsageError
from ..media.decode import open_recording
from ..media.format import HIGHEST_RATE as HIGHEST_POSSIBLE
from ..media.format import LOWEST_RATE as LOWEST_POSSIBLE
from ..media.format import AudioFormat, Encoding
from .feed import HIGHEST_RATE, LOWEST_RATE, Feed, Gate
from .playback import AtOnce, AtTheSpeedOfSpeech, Playback


class Pace(StrEnum):
    """How fast a recording is sent."""

    REAL_TIME = "realtime"
    FAST = "fast"


def open_file(
    path: Path,
    *,
    pace: Pace,
    sample_rate: int | None = None,
    channels: int = 1,
    encoding: Encoding = Encoding.LINEAR16,
    is_live: bool | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Feed:
    """Open the recording *path*; what it is, its first bytes tell.

    A pipe (`<(ffmpeg …)`, /dev/stdin) is read as stdin would be; only there rate,
    channels, encoding and *is_live* count. Raises `UsageError`, `NotAudioError` or
    `MissingError`.
    """
    if _is_pipe(path):
        from .stdin import open_pipe

        return open_pipe(
            path,
            sample_rate=sample_rate,
            channels=channels,
            encoding=encoding,
            is_live=is_live,
        )
    gate = Gate()
    is_paced = pace is Pace.REAL_TIME
    timing = AtTheSpeedOfSpeech(gate, clock) if is_paced else AtOnce(gate)
    reader = open_recording(path)
    return Playback(reader, name=path.name, gate=gate, timing=timing)


def require_api_rate(audio_format: AudioFormat, name: str) -> None:
    """Raise `UsageError` where the vendor's API takes no such sample rate.

    The server of our own resamples whatever it gets.
    """
    rate = audio_format.sample_rate
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise UsageError(
            f"{name!r} has {rate} samples a second; the service takes"
            f" {LOWEST_RATE} to {HIGHEST_RATE}",
            suggestion=f"ffmpeg -i {name} -ar 16000 16k.wav && symbl stream 16k.wav",
        )


def require_possible_rate(audio_format: AudioFormat, name: str) -> None:
    """Raise `NotAudioError` where no server would take such a sample rate."""
    rate = audio_format.sample_rate
    if not LOWEST_POSSIBLE <= rate <= HIGHEST_POSSIBLE:
        raise NotAudioError(
            f"{name!r} says that it has {rate} samples a second: speech has"
            f" {LOWEST_POSSIBLE} to {HIGHEST_POSSIBLE}",
            suggestion="see what made it, or convert it with ffmpeg",
        )


def _is_pipe(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
