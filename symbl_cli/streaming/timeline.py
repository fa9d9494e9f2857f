"""When a sample was spoken, and when it came."""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from threading import Lock

MAX_ARRIVALS = 12_000
"""Chunks whose arrival is kept: twenty minutes of silence."""

_LONGEST = 365 * 86_400.0
"""Seconds: a server may claim any time, but no conversation is longer than this."""


class Timeline:
    """Wall and arrival times of one stream's positions.

    One thread tells what was captured, another asks.
    """

    def __init__(self, started_at: datetime, sample_rate: int) -> None:
        self._rate = sample_rate
        self._anchors: list[tuple[int, datetime]] = [(0, started_at)]
        self._ends: list[int] = []
        self._arrivals: list[float] = []
        self._lock = Lock()
        self.is_timeless = False
        """Whether it is known that arrivals mean nothing."""

    def seconds(self, position: int) -> float:
        return position / self._rate

    def position(self, seconds: float) -> int:
        return round(max(-_LONGEST, min(seconds, _LONGEST)) * self._rate)

    def heard(self, end: int, arrived: float) -> None:
        """The sound up to *end* came at *arrived*.

        0 where that means nothing; then nothing did that came before.
        """
        with self._lock:
            if not arrived:
                self.is_timeless = True
                self._ends.clear()
                self._arrivals.clear()
                return
            if len(self._ends) >= MAX_ARRIVALS:
                del self._ends[: MAX_ARRIVALS // 2], self._arrivals[: MAX_ARRIVALS // 2]
            self._ends.append(end)
            self._arrivals.append(arrived)

    def anchor(self, position: int, at: datetime) -> None:
        """What comes at *position* is spoken at *at*: after a pause or a gap."""
        with self._lock:
            self._anchors.append((position, at))

    def wall(self, position: int) -> datetime:
        """When the sample at *position* was spoken."""
        with self._lock:
            known = bisect_right(self._anchors, position, key=lambda anchor: anchor[0])
            start, at = self._anchors[max(0, known - 1)]
        seconds = min((position - start) / self._rate, _LONGEST)
        return at + timedelta(seconds=seconds)

    def arrival(self, position: int) -> float | None:
        """When the sound up to *position* had come, where that is known."""
        with self._lock:
            found = bisect_left(self._ends, position)
            return self._arrivals[found] if found < len(self._arrivals) else None

    def trim(self, position: int) -> None:
        """Nobody will ask for arrivals before *position* any more."""
        with self._lock:
            gone = bisect_left(self._ends, position)
            del self._ends[:gone], self._arrivals[:gone]
