"""What is decoded next."""

from symbl_cli.server.recognition.scheduler import (
    Load,
    Purpose,
    Wish,
    choose,
    workers_wanted,
)

IDLE = Load(streams=1, workers=2, cost=0.04)
CROWDED = Load(streams=12, workers=2, cost=0.04)


def interim(seconds: float, fresh: float, *, is_first: bool = False) -> Wish:
    return Wish(Purpose.INTERIM, seconds, fresh, is_first)


def test_finals_come_first() -> None:
    wishes = [interim(2, 2), Wish(Purpose.PAUSE, 3), Wish(Purpose.FINAL, 9)]
    assert choose(wishes, IDLE) == 2
    assert choose(wishes[:2], IDLE) == 1
    assert choose(wishes[:1], IDLE) == 0


def test_of_two_finals_the_one_that_waits_longer_comes_first() -> None:
    assert choose([Wish(Purpose.FINAL, 20), Wish(Purpose.FINAL, 1)], IDLE) == 0


def test_first_words_come_before_further_ones() -> None:
    assert choose([interim(2, 2), interim(0.9, 0.5, is_first=True)], CROWDED) == 1


def test_the_stream_that_said_most_since_comes_first() -> None:
    assert choose([interim(2, 2), interim(2, 2.5)], IDLE) == 1


def test_nothing_is_worth_decoding_for_a_syllable() -> None:
    assert choose([interim(0.7, 0.2, is_first=True), interim(2, 0.3)], IDLE) is None


def test_what_may_be_all_for_now_is_worth_decoding_once() -> None:
    assert choose([Wish(Purpose.INTERIM, 12, 0.03, is_last=True)], CROWDED) == 0
    assert choose([Wish(Purpose.INTERIM, 12, 0.0, is_last=True)], IDLE) is None


def test_a_long_segment_is_decoded_again_less_often() -> None:
    assert choose([interim(2, 1.0)], IDLE) == 0
    assert choose([interim(12, 1.0)], IDLE) is None
    assert choose([interim(12, 5.0)], IDLE) == 0


def test_a_crowd_is_decoded_less_often() -> None:
    assert choose([interim(4, 2.0)], IDLE) == 0
    assert choose([interim(4, 2.0)], CROWDED) is None


def test_a_slow_model_is_asked_less_often() -> None:
    slow = Load(streams=1, workers=2, cost=0.4)
    assert choose([interim(4, 1.5)], slow) is None
    assert choose([interim(4, 20.0)], slow) == 0


def test_nothing_to_do_is_nothing_to_choose() -> None:
    assert choose([], IDLE) is None


def test_a_lone_stream_needs_one_worker_and_a_crowd_all() -> None:
    assert workers_wanted(IDLE, backlog=0) == 1
    assert workers_wanted(CROWDED, backlog=0) == 2


def test_old_sound_is_worth_another_worker() -> None:
    assert workers_wanted(IDLE, backlog=25) == 2
