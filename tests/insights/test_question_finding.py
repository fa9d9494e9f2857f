"""Questions by their mark, by their words, and what asks nothing."""

import pytest

from symbl_cli.server.insights.names import vocative
from symbl_cli.server.insights.questions import (
    asking_part,
    is_greeting,
    question_confidence,
    told_from,
)

ASKED = [
    "Who feeds the goats on Sunday?",
    "who feeds the goats on sunday",
    "Did the parcel arrive?",
    "did the parcel arrive",
    "Shall we paint it green or blue?",
    "shall we paint it green or blue",
    "You have been there before?",
    "It opens at nine, doesn't it?",
    "it opens at nine doesn't it",
    "what time does the ferry leave",
    "The goats are hungry so what do they eat on Sunday.",
    "the goats are hungry so who feeds them on sunday",
    "how much does the ferry cost",
]
TOLD = [
    "The goats are fed.",
    "the parcel came this morning",
    "I know what you mean.",
    "i will tell you when it is done",
    "That is what he said.",
    "we painted it green",
    "Whatever you like.",
    "okay",
    "",
    "...",
]


@pytest.mark.parametrize("text", ASKED)
def test_what_asks_is_a_question(text: str) -> None:
    assert question_confidence(text) >= told_from(text)


@pytest.mark.parametrize("text", TOLD)
def test_what_tells_is_none(text: str) -> None:
    assert question_confidence(text) < told_from(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bea, when does it open?", "Bea"),
        ("When does it open, Dora?", "Dora"),
        ("Dora, could you open it?", "Dora"),
        ("Splendid, when does it open?", None),
        ("Great, can you open it?", None),
        ("when does it open bea", "bea"),
    ],
)
def test_a_name_calls_somebody_a_cheer_nobody(text: str, name: str | None) -> None:
    assert vocative(text, {"bea"}) == name


def test_the_asking_part_stands_alone() -> None:
    glued = "The goats are hungry, so who feeds them on Sunday."

    assert asking_part(glued) == "Who feeds them on Sunday?"


@pytest.mark.parametrize(
    "text",
    [
        "How are you?",
        "Hi Bea, how are you doing today?",
        "Can you hear me?",
        "what's up",
    ],
)
def test_chit_chat_asks_nothing(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize(
    "text", ["How are the goats?", "Can you see him tomorrow?", "How are you paid?"]
)
def test_a_question_is_no_chit_chat(text: str) -> None:
    assert not is_greeting(text)
