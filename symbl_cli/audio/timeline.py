"""Where on the run's clock of samples each captured block belongs."""

import sys
import time
from collections.abc import Iterator

from ..frozen import dataclass
from ..media.format import AudioFormat
from .source import Absent, Captured, Chunk, Skipped, SourceState

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
        self._lost = 0
        """Samples that were skipped since it is."""

    @property
    def position(self) -> int:
        return self._position

    def after(self, heard: Heard) -> Iterator[Captured]:
        missing = self._missing(heard)
        if self._is_lost:
            yield from self._skip_lost(missing)
            yield from self._tell("gap", self._lost, "device")
        elif missing > self._format.samples(_ASLEEP):
            yield from self._pass(missing, "sleep")
            yield from self._tell("gap", missing, "computer")
        elif heard.has_overflowed:
            yield from self._drop(missing + heard.dropped)
        else:
            yield from self._drop(heard.dropped)
        yield Chunk(self._position, heard.pcm, heard.arrived)
        self._position += self._format.count(heard.pcm)
        self._last = heard.awake
        self._is_lost = False
        self._lost = 0

    def lose_device(self, awake: float) -> Iterator[Captured]:
        """What passes until the next block is lost with the device.

        So far it is until *awake*, by the clock of blocks: said at once, this ends the
        sentence that it was lost in.
        """
        self._is_lost = True
        if self._last is not None:
            missing, self._last = self._format.samples(awake - self._last), awake
            yield from self._skip_lost(missing)

    def absent(self, awake: float) -> Iterator[Captured]:
        """How late it is for a device that is lost, by the clock of blocks."""
        if self._is_lost and self._last is not None:
            missing = self._format.samples(awake - self._last)
            yield Absent(self._position + missing)

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

    def _drop(self, count: int) -> Iterator[Captured]:
        yield from self._pass(count, "overflow")
        yield from self._tell("audio_dropped", count, "computer")

    def _skip_lost(self, count: int) -> Iterator[Captured]:
        self._lost += count
        yield from self._pass(count, "device_lost")

    def _pass(self, count: int, cause: str) -> Iterator[Captured]:
        start, self._position = self._position, self._position + count
        if count:
            yield Skipped(start, self._position, cause)

    def _tell(self, state: str, count: int, cause: str) -> Iterator[Captured]:
        if count:
            seconds = count / self._format.sample_rate
            yield SourceState(state, seconds=seconds, cause=cause)
