"""What requests change."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from symbl_cli.protocol.events import Json
from symbl_cli.server.store.changes import SaveConversation
from symbl_cli.server.store.finding_rows import FindingKind
from symbl_cli.server.store.opening import DATABASE_FILE
from symbl_cli.server.store.records import MarkRecord
from symbl_cli.server.store.store import open_store
from tests.small_disk import small_disk
from tests.store.samples import (
    ANA,
    ANSWER,
    BO,
    MARK,
    MEETING,
    QUESTION,
    START,
    TENANT,
    conversation,
    whole_meeting,
)

from .desk import HERE, NOW, Client, names

MEMBER = f"{HERE}/members/{BO.id}"
RENAMED = (
    f"Member with id: {BO.id} for conversationId: {MEETING} updated successfully! "
    "The update should be reflected in all messages and insights along with this "
    "conversation"
)
GONE = "The conversationId is either invalid or does not exist."


def test_metadata_is_replaced(client: Client) -> None:
    reply = client.ask("PUT", HERE, {"metadata": {"agent": "7"}})

    assert reply.body == {"id": MEETING, "metadata": {"agent": "7"}}
    assert client.get(HERE)["metadata"] == {"agent": "7"}


def test_a_conversation_is_renamed(client: Client) -> None:
    reply = client.ask("PUT", HERE, {"name": "Planning"})

    assert reply.body == {"id": MEETING, "name": "Planning"}
    assert client.get(HERE)["name"] == "Planning"


def test_a_deleted_conversation_is_gone(client: Client) -> None:
    reply = client.ask("DELETE", HERE)

    assert (reply.status, reply.body) == (
        200,
        {"message": "successfully deleted the conversation"},
    )
    for method in ("GET", "DELETE"):
        gone = client.ask(method, HERE)
        assert (gone.status, gone.body) == (404, {"message": GONE})


def test_a_conversation_that_runs_is_not_deleted(client: Client) -> None:
    client.store.write(SaveConversation(conversation(is_live=True))).result(10)

    assert client.ask("DELETE", HERE).status == 409
    assert client.get(HERE)["id"] == MEETING


def test_a_renamed_member_has_the_new_name_everywhere(client: Client) -> None:
    reply = client.ask("PUT", MEMBER, {"id": BO.id, "name": "Host"})

    assert (reply.status, reply.body) == (200, {"message": RENAMED})
    told = client.get(HERE + "/messages")["messages"]
    senders = names(told, "from")
    assert "Host" in senders[1]
    assert names(client.get(HERE + "/action-items")["actionItems"], "text") == [
        "Host will send the drafts by Friday."
    ]
    assert client.live.members == [replace(BO, name="Host")]


def test_speaker_events_tell_who_spoke(client: Client) -> None:
    events: Json = [
        _event("stopped_speaking", "u-1", "Cleo", 10),
        _event("started_speaking", BO.id, "Bo", 0),
        _event("stopped_speaking", BO.id, "Bo", 0, nanos=5_000_000_000),
        _event("started_speaking", "u-1", "Cleo", 3),
    ]

    reply = client.ask("PUT", HERE + "/speakers/", {"speakerEvents": events})

    assert reply.status == 200, reply
    said = {one.id: one.member_id for one in client.store.messages(MEETING)}
    members = {one.name: one.id for one in client.store.members(MEETING)}
    assert said == {QUESTION.id: BO.id, ANSWER.id: members["Cleo"]}
    spoken = [
        item.get("from") for item in _items(client.get(HERE + "/insights")["insights"])
    ]
    assert names(cast("Json", spoken), "name") == ["Bo", "Cleo", "Cleo"]


def test_marks_are_bookmarks(client: Client) -> None:
    told: dict[str, Json] = {
        "id": MARK.id,
        "label": "Decision",
        "description": "Bo writes",
        "user": {"name": "Ana"},
        "beginTimeOffset": 4.5,
        "duration": 1,
        "messageRefs": [{"id": ANSWER.id}],
    }
    there = f"{HERE}/bookmarks/{MARK.id}"

    assert client.get(HERE + "/bookmarks") == {"bookmarks": [told]}
    assert client.get(there) == told
    assert names(client.get(there + "/summary")["summary"], "text") == [ANSWER.text]
    assert names(client.get(HERE + "/bookmarks-summary")["summary"], "text") == [
        ANSWER.text
    ]
    changed = client.ask("PUT", there, {"label": "Settled"})
    assert changed.body == told | {
        "label": "Settled",
        "description": "",
        "user": {},
        "duration": 0,
        "messageRefs": [],
    }
    assert client.ask("DELETE", there).status == 200
    assert client.ask("GET", there).status == 404


def test_this_moment_of_a_running_conversation_is_marked(client: Client) -> None:
    client.store.write(SaveConversation(conversation(is_live=True))).result(10)

    reply = client.ask("POST", HERE + "/bookmarks", {"label": "Here"})

    assert reply.status == 201
    new = MarkRecord(
        id="6000000000000001",
        conversation_id=MEETING,
        label="Here",
        start=(NOW - START).total_seconds(),
    )
    assert client.live.marks == [new]
    assert client.store.marks(MEETING) == (MARK, new)


def _event(
    kind: str, user: str, name: str, seconds: int, *, nanos: int = 0
) -> dict[str, Json]:
    return {
        "type": kind,
        "user": {"id": user, "name": name},
        "offset": {"seconds": seconds, "nanos": nanos},
    }


@pytest.mark.parametrize(
    ("path", "method", "body", "problem"),
    [
        ("", "PUT", {}, '"metadata" is required'),
        ("", "PUT", [], "the body must be an object"),
        ("", "PUT", {"metadata": {"a": 1}}, '"metadata" must be strings of at most'),
        ("", "PUT", {"metadata": {"a": "x" * 129}}, '"metadata" must be strings'),
        ("", "PUT", {"metadata": {"x" * 129: "a"}}, '"metadata" must be strings'),
        (
            "",
            "PUT",
            {"metadata": dict.fromkeys(map(str, range(101)), "")},
            '"metadata"',
        ),
        ("", "PUT", {"name": "x" * 513}, '"name" must have 1 to 512 characters'),
        (f"/members/{BO.id}", "PUT", {"id": BO.id, "name": "x" * 513}, '"name" must'),
        ("/bookmarks", "POST", {"label": "x" * 513}, '"label" must have at most 512'),
        (
            "/bookmarks",
            "POST",
            {"label": "x", "description": "x" * 4097},
            '"description" must have at most 4096 characters',
        ),
        (
            "/speakers",
            "PUT",
            {"speakerEvents": [_event("started_speaking", "u", "x" * 513, 0)]},
            '"user" must have at most 512 characters',
        ),
        ("", "PUT", {"name": "  "}, '"name" must have 1 to 512 characters'),
        ("", "PUT", {"name": 7}, '"name" must have 1 to 512 characters'),
        (f"/members/{BO.id}", "PUT", {"id": ANA.id, "name": "X"}, '"id" must be'),
        (f"/members/{BO.id}", "PUT", {"id": BO.id}, '"name" is not allowed'),
        (
            f"/members/{BO.id}",
            "PUT",
            {"id": BO.id, "name": {}},
            "name must be a string",
        ),
        ("/speakers", "PUT", {}, "speakerEvents must be an array"),
        ("/speakers", "PUT", {"speakerEvents": [{}]}, "speakerEvents[0].type is"),
        ("/bookmarks", "POST", {"label": ""}, '"label" is not allowed to be empty'),
        ("/bookmarks", "POST", {"label": "x"}, '"beginTimeOffset" is required'),
        (
            "/bookmarks",
            "POST",
            {"label": "x", "description": ""},
            '"description" is not allowed to be empty',
        ),
        ("/transcript", "POST", {}, "contentType is missing"),
        (
            "/transcript",
            "POST",
            {"contentType": "x"},
            '"contentType" must be text/mark',
        ),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(
    client: Client, path: str, method: str, body: Json, problem: str
) -> None:
    reply = client.ask(method, HERE + path, body)

    assert reply.status == 400
    assert isinstance(reply.body, dict)
    assert str(reply.body["message"]).startswith(problem)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the body is not JSON"),
        (b"\xff", "the body is not UTF-8"),
        (b"{", "the body is not JSON"),
        (b'{"name": NaN}', "the body is not JSON"),
        (b'{"name": "\\ud800"}', "the body holds half a character"),
        (b"[" * 100_000, "the body is nested too deeply"),
        (b'{"name": 1' + b"0" * 5000 + b"}", "the body is not JSON"),
    ],
    ids=["empty", "latin", "cut", "nan", "surrogate", "deep", "long number"],
)
def test_a_body_that_is_no_json_is_refused(
    client: Client, raw: bytes, message: str
) -> None:
    reply = client.ask("PUT", HERE, raw=raw)

    assert (reply.status, reply.body) == (400, {"message": message})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/conversations/8", 404),
        ("GET", "/v1/conversations/512", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "//", 404),
        ("PATCH", HERE, 405),
        ("POST", HERE + "/messages", 405),
        ("PUT", HERE + "/members/nobody", 404),
        ("GET", HERE + "/callscore", 404),
        ("GET", HERE + "/callscore/status", 404),
        ("GET", HERE + "/lm-insights/status", 404),
        ("POST", HERE + "/experiences", 404),
        ("GET", f"/v1/conversations/experiences/insights/details/{MEETING}", 404),
        ("GET", "/v1/conversations/experiences/insights/list", 404),
    ],
)
def test_what_is_not_there_says_so(
    client: Client, method: str, path: str, status: int
) -> None:
    reply = client.ask(method, path)

    assert reply.status == status
    assert isinstance(reply.body, dict)
    assert list(reply.body) == ["message"]


def test_a_speaker_event_leaves_revisions_behind(client: Client) -> None:
    events: Json = [_event("started_speaking", ANA.id, "Ana", 0)]

    client.ask("PUT", HERE + "/speakers", {"speakerEvents": events})

    found = client.store.findings(MEETING, {FindingKind.FOLLOW_UP})
    assert [getattr(one, "rev", None) for one in found] == [2]
    assert client.store.conversation(TENANT, MEETING) == conversation()


def _items(value: Json) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", value)


def test_a_store_in_trouble_is_no_fault_of_the_asker(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "300k") as folder, open_store(folder) as store:
        store.write(*whole_meeting()).result(10)
        client = Client(store)
        _fill(folder)

        reply = client.ask("PUT", HERE, {"name": "Planning"})

        full = {"message": "no space left on the disk for conversations"}
        assert (reply.status, reply.body) == (507, full)
        assert client.get(HERE)["name"] == "Weekly sync"
        store.close()
        assert client.ask("PUT", HERE, {"name": "Planning"}).status == 503


def test_a_change_that_the_disk_does_not_take_in_time_is_put_off(
    tmp_path: Path,
) -> None:
    with open_store(tmp_path) as store:
        store.write(*whole_meeting()).result(10)
        with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as other:
            other.execute("BEGIN IMMEDIATE")
            slow = Client(store, patience=0.1).ask("PUT", HERE, {"name": "Planning"})

        message = {"message": "the disk does not keep up: ask again later"}
        assert (slow.status, slow.body) == (503, message)
        assert Client(store).ask("PUT", HERE, {"name": "Retro"}).status == 200


def _fill(folder: Path) -> None:
    """Until there is no room for one more page."""
    with (folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 4096)
