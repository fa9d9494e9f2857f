"""Numbers of things in sentences."""

import pytest

from symbl_cli.text.counting import counted


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 lines"),
        (1, "1 line"),
        (1.0, "1 line"),
        (2, "2 lines"),
        (10**6, "1000000 lines"),
    ],
)
def test_one_thing_is_not_several(number: float, said: str) -> None:
    assert counted(number, "line") == said


def test_not_every_word_takes_an_s() -> None:
    assert counted(2, "entity", "entities") == "2 entities"
