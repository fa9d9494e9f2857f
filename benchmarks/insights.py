#!/usr/bin/env python3
"""How well questions, action items and topics are found, beside simpler ways.

    pip install scikit-learn yake
    python benchmarks/insights.py DATA

DATA is the folder of the labelled meetings. Questions and action items are measured by
cross-validation over meetings: the models that judge a meeting never saw it. Intervals
are of 95 %, by drawing meetings again with replacement.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.insight_answers import show_answers
from benchmarks.insight_data import (
    FOLDS,
    NOW,
    Labelled,
    fold_of,
    read_actions,
    read_linked,
    read_meetings,
    read_questions,
    series_of,
    turns_of,
)
from benchmarks.insight_scores import Judged, head, row
from benchmarks.insight_topics import show_cost, show_topics
from scripts.train_insights import (
    train_actions,
    train_marked_questions,
    train_questions,
)
from symbl_cli.server.insights.actions import (
    TOLD_FROM,
    Action,
    actions_by,
    assurance,
)
from symbl_cli.server.insights.commitments import Form
from symbl_cli.server.insights.features import fluent_words
from symbl_cli.server.insights.follow_ups import is_follow_up
from symbl_cli.server.insights.questions import (
    confidence_by,
    opens_question,
    told_from,
)

FEWEST = 50
"""Positives below which counts are told, no shares."""


# --- questions


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to judge, as one of the ways in which text comes."""

    meeting: str
    text: str
    label: int
    kind: str = ""


def judge_questions(said: Sequence[Labelled]) -> dict[str, list[Judged]]:
    """Marked, bare and turn text, judged by models that never saw the meeting."""
    folds = fold_of(one.meeting for one in said)
    judged: dict[str, list[Judged]] = defaultdict(list)
    for fold in range(FOLDS):
        known = [one for one in said if folds[series_of(one.meeting)] != fold]
        new = [one for one in said if folds[series_of(one.meeting)] == fold]
        marked = train_marked_questions(known).model()
        bare = train_questions(known).model()
        for name, texts in _texts(new).items():
            for asked in texts:
                confidence = confidence_by(marked, bare, asked.text)
                least = told_from(asked.text)
                one = Judged(asked.meeting, asked.label, confidence, least)
                judged[name].append(one)
                if one.label and (sort := _sort(asked.kind)):
                    judged[f"{name}: {sort}"].append(one)
    return judged


def _sort(kind: str) -> str:
    """What the corpus says of how a question is put."""
    if kind.endswith("^d"):
        return "said like a statement"
    return {
        "qy": "yes or no",
        "qw": "wh-",
        "qr": "this or that",
        "qrr": "... or?",
        "qo": "open-ended",
        "qh": "rhetorical",
    }.get(kind, "")


def _texts(said: Sequence[Labelled]) -> dict[str, list[Asked]]:
    turns = turns_of(said)
    return {
        "punctuated": [Asked(one.meeting, one.text, one.label) for one in said],
        "bare": [Asked(one.meeting, one.bare, one.label, one.kind) for one in said],
        "bare turns": [Asked(turn.meeting, turn.text, turn.label) for turn in turns],
    }


def show_questions(said: Sequence[Labelled]) -> None:
    judged = judge_questions(said)
    head("Questions", "texts", "F1", "precision", "recall", "average precision")
    texts = _texts(said)
    marks = [_by(asked, asked.text.rstrip("\"' )").endswith("?")) for asked in
             texts["punctuated"]]  # fmt: skip
    row("punctuated: question mark only", marks, ranked=False)
    row("punctuated: ours", judged["punctuated"])
    for name in ("bare", "bare turns"):
        rules = [_by(asked, opens_question(asked.text)) for asked in texts[name]]
        row(f"{name}: rules only", rules, ranked=False)
        row(f"{name}: ours", judged[name])
    head("Reliability of a question's confidence", "texts", "mean", "are questions")
    for name in ("punctuated", "bare"):
        _show_reliability(name, judged[name])
    head("Bare questions by how they are put", "questions", "found")
    for name in sorted(judged):
        if name.startswith("bare: "):
            found = [one.is_told for one in judged[name]]
            share = sum(found) / len(found)
            print(f"| {name.removeprefix('bare: ')} | {len(found)} | {share:.2f} |")


