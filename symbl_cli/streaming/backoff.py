"""How long to wait before the next try."""

from collections.abc import Callable, Iterator
from itertools import count

FIRST = 0.25
LONGEST = 8.0


def delays(
    random: Callable[[], float], *, first: float = FIRST, longest: float = LONGEST
) -> Iterator[float]:
    """Seconds before each try, without end: doubling, never more than *longest*.

    Each is cut by up to a half, by *random* (0 to 1), so that the clients of a
    server that comes back do not all arrive at once.
    """
    for attempt in count():
        whole = min(longest, first * 2 ** min(attempt, 32))
        yield whole * (1 - random() / 2)
