"""Where speech is cut, from probabilities alone."""

from symbl_cli.server.recognition.segmenter import (
    WINDOW,
    Asked,
    Closed,
    Dismissed,
    Opened,
    Paused,
    Resumed,
    Rules,
    Segmenter,
    Step,
)

SECOND = 16000
RULES = Rules()


def windows(seconds: float) -> int:
    return round(seconds * SECOND / WINDOW)


def heard(segmenter: Segmenter, probability: float, seconds: float) -> list[Step]:
    """The steps of so many seconds; a question is not answered."""
    steps: list[Step] = []
    for _ in range(windows(seconds)):
        steps += segmenter.push(probability)
    return steps


def kinds(steps: list[Step]) -> list[type[Step]]:
    return [type(step) for step in steps]


def test_silence_is_nothing() -> None:
    assert heard(Segmenter(), 0.3, 60) == []


def test_speech_is_kept_with_what_is_around_it() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.1, 1.024) + heard(segmenter, 0.9, 1.024)

    steps += segmenter.finish(40 * SECOND)

    (opened, closed) = steps
    assert isinstance(opened, Opened)
    assert isinstance(closed, Closed)
    assert opened == Opened(start=16384, first=16384 - 8000)
    assert (closed.segment.start, closed.segment.end) == (16384, 32768)
    assert (closed.segment.first, closed.segment.last) == (8384, 32768 + 5600)
    assert round(closed.segment.certainty, 6) == 0.9


def test_a_pause_asks_for_its_text_before_it_can_end_anything() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 2) + heard(segmenter, 0.1, 0.7)

    assert kinds(steps) == [Opened, Paused]


def test_a_short_pause_is_inside() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 2) + heard(segmenter, 0.1, 0.7)
    steps += heard(segmenter, 0.9, 1)

    assert kinds(steps) == [Opened, Paused, Resumed]


def test_whether_a_sentence_ended_is_asked_after_the_sentence_pause() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 2) + heard(segmenter, 0.1, RULES.sentence_pause)

    assert kinds(steps) == [Opened, Paused, Asked]
    assert segmenter.is_asking


def test_a_long_sentence_may_end_sooner() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 4.1) + heard(segmenter, 0.1, RULES.quick_pause)

    assert kinds(steps) == [Opened, Paused, Asked]


def test_a_sentence_that_ended_is_closed_where_it_was_asked_about() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 4.1) + heard(segmenter, 0.1, RULES.quick_pause)
    asked = steps[-1]
    assert isinstance(asked, Asked)

    assert segmenter.answer(ends_sentence=True) == (Closed(asked.segment),)


def test_what_is_no_sentence_waits_for_the_long_pause() -> None:
    segmenter = Segmenter()
    heard(segmenter, 0.9, 4.1)
    heard(segmenter, 0.1, RULES.quick_pause)
    assert segmenter.answer(ends_sentence=False) == ()
    assert kinds(heard(segmenter, 0.1, 0.32)) == [Asked]
    assert segmenter.answer(ends_sentence=False) == ()

    assert kinds(heard(segmenter, 0.1, 0.3)) == [Closed]


def test_the_text_that_was_asked_for_early_is_that_of_the_end() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 2) + heard(segmenter, 0.1, 0.9)
    segmenter.answer(ends_sentence=False)
    steps += heard(segmenter, 0.1, 0.5)

    (_, paused, asked, closed) = steps
    assert isinstance(paused, Paused)
    assert isinstance(asked, Asked)
    assert isinstance(closed, Closed)
    assert paused.segment == asked.segment == closed.segment


def test_a_breath_ends_what_is_long() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, RULES.long + 0.1) + heard(segmenter, 0.1, 0.25)

    assert kinds(steps) == [Opened, Closed]


def test_endless_speech_is_cut_where_it_was_quietest() -> None:
    segmenter = Segmenter()
    heard(segmenter, 0.9, 23)
    heard(segmenter, 0.5, 0.032)
    steps = heard(segmenter, 0.9, 2)

    (closed, opened) = steps
    quietest = windows(23) * WINDOW + WINDOW // 2
    assert isinstance(closed, Closed)
    assert (closed.segment.end, closed.segment.last) == (quietest, quietest)
    assert opened == Opened(quietest, quietest)


def test_endless_speech_goes_on_after_the_cut() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 70) + list(segmenter.finish(70 * SECOND))
    closed = [step.segment for step in steps if isinstance(step, Closed)]

    assert [a.last for a in closed[:-1]] == [b.first for b in closed[1:]]
    assert all(s.end - s.start <= RULES.longest * SECOND for s in closed)


def test_neighbours_share_the_silence_between_them() -> None:
    segmenter = Segmenter()
    heard(segmenter, 0.9, 4.1)
    heard(segmenter, 0.1, RULES.quick_pause)
    segmenter.answer(ends_sentence=True)
    (opened,) = heard(segmenter, 0.9, 0.032)

    assert isinstance(opened, Opened)
    end = windows(4.1) * WINDOW
    assert opened.first == (end + opened.start) // 2


def test_a_click_is_no_word() -> None:
    segmenter = Segmenter()
    steps = heard(segmenter, 0.9, 0.064) + heard(segmenter, 0.1, RULES.sentence_pause)
    steps += segmenter.answer(ends_sentence=True)

    assert steps[-1] == Dismissed()


def test_what_nobody_needs_may_be_forgotten() -> None:
    segmenter = Segmenter()
    heard(segmenter, 0.1, 10.24)

    assert segmenter.earliest == 10.24 * SECOND - RULES.before * SECOND - WINDOW