def _by(asked: Asked, is_told: bool) -> Judged:
    return Judged(asked.meeting, asked.label, float(is_told), 0.5)


def _show_reliability(name: str, judged: Sequence[Judged]) -> None:
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        some = [
            one for one in judged if low <= one.confidence < low + 0.2 + (low > 0.7)
        ]
        if some:
            mean = sum(one.confidence for one in some) / len(some)
            share = sum(one.label for one in some) / len(some)
            print(
                f"| {name}, {low:.1f} to {low + 0.2:.1f} | {len(some)} "
                f"| {mean:.2f} | {share:.2f} |"
            )


# --- action items


@dataclass(frozen=True, slots=True)
class JudgedAction:
    """The likeliest task of one labelled sentence."""

    sentence: Labelled
    action: Action | None

    @property
    def confidence(self) -> float:
        return self.action.confidence if self.action else 0.0

    def as_judged(self) -> Judged:
        sentence = self.sentence
        return Judged(sentence.meeting, sentence.label, self.confidence, TOLD_FROM)

    def by_rules(self) -> Judged:
        """By the form alone: an order, a promise, a need of work."""
        form = self.action.commitment if self.action else None
        sure = 0.0
        if self.action and form and form.form is not Form.NONE:
            sure = 0.1 + assurance(form, self.action.due)
        return Judged(self.sentence.meeting, self.sentence.label, sure, 0.3)


def judge_actions(
    sentences: Sequence[Labelled], linked: Sequence[Labelled]
) -> list[JudgedAction]:
    folds = fold_of(one.meeting for one in sentences)
    judged: list[JudgedAction] = []
    for fold in range(FOLDS):
        known = [one for one in sentences if folds[series_of(one.meeting)] != fold]
        also = [one for one in linked if folds.get(series_of(one.meeting)) != fold]
        model = train_actions(known, also).model()
        for one in sentences:
            if folds[series_of(one.meeting)] == fold:
                found = actions_by(model, one.text, NOW, frozenset())
                best = max(found, key=lambda a: a.confidence, default=None)
                judged.append(JudgedAction(one, best))
    return judged


def show_actions(sentences: Sequence[Labelled], linked: Sequence[Labelled]) -> None:
    judged = judge_actions(sentences, linked)
    hand = [one for one in judged if not one.sentence.part]
    own = [one for one in judged if one.sentence.part == "main"]
    head("Action items", "sentences", "F1", "precision", "recall", "average precision")
    twice = [one for one in judged if one.sentence.readers]
    for name, some in (
        ("labelled here", own),
        ("labelled here by two", twice),
        ("labelled elsewhere", hand),
    ):
        row(f"{name}: rules only", [one.by_rules() for one in some])
        row(f"{name}: ours", [one.as_judged() for one in some])
    show_parts(judged)


def show_parts(judged: Sequence[JudgedAction]) -> None:
    """Due, assignee and follow-up, by how well the sentences were known before."""
    columns = {
        "known sentences": {"", "main"},
        "unseen": {"unseen"},
        "apart": {"apart"},
    }
    head("Of action items", *columns)
    found = [
        list(_parts_found([one for one in judged if one.sentence.part in parts]))
        for parts in columns.values()
    ]
    for cells in zip(*found, strict=True):
        print(f"| {cells[0][0]} | {' | '.join(cell for _, cell in cells)} |")


