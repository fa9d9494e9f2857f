"""Where on the run's clock of samples each captured block belongs."""

import sys
import time
from collections.abc import Iterator

from ..frozen import dataclass
from ..media.format import AudioFormat
from .source import Captured, Chunk, Skipped, SourceState

_ASLEEP = 2.0
"""Seconds without sound from a device that never said it lost any."""


def awake_clock() -> float:
    """Seconds that also pass while the computer sleeps; `time.monotonic` may stop."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Heard:
    """One block as the device gave it."""

    pcm: bytes
    arrived: float
    """By the monotonic clock."""
    awake: float
    """By the clock that a sleeping computer does not stop."""
    has_overflowed: bool = False
    """Whether the device says that samples before this block were lost."""
    dropped: int = 0
    """Samples before this block that we had no room for."""


class Timeline:
    """Turns blocks into chunks whose positions never drift from the time they came.

    What was lost is skipped and said: to an overflow, a lost device, a sleep.
    """

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._position = 0
        self._last: float | None = None
        self._is_lost = False

    @property
    def position(self) -> int:
        return self._position

    def after(self, heard: Heard) -> Iterator[Captured]:
        missing = self._missing(heard)
        if self._is_lost:
            yield from self._skip(missing, "device_lost", "gap")
        elif missing > self._format.samples(_ASLEEP):
            yield from self._skip(missing, "sleep", "gap")
        elif heard.has_overflowed:
            yield from self._skip(missing + heard.dropped, "overflow", "audio_dropped")
        elif heard.dropped:
            yield from self._skip(heard.dropped, "overflow", "audio_dropped")
        yield Chunk(self._position, heard.pcm, heard.arrived)
        self._position += self._format.count(heard.pcm)
        self._last = heard.awake
        self._is_lost = False

    def lose_device(self) -> None:
        """What passes until the next block is lost with the device."""
        self._is_lost = True

    def pause(self) -> Skipped:
        """Time stands still until the next block."""
        self._last = None
        return Skipped(self._position, self._position, "paused")

    def _missing(self, heard: Heard) -> int:
        """Samples that should have come between the last block and this one."""
        if self._last is None:
            return 0
        expected = self._format.samples(heard.awake - self._last)
        return max(0, expected - self._format.count(heard.pcm) - heard.dropped)

    def _skip(self, count: int, cause: str, state: str) -> Iterator[Captured]:
        if not count:
            return
        end = self._position + count
        yield Skipped(self._position, end, cause)
        yield SourceState(state, seconds=count / self._format.sample_rate)
        self._position = end
