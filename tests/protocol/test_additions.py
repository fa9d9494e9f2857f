"""What a client that is not ours gets to see."""

from dataclasses import fields

import pytest

from symbl_cli.protocol import events as e
from symbl_cli.protocol.additions import ADDITIONS, strip

ID = e.InsightId("i")
MESSAGE = e.MessageId("m")


@pytest.mark.parametrize("cls", ADDITIONS, ids=lambda cls: cls.__name__)
def test_every_addition_is_a_field_that_may_be_absent(cls: type) -> None:
    known = {item.name: item.default for item in fields(cls)}

    assert [
        known[name] for name in ADDITIONS[cls] if known[name] not in {None, ()}
    ] == []


def test_a_caption_loses_its_id_and_its_samples() -> None:
    event = e.RecognitionResult(
        is_final=True,
        punctuated="Hi.",
        event=7,
        time_offset=1.0,
        message_id=MESSAGE,
        audio=e.Span(0, 1600),
        estimated=("words",),
    )

    assert strip(event) == e.RecognitionResult(
        is_final=True, punctuated="Hi.", time_offset=1.0
    )


def test_a_message_keeps_its_id_and_loses_what_was_estimated() -> None:
    event = e.MessageResponse(
        event=8, messages=(e.Message(id=MESSAGE, estimated=("confidence",)),)
    )

    assert strip(event) == e.MessageResponse(messages=(e.Message(id=MESSAGE),))


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        (
            e.InsightResponse(event=1, insights=(e.Insight(id=ID, rev=1),)),
            e.InsightResponse(insights=(e.Insight(id=ID),)),
        ),
        (
            e.TopicResponse(event=1, topics=(e.Topic(id=ID, rev=1),)),
            e.TopicResponse(topics=(e.Topic(id=ID),)),
        ),
        (
            e.TrackerResponse(
                event=1, trackers=(e.Tracker(id=ID, name="Delay", rev=1),)
            ),
            e.TrackerResponse(trackers=(e.Tracker(name="Delay"),)),
        ),
        (
            e.EntityResponse(event=1, entities=(e.Entity(id=ID, type="date", rev=1),)),
            e.EntityResponse(entities=(e.Entity(type="date"),)),
        ),
    ],
    ids=lambda event: type(event).__name__,
)
def test_the_first_revision_of_a_finding_is_seen_without_its_revision(
    event: e.ServerEvent, seen: e.ServerEvent
) -> None:
    assert strip(event) == seen


@pytest.mark.parametrize(
    "event",
    [
        e.InsightResponse(insights=(e.Insight(id=ID, rev=2, answered_by=MESSAGE),)),
        e.TopicResponse(topics=(e.Topic(id=ID, rev=2),)),
        e.TrackerResponse(trackers=(e.Tracker(id=ID, rev=1, removed=True),)),
        e.EntityResponse(entities=(e.Entity(id=ID, rev=3),)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_finding_that_changed_is_not_shown_twice(event: e.ServerEvent) -> None:
    assert strip(event) is None


def test_of_two_findings_only_the_new_one_is_shown() -> None:
    new, old = e.Insight(content="new", rev=1), e.Insight(content="old", rev=2)

    assert strip(e.InsightResponse(insights=(old, new))) == e.InsightResponse(
        insights=(e.Insight(content="new"),)
    )


def test_other_clients_hear_nothing_of_what_is_not_done_yet() -> None:
    assert strip(e.Progress(backlog=4.0)) is None


def test_where_the_audio_goes_on_is_said_to_clients_of_ours_alone() -> None:
    assert strip(e.StartedListening(event=1, audio_received=5)) == e.StartedListening()