def show_agreement(sentences: Sequence[Labelled]) -> None:
    """One labeller, reading again in another order; two, each for himself."""
    head("Labels read twice", "sentences", "same", "kappa")
    again = [(one.kind, one.again) for one in sentences if one.again]
    _show_same("one labeller: D, S or N", again)
    read = [tuple(said.split() for said in one.readers) for one in sentences]
    pairs = [(one[0], one[1]) for one in read if one]
    _show_same("two: D, S or N", [(a[0], b[0]) for a, b in pairs])
    tasks = [(a, b) for a, b in pairs if len(a) > 1 and len(b) > 1]
    _show_same("two: assignee", [(a[1], b[1]) for a, b in tasks])
    for mark in ("followup", "due"):
        _show_same(f"two: {mark}", [(str(mark in a), str(mark in b)) for a, b in tasks])


def _show_same(name: str, pairs: Sequence[tuple[str, str]]) -> None:
    same = sum(one == other for one, other in pairs) / len(pairs)
    first, second = (Counter(column) for column in zip(*pairs, strict=True))
    chance = sum(first[kind] * second[kind] for kind in first) / len(pairs) ** 2
    kappa = (same - chance) / (1 - chance)
    print(f"| {name} | {len(pairs)} | {same:.2f} | {kappa:.2f} |")


def _parts_found(judged: Sequence[JudgedAction]) -> Iterator[tuple[str, str]]:
    positive = [one for one in judged if one.sentence.label and one.action]
    dated = [one for one in positive if one.sentence.due and not one.sentence.is_vague]
    yield "due spans found", _share([_finds_due(one) for one in dated])
    undated = [one for one in judged if not one.sentence.due]
    yield "dates told where none is due", _share([_tells_date(one) for one in undated])
    free = [one for one in positive if not one.sentence.due]
    yield "due spans in tasks without", _share([_has_due(one) for one in free])
    assigned = [one for one in positive if one.sentence.assignee]
    yield "assignees right", _share([_assigns(one) for one in assigned])
    follow = [one for one in positive if one.sentence.is_follow_up]
    yield "follow-ups found", _share([_follows(one) for one in follow])
    called = [one.sentence.is_follow_up for one in positive if _follows(one)]
    yield "follow-ups told that are some", _share(called)
    yield "definitive or not, right", _share([_is_as_firm(one) for one in positive])


def _share(right: Sequence[bool], fewest: int = FEWEST) -> str:
    count = f"{sum(right)} of {len(right)}"
    if len(right) < max(fewest, 1):
        return count
    return f"{count} ({100 * sum(right) / len(right):.1f} %)"


def _has_due(one: JudgedAction) -> bool:
    return one.action is not None and one.action.due is not None


def _tells_date(one: JudgedAction) -> bool:
    """Whether a day is told with the sentence, as the product would."""
    action = one.action
    is_told = action is not None and action.confidence >= TOLD_FROM
    return is_told and bool(action and action.due and action.due.value)


def _finds_due(one: JudgedAction) -> bool:
    due, wanted = one.action.due if one.action else None, one.sentence.due or ""
    if due is None:
        return False
    found, said = " ".join(fluent_words(due.text)), " ".join(fluent_words(wanted))
    return found in said or said in found


_FORMS = {
    Form.SPEAKER: "speaker",
    Form.REQUEST: "addressee",
    Form.ORDER: "addressee",
    Form.IMPERATIVE: "addressee",
    Form.GROUP: "group",
    Form.THIRD: "third",
}


def _assigns(one: JudgedAction) -> bool:
    form = one.action.commitment.form if one.action else Form.NONE
    return _FORMS.get(form) == one.sentence.assignee


def _is_as_firm(one: JudgedAction) -> bool:
    is_firm = one.sentence.kind == "D"
    return one.action is not None and one.action.is_definitive == is_firm


def _follows(one: JudgedAction) -> bool:
    return one.action is not None and is_follow_up(one.action.text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the labelled meetings")
    data = parser.parse_args().data
    said = read_questions(data)
    show_questions(said)
    show_answers(said)
    sentences = read_actions(data)
    show_actions(sentences, read_linked(data))
    show_agreement(sentences)
    meetings = read_meetings(data)
    show_topics(meetings)
    show_cost(meetings)


if __name__ == "__main__":
    main()
