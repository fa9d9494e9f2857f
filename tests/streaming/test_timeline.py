"""When a sample was spoken, and when it came."""

from datetime import UTC, datetime, timedelta

import pytest

from symbl_cli.streaming.timeline import MAX_ARRIVALS, Timeline

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def after_noon(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_wall_time_runs_with_the_samples() -> None:
    timeline = Timeline(NOON, 8000)

    assert timeline.wall(0) == NOON
    assert timeline.wall(12000) == after_noon(1.5)


def test_wall_time_is_set_again_after_a_gap() -> None:
    timeline = Timeline(NOON, 8000)
    timeline.anchor(8000, after_noon(100))

    assert timeline.wall(4000) == after_noon(0.5)
    assert timeline.wall(8000) == after_noon(100)
    assert timeline.wall(16000) == after_noon(101)


def test_sound_came_when_its_chunk_came() -> None:
    timeline = Timeline(NOON, 8000)
    timeline.heard(800, 10.0)
    timeline.heard(1600, 10.1)

    assert [timeline.arrival(at) for at in (1, 800, 801, 1600, 1601)] == [
        10.0,
        10.0,
        10.1,
        10.1,
        None,
    ]


def test_once_an_arrival_means_nothing_none_before_does() -> None:
    timeline = Timeline(NOON, 16000)
    timeline.heard(1600, 10.1)

    timeline.heard(3200, 0.0)

    assert timeline.is_timeless
    assert timeline.arrival(1600) is None


def test_what_is_final_is_forgotten() -> None:
    timeline = Timeline(NOON, 8000)
    for number in range(1000):
        timeline.heard(number, float(number))
        timeline.trim(number)

    assert timeline.arrival(0) == 999.0


def test_arrivals_of_endless_silence_take_no_more_room() -> None:
    timeline = Timeline(NOON, 8000)
    for number in range(3 * MAX_ARRIVALS):
        timeline.heard(number, 1.0 + number)

    newest = 3 * MAX_ARRIVALS - 1
    assert timeline.arrival(newest) == 1.0 + newest
    assert timeline.arrival(0) != 1.0


def test_sound_without_a_time_of_arrival_has_none() -> None:
    timeline = Timeline(NOON, 8000)
    timeline.heard(800, 0.0)

    assert timeline.arrival(1) is None


@pytest.mark.parametrize("seconds", [1e308, -1e308, 1e20])
def test_any_time_that_a_server_claims_is_a_position(seconds: float) -> None:
    timeline = Timeline(NOON, 48000)

    position = timeline.position(seconds)

    assert abs(timeline.seconds(position)) == 365 * 86_400
    assert abs(timeline.wall(position) - NOON) == timedelta(days=365)
