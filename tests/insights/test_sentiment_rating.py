"""Sentiment is of words: what pleases, displeases, turns and swells."""

import pytest

from symbl_cli.server.insights.sentiment import label_of, rate, sentiment_score
from tests.insights.conversation import ANN, talk


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("That is great, thank you!", "positive"),
        ("I really like it.", "positive"),
        ("This is a terrible mess.", "negative"),
        ("That's not good at all.", "negative"),
        ("The shop opens at nine.", "neutral"),
        ("It looks like a box.", "neutral"),
        ("", "neutral"),
    ],
)
def test_a_message_sounds_like_its_words(text: str, label: str) -> None:
    (said,) = talk([(ANN, text)])

    assert rate(said).label == label


@pytest.mark.parametrize(
    ("score", "label"),
    [
        (-1.0, "negative"),
        (-0.31, "negative"),
        (-0.3, "neutral"),
        (0.3, "neutral"),
        (0.31, "positive"),
    ],
)
def test_bands_are_those_of_the_api(score: float, label: str) -> None:
    assert label_of(score) == label


def test_more_of_it_is_stronger_and_never_beyond_one() -> None:
    once, often = sentiment_score("good"), sentiment_score("good " * 500)

    assert 0 < once < often <= 1
