"""A recording or a pipe, read front to back."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Protocol

from ..media.format import AudioFormat
from ..media.reader import PcmReader
from .feed import Gate, block_samples
from .source import Captured, Chunk, SourceState


class Timing(Protocol):
    """When sound may leave."""

    @property
    def is_live(self) -> bool:
        """As that of a `Feed`."""

    def __call__(self, seconds: float, /) -> float | None:
        """Wait until what ends at *seconds* may leave, tell when that was.

        0 where that means nothing; `None`: never.
        """


_TOO_LATE = 1.0
_AHEAD = 10.0
"""Seconds of sound that came before they can have been spoken: pipes hold less."""


class AtOnce:
    """A recording that is read as fast as it goes: no moment means anything."""

    is_live = False

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __call__(self, seconds: float) -> float | None:
        return None if self._gate.is_closed else 0.0


class AtTheSpeedOfSpeech:
    """Lets every sample of a recording go when it would have been spoken.

    After more than a second of delay (a pause, a machine asleep) it goes on from
    there instead of catching up.
    """

    is_live = False

    def __init__(self, gate: Gate, clock: Callable[[], float] = time.monotonic) -> None:
        self._gate = gate
        self._clock = clock
        self._origin: float | None = None

    def __call__(self, seconds: float) -> float | None:
        if self._origin is None:
            self._origin = self._clock()
        late = self._clock() - self._origin - seconds
        if late > _TOO_LATE:
            self._origin += late
        elif late < 0:
            self._gate.wait_until_closed(-late)
        return None if self._gate.is_closed else self._clock()


class AsItComes:
    """What a pipe gave has been captured, so it leaves even when that was closed.

    It plays live until it is far ahead of the speed of speech.
    """

    def __init__(
        self,
        *,
        is_live: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*is_live*: whether moments mean something; `None`: while it plays live."""
        self.is_live = is_live is not False
        self._is_timed = is_live is True
        self._clock = clock
        self._origin: float | None = None

    def __call__(self, seconds: float) -> float:
        now = self._clock()
        if self._origin is None:
            self._origin = now - seconds
        if seconds - (now - self._origin) > _AHEAD:
            self.is_live = False
        return now if self.is_live or self._is_timed else 0.0


def _nothing() -> None:
    pass


class Playback:
    """A `Feed` out of *reader*, which it owns.

    *interrupt* wakes a `read` that waits for bytes of another program. *header* is the
    kind of what told the format by itself, where something was announced.
    """

    def __init__(
        self,
        reader: PcmReader,
        *,
        name: str,
        gate: Gate,
        timing: Timing,
        interrupt: Callable[[], None] = _nothing,
        header: str = "",
    ) -> None:
        self.name = name
        self.header = header
        self._reader = reader
        self._gate = gate
        self._timing = timing
        self._interrupt = interrupt
        self._is_begun = False

    @property
    def format(self) -> AudioFormat:
        return self._reader.format

    @property
    def is_live(self) -> bool:
        return self._timing.is_live

    def blocks(self) -> Iterator[Captured]:
        self._is_begun = True
        frames = block_samples(self.format.sample_rate)
        position = 0
        with closing(self._reader):
            while pcm := self._reader.read(frames):
                yield from self._pause()
                end = position + self.format.count(pcm)
                arrived = self._timing(end / self.format.sample_rate)
                if arrived is None:
                    return
                yield Chunk(position, pcm, arrived)
                position = end

    def pause(self) -> None:
        self._gate.shut()

    def resume(self) -> None:
        self._gate.open()

    def close(self) -> None:
        self._gate.close()
        self._interrupt()
        if not self._is_begun:
            self._reader.close()

    def _pause(self) -> Iterator[SourceState]:
        if self._gate.was_shut():
            yield SourceState("paused")
            self._gate.wait_until_open()
            yield SourceState("resumed")
