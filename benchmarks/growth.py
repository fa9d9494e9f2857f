"""What grows while hours of sound go through, as values: samples in, complaints out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

CLIENT, SERVER, WORKER = "client", "server", "worker"
ALLOWED = {CLIENT: 1.0, SERVER: 5.0, WORKER: 5.0}
"""Megabytes an hour of sound, by the first word of a process's name."""
WARM_UP = 20 / 60
"""Hours after which everything has its size; of a short run its first third."""
LIMITS: Mapping[str, int] = {
    "client: frames to be told": 2_000,
    "client: pieces of sound in memory": 1_000,
    "client: files of sound": 10,
    "client: journal entries to be written": 1_000,
    "client: bytes to be written": 1 << 20,
    "client: utterances not final": 50,
    "client: findings told too early": 100,
    "client: arrivals of sound": 12_000,
    "server: frames for a socket": 2_000,
    "server: batches to be committed": 1_000,
    "server: frames remembered": 2_000,
    "server: finals held back": 200,
    "server: writes to the store": 1_000,
    "server: utterances not final": 100,
    "server: jobs of a thread": 200,
}
"""The most that each may ever hold: far less than what it would be cut off at."""
FILLED = frozenset({"server: frames remembered"})
"""Those that are meant to fill up."""
_SOME = 20
"""So many more in a queue are no trend."""
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """After *hours* of sound; sizes are megabytes, *queues* since the one before."""

    hours: float
    resident: Mapping[str, float]
    queues: Mapping[str, int]
    store: float
    finals: int
    lost: float
    """Seconds of sound."""


@dataclass(frozen=True, slots=True)
class Growth:
    process: str
    first: float
    last: float
    an_hour: float
    """By least squares; of a process of which too little is known, 0."""
    allowed: float

    @property
    def is_met(self) -> bool:
        return self.an_hour <= self.allowed


def settled(samples: Sequence[Sample]) -> list[Sample]:
    """*samples* without those of the time in which everything gets its size."""
    if not samples:
        return []
    warm = min(WARM_UP, samples[-1].hours / 3)
    return [sample for sample in samples if sample.hours >= warm]


def growths(samples: Sequence[Sample]) -> Iterator[Growth]:
    """Of each process that was there at the end."""
    known = settled(samples)
    for name in known[-1].resident if known else ():
        points = [
            (one.hours, one.resident[name]) for one in known if name in one.resident
        ]
        allowed = ALLOWED[name.split()[0]]
        yield Growth(name, points[0][1], points[-1][1], slope(points), allowed)


def store_growth(samples: Sequence[Sample]) -> float:
    """Megabytes an hour."""
    return slope([(sample.hours, sample.store) for sample in settled(samples)])


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the line that is nearest to *points*; 0 of too few."""
    if len(points) < _FEWEST:
        return 0.0
    return linear_regression([x for x, _ in points], [y for _, y in points]).slope


def fullest(samples: Sequence[Sample]) -> dict[str, int]:
    """The most that each queue ever held."""
    names = {name for sample in samples for name in sample.queues}
    return {
        name: max(sample.queues.get(name, 0) for sample in samples)
        for name in sorted(names)
    }


def complaints(samples: Sequence[Sample]) -> Iterator[str]:
    """Whatever grows that should not, and what was lost."""
    for growth in growths(samples):
        if not growth.is_met:
            yield (
                f"{growth.process} grows by {growth.an_hour:.2f} MB an hour, "
                f"more than {growth.allowed:g}"
            )
    most = fullest(samples)
    for name, limit in LIMITS.items():
        if name not in most:
            yield f"nobody saw {name}"
        elif most[name] > limit:
            yield f"{name}: {most[name]}, more than {limit}"
    for name in most.keys() - FILLED:
        yield from _trend(name, settled(samples))
    if samples and samples[-1].lost:
        yield f"{samples[-1].lost:g} s of sound were lost"


def _trend(name: str, samples: Sequence[Sample]) -> Iterator[str]:
    third = len(samples) // 3
    if third < _FEWEST:
        return
    held = [sample.queues.get(name, 0) for sample in samples]
    before, after = median(held[:third]), median(held[-third:])
    if after > 2 * before + _SOME:
        yield f"{name}: ever more, {before:g} at first and {after:g} at last"
