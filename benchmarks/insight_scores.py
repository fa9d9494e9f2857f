"""Scores with intervals: meetings are drawn again with replacement."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 400


@dataclass(frozen=True, slots=True)
class Judged:
    """One text, what it is, and how sure a way of finding was."""

    meeting: str
    label: int
    confidence: float
    least: float
    """From where it is told."""

    @property
    def is_told(self) -> bool:
        return self.confidence >= self.least


@dataclass(frozen=True, slots=True)
class Table:
    """Many judged texts as columns, sorted by falling confidence."""

    meetings: np.ndarray
    labels: np.ndarray
    told: np.ndarray

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> "Table":
        ranked = sorted(judged, key=lambda one: -one.confidence)
        names = {name: i for i, name in enumerate(sorted({o.meeting for o in ranked}))}
        return cls(
            np.array([names[one.meeting] for one in ranked]),
            np.array([one.label for one in ranked]),
            np.array([one.is_told for one in ranked]),
        )

    def scores(self, weights: np.ndarray) -> list[float]:
        """F1, precision, recall, average precision; meetings count *weights* times."""
        times = weights[self.meetings]
        told = (times * self.told).sum()
        wanted = max((times * self.labels).sum(), 1)
        right = (times * self.told * self.labels).sum()
        above = np.cumsum(times * self.labels) / np.maximum(np.cumsum(times), 1)
        average = (above * times * self.labels).sum() / wanted
        return [
            2 * right / (told + wanted),
            right / max(told, 1),
            right / wanted,
            average,
        ]


def row(name: str, judged: Sequence[Judged], *, ranked: bool = True) -> None:
    """One line of scores with their intervals."""
    table = Table.of(judged)
    count = int(table.meetings.max()) + 1
    dice = np.random.default_rng(1)
    drawn = [
        table.scores(np.bincount(dice.integers(0, count, count), minlength=count))
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    cells = [
        f"{value:.2f} ({low[i]:.2f}-{high[i]:.2f})"
        for i, value in enumerate(table.scores(np.ones(count, dtype=int)))
    ]
    if not ranked:
        cells[-1] = ""
    print(f"| {name} | {len(judged)} | " + " | ".join(cells) + " |", flush=True)


def head(title: str, *columns: str) -> None:
    print(f"\n**{title}**\n\n| | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|", flush=True)
