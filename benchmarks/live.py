"""CPU of the live display at ten updates a second, after few and after many finals.

    python benchmarks/live.py [--seconds 20]

The target: 1.5 % of a core, the same after 50 and after 5,000 finals. Each update
changes the interim words, the level meter and the clock.
"""

import argparse
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from symbl_cli.lines import Body, Insight, InsightKind, Line, SpeakerRef, Transcript
from symbl_cli.sinks.live import LiveDisplay
from symbl_cli.sinks.live_view import Level

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ANN = SpeakerRef("ann", "Ann")
TEXT = (
    "So the first thing that we should settle today is who writes to the printer about"
    " the brochures and whether the room on the second floor is free."
)


class Meter:
    """Levels that change at every look."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> tuple[Level, ...]:
        self.looks += 1
        return (Level(-60.0 + self.looks * 7 % 60),)


def heard(id_: str, rev: int, text: str, *, final: bool) -> Transcript:
    return Transcript(id_, rev, final, text, 0.0, 5.0, AT, ANN)


def asked(id_: str) -> Insight:
    kind = InsightKind.QUESTION
    return Insight(kind, id_, 1, TEXT, 0.9, (), 0.0, 5.0, AT, ANN)


def finals(count: int) -> Iterator[Body]:
    """Messages, and a question with every tenth of them."""
    for index in range(count):
        yield heard(f"u-{index}", 9, TEXT, final=True)
        if index % 10 == 0:
            yield asked(f"i-{index}")


def interims(seconds: float) -> Iterator[Body]:
    """Ten a second, paced."""
    start = time.monotonic()
    for step in range(int(seconds * 10)):
        time.sleep(max(0.0, start + step / 10 - time.monotonic()))
        yield heard("u-open", step, TEXT[: 10 + step % 100], final=False)


def measure(count: int, seconds: float) -> tuple[float, float]:
    """CPU in percent of a core, and updates a second, after *count* finals."""
    meter = Meter()
    with Path(os.devnull).open("w", encoding="utf-8") as terminal:
        console = Console(file=terminal, width=100, height=40, force_terminal=True)
        display = LiveDisplay(console, meter)
        for seq, body in enumerate(finals(count)):
            display.handle(Line(seq, AT, body))
        fed = meter.looks
        while meter.looks < fed + 2:  # an update looks after it has taken all lines
            time.sleep(0.1)
        looks, cpu = meter.looks, time.process_time()
        for seq, body in enumerate(interims(seconds)):
            display.handle(Line(seq, AT, body))
        used = time.process_time() - cpu
        display.close()
    return used / seconds * 100, (meter.looks - looks) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    for count in (50, 5_000):
        cpu, updates = measure(count, seconds)
        print(f"{count:5} finals: {cpu:.2f} % of a core at {updates:.1f} updates/s")


if __name__ == "__main__":
    main()
