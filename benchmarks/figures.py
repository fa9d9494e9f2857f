"""Figures beside their targets, as one table."""

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in the words of the table, and how much it may be."""

    name: str
    value: float
    target: float
    unit: str = "x"
    note: str = ""

    @property
    def is_met(self) -> bool:
        return self.value <= self.target


def print_figures(figures: Iterable[Figure]) -> None:
    print("| figure | measured | at most | |\n|---|---|---|---|")
    for one in figures:
        verdict = "met" if one.is_met else "missed"
        note = f" ({one.note})" if one.note else ""
        print(
            f"| {one.name} | {one.value:.3g} {one.unit}{note}"
            f" | {one.target:g} {one.unit} | {verdict} |"
        )


def medians(
    measures: Mapping[str, Callable[[], float]], rounds: int
) -> Mapping[str, float]:
    """Of *rounds* each, taken in turns: what disturbs one disturbs all."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {name: statistics.median(values) for name, values in taken.items()}
