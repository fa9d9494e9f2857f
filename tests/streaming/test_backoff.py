"""How long to wait before the next try."""

from itertools import islice

from symbl_cli.streaming.backoff import delays


def test_waits_double_up_to_the_longest() -> None:
    waits = delays(lambda: 0.0, first=0.25, longest=8)

    assert list(islice(waits, 8)) == [0.25, 0.5, 1, 2, 4, 8, 8, 8]


def test_chance_cuts_waits_by_up_to_a_half() -> None:
    waits = delays(lambda: 1.0, first=1, longest=2)

    assert list(islice(waits, 3)) == [0.5, 1, 1]


def test_waits_never_end() -> None:
    assert next(islice(delays(lambda: 0.0), 5000, None)) == 8
