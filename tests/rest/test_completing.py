"""An export completes a conversation that is here: with what that has not got."""

from dataclasses import replace
from typing import Any, cast

from symbl_cli.protocol.events import Json
from symbl_cli.server.store.changes import SaveConversation
from symbl_cli.server.store.store import open_store
from tests.store.samples import MEETING, conversation

from .desk import HERE, Client, exported, names

ROOT = "/v1/conversations"
MERGE = {"merge": "true"}


def _parts(whole: dict[str, Json], name: str) -> list[Any]:
    return cast("list[Any]", whole[name])


def test_what_is_here_already_stays_as_it_is(client: Client) -> None:
    whole = exported(client)
    _parts(whole, "messages")[0]["text"] = "Something else."
    _parts(whole, "questions")[0]["text"] = "Something else?"

    reply = client.ask("POST", ROOT, whole, query=MERGE)

    assert (reply.status, reply.body) == (200, client.get(HERE))
    assert "Something else" not in str(exported(client))


def test_what_is_missing_is_added_and_a_newer_finding_counts(client: Client) -> None:
    whole = exported(client)
    beginning = exported(client)
    for part in ("messages", "questions", "topics"):
        beginning[part] = _parts(beginning, part)[:1]
    _parts(whole, "questions")[0].update(text="And who pays?", rev=99)

    with open_store(None) as store:
        other = Client(store)
        other.ask("POST", ROOT, beginning)
        replies = [other.ask("POST", ROOT, whole, query=MERGE) for _ in range(2)]
        completed = exported(other)

    assert [reply.status for reply in replies] == [200, 200]
    for part in ("messages", "questions", "topics"):
        assert names(completed[part]) == names(whole[part])
    assert names(completed["questions"], "text")[0] == "And who pays?"
    assert names(_parts(completed, "messages"), "from") == names(
        _parts(whole, "messages"), "from"
    )
    assert len(_members(completed)) == len(_members(whole))


def _members(whole: dict[str, Json]) -> list[Json]:
    conversation = cast("dict[str, Json]", whole["conversation"])
    return cast("list[Json]", conversation["members"])


def test_a_conversation_that_is_not_here_comes_whole(client: Client) -> None:
    whole = exported(client)

    with open_store(None) as store:
        empty = Client(store)
        reply = empty.ask("POST", ROOT, whole, query=MERGE)

        assert reply.status == 201
        assert exported(empty) == whole


def test_the_conversation_of_another_tenant_is_not_touched(client: Client) -> None:
    before = exported(client)
    whole = exported(client)
    _parts(whole, "messages")[0]["id"] = "99"

    reply = client.ask("POST", ROOT, whole, query=MERGE, tenant="other")

    assert reply.status == 201
    assert cast("dict[str, Json]", reply.body)["id"] != MEETING
    assert exported(client) == before


def test_a_conversation_lasts_until_its_last_words(client: Client) -> None:
    whole = exported(client)
    late: Json = {"id": "99", "text": "Late.", "from": {}, "timeOffset": 7000}
    whole["messages"] = [*_parts(whole, "messages"), late]

    client.ask("POST", ROOT, whole, query=MERGE)

    end = str(client.get(HERE)["endTime"])
    assert end.startswith("2024-05-01T11:26")


def test_one_whose_end_was_never_stored_ends_with_its_last_words(
    client: Client,
) -> None:
    whole = exported(client)
    record = replace(conversation(is_live=True), ended_at=None)
    client.store.write(SaveConversation(record)).result(10)

    client.ask("POST", ROOT, whole, query=MERGE)

    ends = [str(one["endTime"]) for one in _parts(whole, "messages")]
    assert client.get(HERE)["endTime"] == max(ends)
    assert client.ask("DELETE", HERE).status == 200


def test_one_that_runs_ends_by_itself(client: Client) -> None:
    whole = exported(client)
    record = conversation(is_live=True)
    client.store.write(SaveConversation(record)).result(10)
    client.live.running.add(record.id)

    client.ask("POST", ROOT, whole, query=MERGE)

    assert "endTime" not in client.get(HERE)
