"""Which conversations are listed (conversation-api.md §2.4)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from symbl_cli.server.store.changes import SaveConversation, SaveMessage
from symbl_cli.server.store.store import open_store
from tests.store.samples import BO, conversation, message

from .desk import NOW, Client, names

ALL = "1970-01-01T00:00:00.000Z"
DAY = timedelta(days=1)


@pytest.fixture
def library() -> Iterator[Client]:
    """25 conversations: 100, the oldest, to 124, one a day, the last one today."""
    with open_store(None) as store:
        for number in range(25):
            record = conversation(
                str(100 + number),
                started_at=NOW - (24 - number) * DAY,
                name=f"Day {24 - number:02}",
            )
            spoken = message("1", f"It is day {number}.", 1, BO, record.id)
            store.write(SaveConversation(record), SaveMessage(spoken)).result(10)
        yield Client(store)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param({}, range(117, 125), id="the last week, oldest first"),
        pytest.param({"order": "desc"}, range(124, 116, -1), id="newest first"),
        pytest.param({"startTime": ALL}, range(100, 120), id="20 of all"),
        pytest.param({"startTime": ALL, "limit": "3"}, range(100, 103), id="3 of all"),
        pytest.param(
            {"startTime": ALL, "limit": "3", "offset": "20"},
            range(120, 123),
            id="a later page",
        ),
        pytest.param({"startTime": ALL, "limit": "0"}, (), id="none"),
        pytest.param({"startTime": ALL, "offset": "99"}, (), id="past the end"),
        pytest.param(
            {"endTime": "2024-04-20T00:00:00Z"}, range(105, 113), id="a week before"
        ),
        pytest.param(
            {
                "startTime": "2024-04-10 12:00:00",
                "endTime": "2024-04-12T00:00:00+00:00",
            },
            (103, 104),
            id="a window",
        ),
        pytest.param(
            {"sort": "conversation.name", "limit": "2"}, (124, 123), id="by name"
        ),
        pytest.param({"q": "is day 3"}, (103,), id="found by words"),
        pytest.param({"q": "DAY 03"}, (121,), id="found by name"),
        pytest.param({"q": "is\0day 3"}, (103,), id="found by words between NULs"),
        pytest.param({"id": "12"}, range(120, 125), id="by the beginning of the id"),
        pytest.param({"id": "1_"}, (), id="no wildcard"),
        pytest.param(
            {"filter": "conversation.name=='Day 02'"}, (122,), id="filtered by name"
        ),
        pytest.param(
            {"filter": "conversation.metadata.team==platform", "limit": "1"},
            (117,),
            id="filtered by metadata",
        ),
        pytest.param(
            {"filter": "conversation.metadata.team==other"}, (), id="nothing left"
        ),
        pytest.param(
            {
                "filter": "conversation.startTime>=2024-04-10T00:00:00Z and "
                "conversation.startTime=lt=2024-04-11T00:00:00Z"
            },
            (102, 103),
            id="filtered by time",
        ),
    ],
)
def test_conversations_are_listed(
    library: Client, query: dict[str, str], ids: range
) -> None:
    listed = library.get("/v1/conversations", **query)

    assert names(listed["conversations"]) == [str(number) for number in ids]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "-1"},
        {"limit": "65537"},
        {"limit": "x"},
        {"limit": "9" * 5000},
        {"limit": "٣"},
        {"offset": "-1"},
        {"order": "up"},
        {"sort": "name"},
        {"startTime": "yesterday"},
        {"startTime": "2024-05-03T00:00:00Z"},
        {"startTime": "2024-04-02T00:00:00Z", "endTime": "2024-04-01T00:00:00Z"},
        {"endTime": "0001-01-01T00:00:00+14:00"},
        {"filter": "conversation.name=gt=x"},
        {"filter": "conversation.startTime==2024-04-01"},
        {"filter": "conversation.startTime=gt=soon"},
        {"filter": "conversation.name==a;conversation.name==b;conversation.name==c"},
        {"filter": 'conversation.metadata.a"b==c'},
        {"filter": "anything"},
    ],
    ids=repr,
)
def test_a_query_that_makes_no_sense_is_refused(
    library: Client, query: dict[str, str]
) -> None:
    reply = library.ask("GET", "/v1/conversations", query=query)

    assert reply.status == 400
    assert isinstance(reply.body, dict)
    assert list(reply.body) == ["message"]


def test_the_beginning_of_the_calendar_can_be_asked_for(library: Client) -> None:
    listed = library.get("/v1/conversations", endTime="0001-01-02T00:00:00Z")

    assert listed == {"conversations": []}


def test_a_boolean_of_the_query_is_one(library: Client) -> None:
    reply = library.ask(
        "GET", "/v1/conversations/124/messages", query={"verbose": "perhaps"}
    )

    assert (reply.status, reply.body) == (
        400,
        {"message": '"verbose" must be a boolean'},
    )
