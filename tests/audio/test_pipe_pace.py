"""Whether a pipe plays live shows in when its sound comes."""

import pytest

from symbl_cli.audio.playback import AsItComes

TICK = 0.5


def _arrivals(
    seconds: float, speed: float, *, burst: float = 0.0, is_live: bool | None = None
) -> tuple[list[float], bool]:
    """When sound of *seconds* came *speed* times as fast as spoken, after a *burst*."""
    now = [100.0]
    timing = AsItComes(is_live=is_live, clock=lambda: now[0])
    told = []
    for number in range(1, int(seconds / TICK) + 1):
        end = number * TICK
        now[0] = 100.0 + max(0.0, end - burst) / speed
        told.append(timing(end))
    return told, timing.is_live


@pytest.mark.parametrize("burst", [0.0, 8.0], ids=["from the start", "after a burst"])
@pytest.mark.parametrize("speed", [1.0, 1.001, 0.5])
def test_sound_that_comes_at_the_speed_of_speech_is_live(
    speed: float, burst: float
) -> None:
    told, is_live = _arrivals(600, speed, burst=burst)

    assert is_live
    assert all(told)


@pytest.mark.parametrize("speed", [2.0, 100.0])
def test_sound_that_comes_clearly_faster_is_not_and_its_moments_mean_nothing(
    speed: float,
) -> None:
    told, is_live = _arrivals(30, speed)

    assert not is_live
    assert all(told[:20])
    assert told[-1] == 0.0


def test_who_says_that_it_is_live_is_told_its_lag_but_it_can_wait() -> None:
    told, is_live = _arrivals(30, 100.0, is_live=True)

    assert not is_live
    assert all(told)


def test_who_says_that_it_is_not_live_is_told_no_lag() -> None:
    assert _arrivals(5, 1.0, is_live=False) == ([0.0] * 10, False)
