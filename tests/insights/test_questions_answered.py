"""Questions stay open until somebody answers."""

from dataclasses import replace
from typing import TypeGuard

import pytest

from symbl_cli.server.insights.findings import Finding, Insight, Party
from symbl_cli.server.insights.insights import Insights
from symbl_cli.server.insights.settings import InsightSettings
from tests.insights.conversation import ANN, BEA, same_id, talk

QUESTIONS = InsightSettings(kinds=frozenset({"question"}))


def revisions(*turns: tuple[Party, str]) -> list[tuple[str, int, str | None]]:
    insights = Insights(QUESTIONS, same_id)
    found = [finding for said in talk(turns) for finding in insights.hear(said)]
    return [
        (finding.text, finding.rev, finding.answered_by)
        for finding in [*found, *insights.finish()]
        if isinstance(finding, Insight)
    ]


def test_an_answer_is_a_new_revision() -> None:
    assert revisions(
        (ANN, "Who waters the roses?"), (BEA, "Dora waters them on Mondays.")
    ) == [
        ("Who waters the roses?", 1, None),
        ("Who waters the roses?", 2, "m1"),
    ]


def test_yes_answers_what_asks_for_yes_or_no() -> None:
    assert revisions((ANN, "Did Dora water the roses?"), (BEA, "Yes."))[-1] == (
        "Did Dora water the roses?",
        2,
        "m1",
    )


def test_nobody_answers_oneself() -> None:
    assert revisions(
        (ANN, "Who waters the roses?"), (ANN, "The roses look dry in this heat.")
    ) == [("Who waters the roses?", 1, None)]


def test_not_knowing_is_no_answer() -> None:
    assert revisions(
        (ANN, "Who waters the roses?"),
        (BEA, "I'm not sure."),
        (BEA, "Dora does the roses."),
    )[-1] == ("Who waters the roses?", 2, "m2")


def test_asking_back_is_no_answer() -> None:
    assert revisions(
        (ANN, "Who waters the roses?"), (BEA, "Which roses do you mean?")
    ) == [
        ("Who waters the roses?", 1, None),
        ("Which roses do you mean?", 1, None),
    ]


def test_chit_chat_is_not_told() -> None:
    assert revisions((ANN, "Hi Bea, how are you?"), (BEA, "Fine, thanks.")) == []


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Do you know where the roses are?", "No."),
        ("They told you what to cut, right?", "Right."),
        ("So this is how you cut them?", "Uhhuh."),
    ],
)
def test_yes_answers_what_names_a_thing_to_ask_for_amid(
    asked: str, answer: str
) -> None:
    assert revisions((ANN, asked), (BEA, answer))[-1][1:] == (2, "m1")


def test_yes_does_not_answer_where() -> None:
    assert revisions((ANN, "Where are the roses?"), (BEA, "Yes."))[-1][1:] == (1, None)


def test_an_answer_may_begin_before_the_question_ends() -> None:
    question, answer = talk(
        [(ANN, "Did Dora water the roses?"), (BEA, "Yes, she did.")]
    )
    insights = Insights(QUESTIONS, same_id)
    insights.hear(question)

    early = replace(answer, start=question.start + 0.2)

    assert [one.answered_by for one in insights.hear(early) if _asks(one)] == ["m1"]


def test_what_was_over_before_the_question_is_no_answer() -> None:
    question, answer = talk(
        [(ANN, "Did Dora water the roses?"), (BEA, "Yes, she did.")]
    )
    insights = Insights(QUESTIONS, same_id)
    insights.hear(replace(question, start=30, end=32))

    late = replace(answer, start=28, end=29)

    assert [one for one in insights.hear(late) if _asks(one)] == []


def _asks(finding: Finding) -> TypeGuard[Insight]:
    return isinstance(finding, Insight)
