"""What servers find, as lines: each id and rev once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from symbl_cli.lines import (
    Assignee,
    Due,
    Entity,
    Insight,
    InsightKind,
    Topic,
    Tracker,
)
from symbl_cli.protocol import events as e
from tests.streaming.sayings import (
    AS_MARA,
    BEN,
    M1,
    M2,
    MARA,
    NOON,
    line,
    lines_of,
    ours,
    question,
    told,
)

AS_LINE = Insight(
    kind=InsightKind.QUESTION,
    id="q",
    rev=1,
    text="Who?",
    confidence=0.9,
    message_ids=("1",),
    start=0.5,
    end=1.5,
    at=NOON + timedelta(seconds=0.5),
    speaker=AS_MARA,
)


def test_an_insight_stands_where_its_messages_stand() -> None:
    lines = lines_of()
    told(lines, ours("Who?"), ours("Me.", name=M2, span=(32000, 48000)))

    assert told(lines, question(rev=1, of=("1", "2"))) == [
        replace(AS_LINE, message_ids=("1", "2"), end=3.0)
    ]


def test_each_id_and_rev_is_handled_once() -> None:
    lines = lines_of()
    told(lines, ours("Who?"))

    assert told(
        lines,
        question(rev=1),
        question(rev=1),
        question(rev=3, answered_by=M2),
        question(rev=2),
        question(rev=4, removed=True),
    ) == [
        AS_LINE,
        replace(AS_LINE, rev=3, answered_by="2"),
        replace(AS_LINE, rev=4, removed=True),
    ]


def test_another_servers_insights_are_numbered_when_they_change() -> None:
    lines = lines_of()
    told(lines, ours("Who?"))

    assert told(lines, question(), question(), question(content="Who then?")) == [
        AS_LINE,
        replace(AS_LINE, rev=2, text="Who then?"),
    ]


def test_an_action_item_has_its_assignee_and_due_date() -> None:
    lines = lines_of()
    told(lines, ours("I will call tomorrow."))
    tag = e.Tag(type="date", text="tomorrow", value={"datetime": "2026-03-03"})

    (item,) = told(
        lines,
        question(
            type="action_item",
            assignee=BEN,
            due="2026-03-03T00:00:00-01:00",
            tags=(tag,),
            definitive=True,
        ),
    )

    assert item == replace(
        AS_LINE,
        kind=InsightKind.ACTION_ITEM,
        assignee=Assignee("Ben", "ben@example.net"),
        due=Due("tomorrow", "2026-03-03"),
        definitive=True,
    )


@pytest.mark.parametrize(
    ("due", "date"),
    [
        ("2026-03-03", "2026-03-03"),
        ("2026-03-03T00:00:00.000Z", "2026-03-03"),
        ("2026-03-03T15:30:00+01:00", "2026-03-03T15:30:00+01:00"),
    ],
)
def test_a_due_date_has_a_time_of_day_only_if_one_was_said(due: str, date: str) -> None:
    (item,) = told(lines_of(), question(type="follow_up", due=due))

    assert isinstance(item, Insight)
    assert item.due == Due(date, date)


def test_an_insight_of_a_kind_that_nobody_knows_is_left_out() -> None:
    assert told(lines_of(), question(type="sarcasm")) == []


def test_an_insight_that_overtakes_its_caption_waits_for_it() -> None:
    lines = lines_of(MARA, BEN)

    assert told(lines, question(rev=1), stream=1) == []
    assert told(lines, ours("Who?"), stream=0) == [line("Who?"), AS_LINE]


def test_an_insight_whose_caption_never_comes_is_told_at_the_end() -> None:
    lines = lines_of(MARA, BEN)
    told(lines, question(rev=1), stream=1)

    (late,) = lines.close()

    assert late == replace(AS_LINE, start=0.0, end=0.0, at=NOON)


def test_topics_trackers_and_entities_are_lines() -> None:
    lines = lines_of()
    told(lines, ours("The van is running late tomorrow."))
    where = e.TextReference(id="1", offset=11)

    assert told(
        lines,
        e.TopicResponse(
            topics=(
                e.Topic(
                    id=e.InsightId("t"),
                    phrase="van",
                    score=0.9,
                    root_words=("van",),
                    message_references=(e.MessageReference(id=M1),),
                    rev=1,
                ),
            )
        ),
        e.TrackerResponse(
            is_final=True,
            trackers=(
                e.Tracker(
                    id=e.InsightId("k"),
                    name="Delay",
                    rev=1,
                    matches=(
                        e.TrackerMatch(value="running late", message_refs=(where,)),
                    ),
                ),
            ),
        ),
        e.EntityResponse(
            entities=(
                e.Entity(
                    id=e.InsightId("n"),
                    rev=1,
                    type="datetime",
                    value="2026-03-03",
                    matches=(
                        e.EntityMatch(detected_value="tomorrow", message_refs=(where,)),
                    ),
                ),
            )
        ),
    ) == [
        Topic("t", 1, "van", 0.9, ("van",), ("1",)),
        Tracker(
            "k", 1, "Delay", "running late", exact=True, message_ids=("1",), start=0.5
        ),
        Entity("n", 1, "datetime", "tomorrow", "2026-03-03", ("1",)),
    ]


def test_another_servers_matches_are_told_once_each() -> None:
    lines = lines_of()
    exact = e.TextReference(id="1", offset=3)
    similar = e.TextReference(id="2", offset=-1)
    matches = (
        e.TrackerMatch(value="late", message_refs=(exact,)),
        e.TrackerMatch(value="late", message_refs=(similar,)),
    )
    response = e.TrackerResponse(
        trackers=(e.Tracker(id=e.InsightId("77"), name="Delay", matches=matches),)
    )

    bodies = told(lines, response, response)

    assert bodies == [
        Tracker("tracker:Delay:late:1", 1, "Delay", "late", True, ("1",), 0.0),  # noqa: FBT003 — as it prints
        Tracker("tracker:Delay:late:2", 1, "Delay", "late", False, ("2",), 0.0),  # noqa: FBT003 — as it prints
    ]


def test_a_match_in_interim_words_is_not_told() -> None:
    response = e.TrackerResponse(
        is_final=False,
        trackers=(e.Tracker(name="Delay", matches=(e.TrackerMatch(value="late"),)),),
    )

    assert told(lines_of(), response) == []


def test_a_tracker_that_is_withdrawn_needs_no_match() -> None:
    gone = e.Tracker(id=e.InsightId("k"), name="Delay", rev=2, removed=True)

    (body,) = told(lines_of(), e.TrackerResponse(trackers=(gone,)))

    assert isinstance(body, Tracker)
    assert (body.id, body.rev, body.removed) == ("k", 2, True)
