"""The labelled meetings, as the benchmark and the training read them.

Texts come from the data folder; of what was labelled here only ids, labels and
places are kept (`labels/`).
"""

import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from symbl_cli.server.insights.features import fluent_words
from symbl_cli.server.insights.stemming import stem
from symbl_cli.server.insights.stop_words import STOP_WORDS
from symbl_cli.server.insights.words import tidy

FOLDS = 5
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""When the meetings are taken to begin."""
LABELS = Path(__file__).parent / "labels" / "action_items.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An utterance of a meeting, and whether it is what is looked for."""

    id: str
    meeting: str
    speaker: str
    text: str
    bare: str
    """Lower case, no punctuation."""
    label: int
    weight: float = 1.0
    """Utterances of the meetings for which this one stands."""
    kind: str = ""
    assignee: str | None = None
    """`speaker`, `addressee`, `group`, `third`."""
    due: str | None = None
    is_follow_up: bool = False
    part: str = ""
    """`apart`: of meetings on which no grammar was written; `unseen`: of others, but
    not looked at before it was."""
    is_vague: bool = False
    """Due "later", on no day."""
    readers: tuple[str, ...] = ()
    """What two readers said, each for himself: `N`, `S group followup due`."""
    again: str = ""
    """Its label when it was read a second time, where it was."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said until another did, without punctuation."""

    meeting: str
    text: str
    label: int
    size: int
    """Utterances."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting with the topics that people saw in it."""

    name: str
    turns: tuple[tuple[str, str], ...]
    """Speaker and text."""
    titles: tuple[str, ...]
    summary: str


_LONGEST_TURN = 40
"""Words from where a turn is ended."""


_FEWEST = 3
"""Words of a sentence that may be a task."""
_OTHERS_LEFT_OUT = 4
"""Each fourth sentence that annotators did not mark is trained on."""


def turns_of(utterances: Iterable[Labelled]) -> list[Turn]:
    """Neighbouring *utterances* of one speaker joined."""
    turns: list[Turn] = []
    last = ("", "")
    for said in utterances:
        who = (said.meeting, said.speaker)
        if who == last and len(turns[-1].text.split()) < _LONGEST_TURN:
            turn = turns.pop()
            text = f"{turn.text} {said.bare}"
            label = max(turn.label, said.label)
            turns.append(Turn(said.meeting, text, label, turn.size + 1))
        else:
            turns.append(Turn(said.meeting, said.bare, said.label, 1))
        last = who
    return turns


def fold_of(meetings: Iterable[str]) -> dict[str, int]:
    """A fold for each meeting; meetings of one series fall together."""
    series = sorted({series_of(meeting) for meeting in meetings})
    random.Random(0).shuffle(series)
    return {name: index % FOLDS for index, name in enumerate(series)}


def series_of(meeting: str) -> str:
    return re.sub(r"(?<=\d)[a-d]$", "", meeting)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_questions(data: Path) -> list[Labelled]:
    return [_labelled(row) for row in rows(data / "questions_dev.jsonl")]


def read_hand_labels(data: Path) -> list[Labelled]:
    """The sentences that came with hand labels."""
    return [
        _labelled(row)
        for row in rows(data / "actions_hand_dev.jsonl")
        if row["src"] in {"ami", "icsi"}
    ]


def read_own_labels(data: Path) -> list[Labelled]:
    """The sentences labelled here, with their texts out of *data*."""
    texts = {
        row["id"]: row
        for name in ("actions_dev.jsonl", "questions_dev.jsonl")
        for row in rows(data / name)
    }
    return [_labelled({**texts[label["id"]], **label}) for label in rows(LABELS)]


def read_actions(data: Path) -> list[Labelled]:
    return [*read_own_labels(data), *read_hand_labels(data)]


def read_linked(data: Path) -> list[Labelled]:
    """Sentences of *data* not labelled here: annotators' tasks, and some others.

    They were linked to a summary's actions (AMI) or marked as commitments (ICSI).
    """
    known = {one.id for one in read_actions(data)}
    found = [
        _labelled({**row, "kind": row["src"]})
        for row in rows(data / "actions_dev.jsonl")
        if row["src"] in {"ami_link", "mrda_commit"} and row["id"] not in known
    ]
    spoken = [one for one in found if len(one.text.split()) >= _FEWEST]
    return [
        one
        for index, one in enumerate(spoken)
        if one.label or index % _OTHERS_LEFT_OUT == 0
    ]


def read_meetings(data: Path) -> list[Meeting]:
    return [
        Meeting(
            name=row["conv"],
            turns=tuple((turn["spk"], tidy(turn["text"])) for turn in row["turns"]),
            titles=tuple(topic["text"] for topic in row["topics"]),
            summary=row["summary"],
        )
        for row in rows(data / "topics_dev.jsonl")
    ]


def telling(text: str) -> frozenset[str]:
    """The stems of its words that say what it is about."""
    words = fluent_words(text)
    return frozenset(
        stem(word) for word in words if word not in STOP_WORDS and len(word) > 2
    )


def _labelled(row: dict[str, Any]) -> Labelled:
    text = row["text"]
    due = row.get("due")
    if isinstance(due, list):
        due = text[due[0] : due[1]]
    return Labelled(
        id=row["id"],
        meeting=row["conv"],
        speaker=row["spk"],
        text=text,
        bare=row["raw"],
        label=int(row["y"] if "label" not in row else row["label"] != "N"),
        weight=float(row.get("w", 1.0)),
        kind=str(row.get("label", row.get("kind", ""))),
        assignee=row.get("assignee"),
        due=due,
        is_follow_up=bool(row.get("followup")),
        part=str(row.get("part", "")),
        is_vague=bool(row.get("vague")),
        readers=tuple(row.get("readers", ())),
        again=str(row.get("again", "")),
    )
