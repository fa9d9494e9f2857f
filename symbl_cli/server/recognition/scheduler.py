"""What is decoded next: a choice between values, made anew for every free worker.

Finals come first. An interim costs as much as decoding its whole segment, so it is
worth less often the longer the segment, the slower the model and the busier the
machine; what it costs is measured, not assumed.
"""

from collections.abc import Sequence
from enum import IntEnum

from ...frozen import dataclass

FIRST_INTERIM = 0.4
"""Seconds of speech before the first interim: less is seldom a word. As many again
where that gave none."""
NEXT_INTERIM = 0.5
"""Seconds of new sound before another, at the least."""
INTERIM_SHARE = 0.13
"""Of a core, for the interims of one stream that speaks all the time."""
FINAL_SHARE = 0.06
"""Of a core, for its finals."""
BUSY = 0.75
"""Of the workers' time, at most, that interims may bring them to."""
OVERHEAD = 0.7
"""Seconds of sound that decoding nothing would cost."""
BEHIND = 20.0
"""Seconds of backlog that are worth a further worker."""


class Purpose(IntEnum):
    """The lower, the sooner."""

    FINAL = 0
    PAUSE = 1
    """A final if the silence goes on."""
    INTERIM = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """One stretch of sound that somebody would like decoded."""

    purpose: Purpose
    seconds: float
    """How long it is."""
    fresh: float = 0.0
    """Seconds of it that no decode has seen."""
    is_first: bool = False
    """Whether its first words are due and were not shown yet."""
    is_last: bool = False
    """Whether no more of it comes for now."""


@dataclass(frozen=True, slots=True)
class Load:
    streams: int
    """Those that somebody speaks on."""
    workers: int
    """That may run at the same time."""
    cost: float
    """Seconds of a core that one second of sound takes, as measured."""


def choose(wishes: Sequence[Wish], load: Load) -> int | None:
    """The index of the wish to grant now, or `None` if none is worth it."""
    worth = [index for index, wish in enumerate(wishes) if _is_worth(wish, load)]
    return min(worth, key=lambda index: _rank(wishes[index]), default=None)


def workers_wanted(load: Load, backlog: float) -> int:
    """One a stream that speaks, one more where old sound waits; never above."""
    return min(load.workers, max(1, load.streams) + (backlog > BEHIND))


def _rank(wish: Wish) -> tuple[int, bool, float, float]:
    """Finals as they came; first words before further ones, then the most new."""
    if wish.purpose is Purpose.INTERIM:
        return wish.purpose, not wish.is_first, -wish.fresh, wish.seconds
    return wish.purpose, False, 0.0, 0.0


def _is_worth(wish: Wish, load: Load) -> bool:
    if wish.purpose is not Purpose.INTERIM:
        return True
    if wish.is_last:
        return wish.fresh > 0
    least = FIRST_INTERIM if wish.is_first else NEXT_INTERIM
    if wish.fresh < least:
        return False
    cost = load.cost * (wish.seconds + OVERHEAD)
    return wish.is_first or wish.fresh >= cost / _share(load)


def _share(load: Load) -> float:
    """Of a core, for the interims of one stream."""
    room = BUSY * load.workers / max(1, load.streams) - FINAL_SHARE
    return min(INTERIM_SHARE, max(room, INTERIM_SHARE / 4))
