"""How often a lost connection is dialled again: the decisions alone."""

from collections.abc import Callable, Iterator

import pytest

from symbl_cli.errors import (
    AuthenticationError,
    ConnectionLost,
    MissingError,
    RemoteProtocolError,
    StoreError,
    SymblError,
    UnreachableError,
)
from symbl_cli.streaming.retries import Connection, Persistence, Retries
from symbl_cli.streaming.world import REAL_WORLD
from tests.streaming.runs import TIMING

LOST = ConnectionLost("lost")
REFUSED = AuthenticationError("refused")
LATER = Connection(is_first=False, was_dialled=False, has_progress=False)
FIRST = Connection(is_first=True, was_dialled=False, has_progress=False)
MANY = 1000
TICK = 5.0


def _retries(
    *,
    most: int | None = None,
    is_recording: Callable[[], bool] = lambda: False,
    random: Callable[[], float] = lambda: 0.0,
    clock: Callable[[], float] = lambda: 0.0,
) -> Retries:
    persistence = Persistence(
        no_reconnect=False,
        max_retries=most,
        timing=TIMING,
        random=random,
        clock=clock,
    )
    return Retries(persistence, is_recording)


def _numbers(retries: Retries, error: SymblError = LOST) -> Iterator[int]:
    """Of the tries until they are over, or of many."""
    for _ in range(MANY):
        try:
            yield retries.after(error, LATER).number
        except SymblError:
            return


@pytest.mark.parametrize("is_recording", [True, False])
@pytest.mark.parametrize("most", [0, 3, 70])
def test_as_many_tries_are_made_as_are_asked_for(
    most: int, *, is_recording: bool
) -> None:
    retries = _retries(most=most, is_recording=lambda: is_recording)

    assert list(_numbers(retries)) == list(range(1, most + 1))


def test_what_is_recorded_while_it_is_spoken_is_never_given_up() -> None:
    assert len(list(_numbers(_retries(is_recording=lambda: True)))) == MANY


def test_what_comes_no_more_is_tried_sixty_times() -> None:
    moments = iter([True] * 100 + [False] * MANY)

    assert len(list(_numbers(_retries()))) == 60
    assert len(list(_numbers(_retries(is_recording=lambda: next(moments))))) == 160


def test_tries_are_counted_anew_after_words_came() -> None:
    retries = _retries(most=2)
    words = Connection(is_first=False, was_dialled=True, has_progress=True)

    numbers = [retries.after(LOST, lost).number for lost in (LATER, LATER, words)]

    assert numbers == [1, 2, 1]


@pytest.mark.parametrize(
    "error",
    [
        MissingError("a server holds the lock and does not answer"),
        StoreError("a newer symbl wrote it"),
        RemoteProtocolError("a page where a token should be"),
        UnreachableError("no such host"),
        REFUSED,
    ],
    ids=lambda error: error.kind,
)
def test_what_keeps_a_dial_from_coming_through_may_pass_once_a_server_listened(
    error: SymblError,
) -> None:
    assert _retries().after(error, LATER).number == 1
    with pytest.raises(type(error)):
        _retries().after(error, FIRST)


def test_what_a_server_says_that_makes_no_sense_does_not_pass() -> None:
    heard = Connection(is_first=False, was_dialled=True, has_progress=False)

    with pytest.raises(RemoteProtocolError):
        _retries().after(RemoteProtocolError("garbage"), heard)


def test_credentials_that_are_refused_for_a_minute_are_wrong_for_good() -> None:
    now = iter(range(0, MANY, int(TICK)))
    clock = [0.0]

    def refuse() -> Iterator[float]:
        for clock[0] in now:
            try:
                retries.after(REFUSED, LATER)
            except AuthenticationError:
                return
            yield clock[0]

    retries = _retries(is_recording=lambda: True, clock=lambda: clock[0])
    assert list(refuse()) == [TICK * number for number in range(12)]


def test_a_few_refusals_are_none_for_good_however_far_apart() -> None:
    clock = [0.0]
    retries = _retries(clock=lambda: clock[0])

    for clock[0] in (0.0, 100.0, 200.0, 300.0):
        retries.after(REFUSED, LATER)
    with pytest.raises(AuthenticationError):
        retries.after(REFUSED, LATER)


def test_refusals_are_counted_in_a_row() -> None:
    clock = [0.0]
    retries = _retries(is_recording=lambda: True, clock=lambda: clock[0])

    for clock[0] in (20.0 * number for number in range(50)):
        error = LOST if clock[0] % 80 == 0 else REFUSED
        assert retries.after(error, LATER).number


def test_two_clients_of_one_server_do_not_come_back_at_the_same_moment() -> None:
    one, other = _retries(random=lambda: 0.2), _retries(random=lambda: 0.7)

    ours = [one.after(LOST, LATER).delay for _ in range(8)]
    theirs = [other.after(LOST, LATER).delay for _ in range(8)]

    assert all(mine != their for mine, their in zip(ours, theirs, strict=True))


def test_chance_is_one() -> None:
    drawn = [REAL_WORLD.random() for _ in range(200)]

    assert len(set(drawn)) > 1
    assert all(0 <= one <= 1 for one in drawn)
