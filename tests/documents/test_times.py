"""Moments and lengths of time as people write them."""

import pytest

from symbl_cli.documents.times import length


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.25, "0.2 s"),
        (9.0, "9.0 s"),
        (12.4, "12 s"),
        (59.6, "1 min"),
        (185, "3 min 5 s"),
        (3600.4, "1 h"),
        (7805, "2 h 10 min"),
        (360_000, "100 h"),
    ],
)
def test_a_length_is_told_in_two_units_at_most(seconds: float, said: str) -> None:
    assert length(seconds) == said
