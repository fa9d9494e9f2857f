#!/usr/bin/env python3
"""What is found through recognised speech, beside what is found in the text given.

    python benchmarks/insights_heard.py SPEECH

SPEECH is a folder of recordings with `refs.jsonl` (`file`, `text`). The two made
conversations of this checkout are heard too. Two insights of a kind are the same where
at least half of their telling words are.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.environments import at_home  # noqa: E402
from benchmarks.insight_data import rows, telling  # noqa: E402
from benchmarks.insight_scores import head  # noqa: E402
from symbl_cli.protocol.events import InsightId, MessageId  # noqa: E402
from symbl_cli.server.insights.findings import Insight, Party, Said  # noqa: E402
from symbl_cli.server.insights.insights import analyse  # noqa: E402
from symbl_cli.server.insights.settings import InsightSettings  # noqa: E402

KINDS = ("question", "action_item", "follow_up")
BEGUN = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAME = 0.5


@dataclass(frozen=True, slots=True)
class Talk:
    """A recording, and what is said in it by whom."""

    sound: Path
    turns: tuple[tuple[str, str], ...]
    speakers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    words: frozenset[str]


def made_conversations() -> Iterator[Talk]:
    for folder, name in (
        (ROOT / "symbl_cli" / "resources" / "demo", "conversation"),
        (ROOT / "tests" / "fixtures", "second"),
    ):
        script = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        yield Talk(
            folder / f"{name}.flac",
            tuple((turn["speaker"], turn["text"]) for turn in script["turns"]),
            tuple(speaker["name"] for speaker in script["speakers"]),
        )


def recordings(speech: Path) -> Iterator[Talk]:
    for one in rows(speech / "refs.jsonl"):
        yield Talk(speech / one["file"], (("Speaker 1", one["text"]),))


def given(talk: Talk) -> list[Found]:
    """What is found in the text of *talk*."""
    settings = InsightSettings(kinds=frozenset(KINDS))
    found = analyse(_messages(talk), settings, InsightId)
    return [
        Found(str(one.kind), telling(one.text))
        for one in found
        if isinstance(one, Insight)
    ]


def _messages(talk: Talk) -> Iterator[Said]:
    start = 0.0
    for number, (speaker, text) in enumerate(talk.turns):
        end = start + len(text.split()) / 2.5
        at = BEGUN + timedelta(seconds=start)
        party = Party(speaker, speaker)
        yield Said(MessageId(str(number)), text, party, start, end, at)
        start = end


def heard(talk: Talk, environment: Mapping[str, str]) -> list[Found]:
    """What `symbl stream` finds in the sound of *talk*."""
    named = [word for name in talk.speakers for word in ("--speaker", name)]
    command = [sys.executable, "-m", "symbl_cli", "stream", str(talk.sound), "--json"]
    done = subprocess.run(
        [*command, *named, "--insights", ",".join(KINDS)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        env=environment,
    )
    latest = {}
    for line in map(json.loads, done.stdout.splitlines()):
        if line["type"] in KINDS:
            latest[line["id"]] = line
    told = [one for one in latest.values() if not one.get("removed")]
    return [Found(one["type"], telling(one["text"])) for one in told]


def both(there: Sequence[Found], here: Sequence[Found]) -> int:
    """How many of *there* have a like of their own in *here*."""
    left = list(here)
    count = 0
    for one in there:
        like = next((other for other in left if _are_same(one, other)), None)
        if like is not None:
            left.remove(like)
            count += 1
    return count


def _are_same(one: Found, other: Found) -> bool:
    most = max(len(one.words | other.words), 1)
    return one.kind == other.kind and len(one.words & other.words) / most >= SAME


def show(name: str, talks: Sequence[Talk], environment: Mapping[str, str]) -> None:
    pairs = [(given(talk), heard(talk, environment)) for talk in talks]
    for kind in KINDS:
        of_kind = [
            ([f for f in text if f.kind == kind], [f for f in sound if f.kind == kind])
            for text, sound in pairs
        ]
        in_text = sum(len(text) for text, _ in of_kind)
        in_sound = sum(len(sound) for _, sound in of_kind)
        same = sum(both(text, sound) for text, sound in of_kind)
        print(f"| {name}: {kind} | {in_text} | {same} | {in_sound - same} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("speech", type=Path)
    speech = parser.parse_args().speech
    head("Through recognised speech", "in the text", "heard too", "only heard")
    with at_home() as environment:
        show("made conversations", list(made_conversations()), environment)
        show("recordings", list(recordings(speech)), environment)


if __name__ == "__main__":
    main()
