"""When people are told that words come late, and of what."""

import pytest

from symbl_cli.lines import Cause, State, Status
from symbl_cli.streaming.lateness import Lateness


def late(seconds: float, cause: Cause) -> Status:
    return Status(State.LAGGING, seconds=seconds, cause=cause)


@pytest.fixture
def here() -> Lateness:
    return Lateness(is_local=True)


@pytest.fixture
def remote() -> Lateness:
    return Lateness(is_local=False)


def test_late_words_are_told_once_until_they_have_caught_up(here: Lateness) -> None:
    lags = (0.4, 4.9, 6.0, 9.0, 3.0, 7.0, 2.4, 5.5)

    assert [here.heard("ann", lag) for lag in lags] == [
        *(None, None, late(6.0, Cause.COMPUTER)),
        *(None, None, None, None),
        late(5.5, Cause.COMPUTER),
    ]


def test_words_that_do_not_come_at_all_are_told_by_the_server(here: Lateness) -> None:
    assert here.behind(0, 4.0) is None
    assert here.behind(0, 5.2) == late(5.2, Cause.COMPUTER)
    assert here.behind(0, 9.0) is None
    assert here.heard("ann", 9.5) is None


def test_one_who_is_heard_in_time_does_not_hide_another(here: Lateness) -> None:
    assert here.heard("ann", 8.0) is not None

    assert [here.heard("bea", 0.2), here.heard("ann", 9.0)] == [None, None]


def test_a_server_that_is_behind_is_not_the_connection_s_fault(
    remote: Lateness,
) -> None:
    remote.behind(0, 4.9)

    assert remote.heard("ann", 6.0) == late(6.0, Cause.SERVER)


def test_a_server_that_is_not_behind_gets_the_sound_too_late(remote: Lateness) -> None:
    remote.behind(0, 0.5)

    assert remote.heard("ann", 6.0) == late(6.0, Cause.CONNECTION)


def test_what_was_said_while_the_line_was_down_is_late_as_was_told(
    remote: Lateness,
) -> None:
    remote.reconnected(30.0)

    assert remote.heard("ann", 28.0) is None
    assert remote.heard("ann", 2.0) is None
    assert remote.heard("ann", 6.0) == late(6.0, Cause.CONNECTION)
