"""Hours of talk through `symbl serve` and `symbl stream`: what grows, what is lost.

    python benchmarks/soak.py [FOLDER] [--hours 4] [--pace fast|realtime] [--trace]

Two speak, each on a channel of their own, in clips of many voices, in an order, with
pauses, a loudness and a noise of chance. The client writes every kind of file, and
everything is detected. Ends with 1 where memory or a queue grows more than it may, or
anything said is not the same in every place. Linux only: it reads /proc.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.figures import Figure, print_figures
from benchmarks.growth import Sample, complaints, fullest, growths, store_growth
from benchmarks.long_talk import FILES, Plan, Talk, name_of
from benchmarks.recordings import RATE, add_folder
from benchmarks.soaked import serving, watched
from benchmarks.talk import VOICES, Clip, Turn, read_clips, write_clip
from benchmarks.told import Final, Heard, Stretch, compare
from benchmarks.word_errors import spoken_words
from tests.command_line import Home

SPEAKERS = ("Ann", "Bea")
_AROUND = 0.5
"""Seconds before and behind what is heard again."""
DETECTED = (
    *("--sentiment", "--entities", "--tracker", "Travel=train,ship,journey"),
    *("--tracker", "Printing=printing,type,letters"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    samples: Sequence[Sample]
    finals: Sequence[Final]
    turns: Sequence[Turn]
    heard: Heard
    wrong: Sequence[str]
    """What was lost, or is not the same in every place."""
    growing: Sequence[str]
    grown: Sequence[str]
    """What there is more of: objects and, if it was traced, where they come from."""
    speech: float
    """The part of the time in which somebody was heard to speak."""
    cpu: float
    """Cores of all processes, an hour of sound for an hour."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_folder(parser)
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--pace", choices=("fast", "realtime"), default="fast")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=5, help="samples a line")
    parser.add_argument("--trace", action="store_true", help="tell what allocates")
    options = parser.parse_args()
    plan = Plan(hours=options.hours, is_fast=options.pace == "fast", seed=options.seed)
    clips, printed = read_clips(options.folder), Printed(options.every)
    outcome = soak(plan, clips, printed, is_traced=options.trace)
    print_outcome(outcome)
    sys.exit(bool(outcome.wrong or outcome.growing))


def soak(
    plan: Plan,
    clips: Sequence[Clip],
    say: Callable[[Sample], None],
    *arguments: str,
    is_traced: bool = False,
) -> Outcome:
    """*say* gets every sample as it is taken; *arguments* are more of the server's."""
    with TemporaryDirectory(prefix="soak-") as folder:
        home = Home(Path(folder))
        with serving(home, *arguments, is_traced=is_traced) as server:
            alone = {clip.name: heard_alone(home, clip) for clip in clips}
            with watched(home, *_command(home), is_traced=is_traced) as client:
                talk = Talk(home, plan, client, server, say)
                talk.go(clips)
            grown = [*client.grown(), *server.grown()]
            return _outcome(home, talk, alone, grown)


def _command(home: Home) -> tuple[str, ...]:
    named = (part for name in SPEAKERS for part in ("--speaker", name))
    kinds = ("jsonl", *FILES, "save-audio")
    files = (
        part
        for kind in kinds
        for part in (f"--{kind}", str(home.folder / f"out.{kind}"))
    )
    form = ("--json", "--interim", "--channels", str(VOICES))
    return ("stream", "-", *form, *named, *DETECTED, *files)


def _outcome(
    home: Home,
    talk: Talk,
    alone: Mapping[str, Sequence[Sequence[str]]],
    grown: Sequence[str],
) -> Outcome:
    finals, turns = talk.finals, talk.turns
    heard = compare(turns, alone, finals, SPEAKERS)
    again = {one: heard_again(home, one) for one in heard.lacking}
    lost = (
        f"{one.speaker} at {one.start:.1f} s: heard {one.heard}, and alone {words}"
        for one, words in again.items()
        # What is faint reads otherwise among others: only nothing at all is lost.
        if words and not one.heard
    )
    return Outcome(
        samples=talk.samples,
        finals=finals,
        turns=turns,
        heard=heard,
        wrong=(*talk.wrong(), *lost),
        growing=tuple(complaints(talk.samples)),
        grown=grown,
        speech=sum(one.end - one.start for one in finals) / max(talk.sent, 1.0),
        cpu=talk.cpu / max(talk.sent, 1.0),
    )


def heard_alone(home: Home, clip: Clip) -> list[list[str]]:
    """The words of each of its voices."""
    path = write_clip(clip, home.folder / "clip.wav")
    names = SPEAKERS[: clip.voices]
    named = [part for name in names for part in ("--speaker", name)]
    ran = home.run("stream", path, "--json", "--no-store", "--insights", "none", *named)
    assert ran.code == 0, ran.stderr
    finals = [line for line in ran.of("transcript") if line["final"]]
    return [
        [
            word
            for line in finals
            if name_of(line) == name
            for word in spoken_words(str(line["text"]))
        ]
        for name in names
    ]


def heard_again(home: Home, stretch: Stretch) -> list[str]:
    """The words of the same sound, as it was recorded, when nothing else is heard."""
    first = max(0, round((stretch.start - _AROUND) * RATE))
    last = round((stretch.end + _AROUND) * RATE)
    recorded, _ = soundfile.read(
        home.folder / "out.save-audio", start=first, stop=last, dtype="int16"
    )
    voice = recorded[:, [SPEAKERS.index(stretch.speaker)]].astype(np.float32)
    return heard_alone(home, Clip("again", voice))[0]


class Printed:
    """Prints one of *every* so many samples."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._count = 0
        self._begun = time.monotonic()

    def __call__(self, sample: Sample) -> None:
        if self._count % self._every == 0:
            took = time.monotonic() - self._begun
            sizes = ", ".join(f"{n} {mb:.1f}" for n, mb in sample.resident.items())
            held = ", ".join(f"{n} {k}" for n, k in sample.queues.items() if k)
            print(
                f"{sample.hours * 60:5.1f} min (after {took:.0f} s): {sizes} MB;"
                f" store {sample.store:.2f} MB; {sample.finals} finals;"
                f" {sample.lost:g} s lost\n      {held}",
                flush=True,
            )
        self._count += 1


def print_outcome(outcome: Outcome) -> None:
    print(f"store: {store_growth(outcome.samples):.2f} MB an hour")
    for name, most in fullest(outcome.samples).items():
        print(f"{name}: at most {most}")
    errors = outcome.heard.errors
    print(
        f"{len(outcome.turns)} clips, {len(outcome.finals)} finals, speech in"
        f" {outcome.speech:.0%} of the time; {errors.words} words of the clips alone:"
        f" {errors.substitutions} others, {errors.deletions} fewer,"
        f" {errors.insertions} more, {len(outcome.heard.lacking)} clips hardly heard;"
        f" {outcome.cpu:.3f} cores"
    )
    print_figures(
        Figure(
            f"{one.process} grows an hour of sound",
            one.an_hour,
            one.allowed,
            "MB",
            f"{one.first:.1f} MB to {one.last:.1f} MB",
        )
        for one in growths(outcome.samples)
    )
    if outcome.growing:
        print("grown:", *outcome.grown, sep="\n    ")
    for complaint in (*outcome.wrong, *outcome.growing):
        print(f"WRONG: {complaint}")


if __name__ == "__main__":
    main()
