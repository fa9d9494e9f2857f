"""What is exported can be imported again."""

import json
from collections.abc import Iterator
from typing import cast

import pytest

from symbl_cli.protocol.events import Json
from symbl_cli.server.store.store import open_store
from tests.store.samples import MEETING

from .desk import Client, exported, names


@pytest.fixture
def empty() -> Iterator[Client]:
    with open_store(None) as store:
        yield Client(store)


def test_an_export_comes_back_whole(client: Client, empty: Client) -> None:
    whole = exported(client)

    reply = empty.ask("POST", "/v1/conversations", whole)

    assert (reply.status, reply.body) == (201, whole["conversation"])
    assert exported(empty) == whole


def test_a_conversation_is_not_imported_twice(client: Client) -> None:
    reply = client.ask("POST", "/v1/conversations", exported(client))

    assert (reply.status, reply.body) == (
        409,
        {"message": f"conversation {MEETING} is here already"},
    )


def test_an_id_that_another_tenant_has_is_not_taken_from_it(client: Client) -> None:
    whole = exported(client)

    reply = client.ask("POST", "/v1/conversations", whole, tenant="other")

    assert reply.status == 201
    assert cast("dict[str, Json]", reply.body)["id"] != MEETING
    assert exported(client) == whole


@pytest.mark.parametrize("unusable", ["last", "", "a/b", "../x", "x" * 65])
def test_an_id_that_cannot_be_a_path_is_not_kept(empty: Client, unusable: str) -> None:
    body: Json = {"conversation": {"id": unusable}}

    reply = empty.ask("POST", "/v1/conversations", body)

    assert reply.status == 201
    assert cast("dict[str, Json]", reply.body)["id"] == "6000000000000001"


def test_an_export_of_another_server_may_have_little(empty: Client) -> None:
    body: Json = {
        "conversation": {"id": "1", "startTime": "2024-05-01T09:30:00Z"},
        "messages": [
            {"id": 1, "text": "Hello.", "from": {}},
            {"text": "Hi.", "from": {"name": "Bo"}, "timeOffset": "2.5"},
            {"text": "So.", "from": {"email": "bo@example.org", "name": "Bo"}},
        ],
        "actionItems": [
            {"text": "Bo calls.", "phrases": ["call"], "assignee": {"name": "Bo"}}
        ],
        "trackers": [{"name": "T", "matches": [{"value": "a"}, {"value": "b"}]}],
        "entities": [{"type": "date", "matches": [{"detectedValue": "today"}]}],
    }

    assert empty.ask("POST", "/v1/conversations", body).status == 201
    there = "/v1/conversations/1"
    assert names(empty.get(there + "/messages")["messages"], "timeOffset") == [
        "0",
        "2.5",
        "2.5",
    ]
    assert names(empty.get(there + "/members")["members"], "name") == [
        "Speaker 1",
        "Bo",
    ]
    assert names(empty.get(there + "/entities")["entities"], "text") == ["today"]
    assert len(cast("list[Json]", empty.ask("GET", there + "/trackers").body)) == 2


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("conversation", None),
        ("conversation", {"startTime": "soon"}),
        ("messages", [{"text": 7}]),
        ("messages", [{"timeOffset": 1e300}]),
        ("messages", [{"startTime": "9999-12-31T00:00:00Z"}]),
        ("messages", [{"words": [{"word": "x", "timeOffset": 1e12}]}]),
        ("messages", [{"words": [{"timeOffset": 1}]}]),
        ("topics", {}),
        ("topics", [{"rev": 2**63}]),
        ("trackers", [{"matches": [{"messageRefs": [{}]}]}]),
        ("entities", [{}]),
        ("bookmarks", [{"beginTimeOffset": "soon"}]),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(
    empty: Client, part: str, value: Json
) -> None:
    conversation: Json = {"id": "1", "startTime": "2024-05-01T09:30:00Z"}
    body: Json = {"conversation": conversation, part: value}

    reply = empty.ask("POST", "/v1/conversations", body)

    assert reply.status == 400, json.dumps(reply.body)
    assert empty.ask("GET", "/v1/conversations/1").status == 404
