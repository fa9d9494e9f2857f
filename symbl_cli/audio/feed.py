"""What one capture gives before it is split among speakers."""

from collections.abc import Iterator
from threading import Condition
from typing import Protocol

from ..media.format import AudioFormat
from .source import Captured

LOWEST_RATE, HIGHEST_RATE = 8000, 48000
"""What the vendor's API takes (streaming-api.md §2.1)."""
_BLOCK_SECONDS = 0.1
_MOST_SAMPLES = 4096
"""The API refuses chunks over 8192 bytes; 100 ms at 48 kHz would be 9600."""


class Feed(Protocol):
    """Sound of one file, pipe or device, its channels interleaved.

    As an `AudioSource`, but of all channels: capture starts when it is made, `blocks`
    is read by one thread and ends when the sound does or after `close`. `pause` stops
    capture until `resume`. All three may be called by any thread, more than once.
    """

    @property
    def name(self) -> str: ...

    @property
    def format(self) -> AudioFormat: ...

    @property
    def is_live(self) -> bool: ...

    def blocks(self) -> Iterator[Captured]: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def close(self) -> None: ...


def block_samples(sample_rate: int) -> int:
    """Samples, a channel, of the longest block that may leave in one piece."""
    return max(1, min(int(sample_rate * _BLOCK_SECONDS), _MOST_SAMPLES))


class FeedFilter:
    """A feed that lets another one through; what differs is up to `blocks`."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    @property
    def name(self) -> str:
        return self._feed.name

    @property
    def format(self) -> AudioFormat:
        return self._feed.format

    @property
    def is_live(self) -> bool:
        return self._feed.is_live

    def pause(self) -> None:
        self._feed.pause()

    def resume(self) -> None:
        self._feed.resume()

    def close(self) -> None:
        self._feed.close()


class Gate:
    """Whether sound may pass: open, shut for a pause, closed for good."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._is_shut = False
        self._was_shut = False
        self._is_closed = False

    @property
    def is_shut(self) -> bool:
        return self._is_shut

    def was_shut(self) -> bool:
        """Whether it is, or was since this was last asked: a pause may be short."""
        with self._changed:
            was_shut, self._was_shut = self._was_shut, False
            return was_shut

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def shut(self) -> None:
        self._set(is_shut=True)

    def open(self) -> None:
        self._set(is_shut=False)

    def close(self) -> None:
        self._set(is_shut=False, is_closed=True)

    def wait_until_open(self) -> None:
        """Return at once unless it is shut."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_shut)

    def wait_until_closed(self, seconds: float) -> None:
        """Return after *seconds*, or when it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed, seconds)

    def _set(self, *, is_shut: bool, is_closed: bool = False) -> None:
        with self._changed:
            self._is_shut = is_shut and not self._is_closed
            self._was_shut |= self._is_shut
            self._is_closed |= is_closed
            self._changed.notify_all()
