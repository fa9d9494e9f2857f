"""Dates are found by their words and reckoned from the clock that is given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from symbl_cli.server.insights.dates import find_dates, find_due

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("text", "span", "value"),
    [
        ("I'll send it by Friday.", "by Friday", "2026-11-27"),
        ("Let's meet on Tuesday.", "on Tuesday", "2026-12-01"),
        ("She comes next Friday.", "next Friday", "2026-12-04"),
        ("by the end of next week", "by the end of next week", "2026-12-04"),
        ("by the end of the month", "by the end of the month", "2026-11-30"),
        ("in two weeks", "in two weeks", "2026-12-08"),
        ("on March 3rd", "on March 3rd", "2027-03-03"),
        ("by the 15th", "by the 15th", "2026-12-15"),
        ("the day after tomorrow", "the day after tomorrow", "2026-11-26"),
        ("before noon", "before noon", "2026-11-24T12:00:00+00:00"),
        ("tomorrow at nine", "tomorrow at nine", "2026-11-25T09:00:00+00:00"),
        ("at 5 pm on Friday", "at 5 pm on Friday", "2026-11-27T17:00:00+00:00"),
        ("at half past two", "at half past two", "2026-11-24T14:30:00+00:00"),
    ],
)
def test_a_date_is_found_with_its_preposition(text: str, span: str, value: str) -> None:
    assert [(found.text, found.value) for found in find_dates(text, NOW)] == [
        (span, value)
    ]


@pytest.mark.parametrize(
    "text",
    ["May I ask?", "by five percent", "we march on", "on 31 June", "second week", ""],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert find_dates(text, NOW) == ()


@pytest.mark.parametrize(
    ("hours", "day"), [(9, "2026-11-25"), (-8, "2026-11-25"), (0, "2026-11-25")]
)
def test_tomorrow_is_the_speakers_tomorrow_at_half_past_eleven_at_night(
    hours: int, day: str
) -> None:
    zone = timezone(timedelta(hours=hours))
    late = datetime(2026, 11, 24, 23, 30, tzinfo=zone)

    due = find_due("I will send it tomorrow.", late)

    assert due is not None
    assert due.value == day


def test_a_date_that_no_calendar_tells_has_no_value() -> None:
    due = find_due("Bring it to the next meeting.", NOW)

    assert due is not None
    assert (due.text, due.value) == ("the next meeting", "")
