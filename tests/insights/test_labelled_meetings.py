"""The shipped models on labelled meetings, where these are at hand.

They were trained on them (`benchmarks/insights.py` measures on meetings held apart):
this tells that weights, features and labels still belong together.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.insight_data import read_actions, read_questions
from symbl_cli.server.insights.actions import TOLD_FROM, find_actions
from symbl_cli.server.insights.questions import question_confidence, told_from

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "nlp"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no labelled meetings here")


def f1(pairs: Iterable[tuple[bool, int]]) -> float:
    judged = list(pairs)
    told = sum(is_told for is_told, _ in judged)
    wanted = sum(label for _, label in judged)
    right = sum(is_told and bool(label) for is_told, label in judged)
    return 2 * right / (told + wanted)


def asks(text: str) -> bool:
    return question_confidence(text) >= told_from(text)


def test_questions_are_found_with_and_without_their_marks() -> None:
    said = read_questions(DATA)[::10]

    assert f1((asks(one.text), one.label) for one in said) >= 0.9
    assert f1((asks(one.bare), one.label) for one in said) >= 0.66


def test_tasks_are_found_in_what_was_labelled() -> None:
    sentences = read_actions(DATA)

    assert len(sentences) > 2000
    assert f1((_is_task(one.text), one.label) for one in sentences) >= 0.7


def _is_task(text: str) -> bool:
    return any(action.confidence >= TOLD_FROM for action in find_actions(text, NOW))


def test_dates_of_tasks_are_found() -> None:
    dated = [one for one in read_actions(DATA) if one.label and one.due]

    found = [any(a.due for a in find_actions(one.text, NOW)) for one in dated]

    assert sum(found) >= 0.85 * len(found)
