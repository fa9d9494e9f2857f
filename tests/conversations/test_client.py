"""The client against a real server."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from symbl_cli.conversations.client import ConversationsClient
from symbl_cli.conversations.http import Http
from symbl_cli.errors import ConflictError, NotFoundError, UsageError
from symbl_cli.protocol.events import Json, Person
from symbl_cli.protocol.resources import Bookmark, TranscriptRequest

from .answering import Said, answering
from .examples import ANA, BEA, meeting

ROOT = "/v1/conversations"


def test_all_conversations_are_listed_page_by_page(
    client: ConversationsClient,
) -> None:
    for day in range(101):
        client.import_(replace(meeting(str(1000 + day), day=day), messages=()))

    listed = [one.id for one in client.list()]

    assert listed == [str(1000 + day) for day in reversed(range(101))]


def test_a_server_that_gives_fewer_than_were_asked_for_is_asked_on() -> None:
    ids: list[Json] = [{"id": str(number)} for number in range(250)]
    pages = (ids[:100], ids[100:200], ids[200:])
    with answering(*(Said(body={"conversations": page}) for page in pages)) as server:
        with ConversationsClient(Http(server)) as client:
            assert [one.id for one in client.list()] == [str(n) for n in range(250)]

        asked = [urlsplit(asked.path).query for asked in server.asked]
        offsets = [dict(parse_qsl(query))["offset"] for query in asked]
        assert offsets == ["0", "100", "200"]


def test_conversations_are_found_by_their_words(client: ConversationsClient) -> None:
    client.import_(meeting("1001"))
    client.import_(replace(meeting("1002"), messages=()))

    assert [one.id for one in client.list("rooms")] == ["1001"]


def test_a_conversation_is_found_by_id_prefix_and_last(
    client: ConversationsClient,
) -> None:
    for day, name in enumerate(("1001", "1002", "2001", "2001-b")):
        client.import_(meeting(name, day=day))

    assert client.find("1001").id == "1001"
    assert client.find("2001").id == "2001"
    assert client.find("2001-").id == "2001-b"
    assert client.find("last").id == "2001-b"
    assert client.messages("2001-") == client.messages("2001-b")
    assert client.messages("last") == client.messages("2001-b")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("3", "there is no conversation '3'"),
        ("100", "2 conversations begin with '100': 1002, 1001"),
        ("", "there is no conversation ''"),
        ("..", r"there is no conversation '\.\.'"),
        ("1001/messages", "there is no conversation '1001/messages'"),
        ("1001?x", "there is no conversation"),
    ],
)
def test_a_name_of_none_or_several_is_told(
    client: ConversationsClient, name: str, problem: str
) -> None:
    client.import_(meeting("1001"))
    client.import_(meeting("1002", day=1))

    for ask in (client.find, client.messages, client.action_items):
        with pytest.raises(NotFoundError, match=problem):
            ask(name)


def test_a_server_is_asked_for_its_last_before_its_list() -> None:
    listed = Said(body={"conversations": [{"id": "1002"}]})
    with answering(Said(body={"id": "1001"}), Said(404), listed) as server:
        with ConversationsClient(Http(server)) as client:
            assert [client.find("last").id for _ in range(2)] == ["1001", "1002"]

        paths = [asked.path.partition("?")[0] for asked in server.asked]
        assert paths == [f"{ROOT}/last", f"{ROOT}/last", ROOT]


def test_last_of_none_says_how_to_make_one(client: ConversationsClient) -> None:
    with pytest.raises(NotFoundError, match="there is no conversation yet") as caught:
        client.messages("last")

    assert "symbl stream" in caught.value.suggestion


def test_an_export_is_imported_again(client: ConversationsClient) -> None:
    client.import_(meeting("1001"))
    exported = client.export("1001")
    with pytest.raises(ConflictError, match="1001 is here already"):
        client.import_(exported)

    client.delete("1001")
    client.import_(exported)

    assert client.export("1001") == exported
    assert [one.text for one in exported.messages] == [
        "Who books the room?",
        "Bea will send the draft.",
    ]


def test_a_member_is_renamed(client: ConversationsClient) -> None:
    client.import_(meeting("1001"))

    client.rename_member("1001", "Bea", "Host")

    assert client.members("last") == (ANA, replace(BEA, name="Host"))
    (item,) = client.action_items("last")
    assert item.text == "Host will send the draft."
    assert item.assignee == Person(id=BEA.id, name="Host")


def test_a_member_who_is_not_there_is_not_renamed(client: ConversationsClient) -> None:
    client.import_(meeting("1001"))

    with pytest.raises(NotFoundError, match=r"no member is called 'Zed'.*Ana, Bea"):
        client.rename_member("1001", "Zed", "X")


def test_a_conversation_is_renamed(client: ConversationsClient) -> None:
    client.import_(meeting("1001"))

    assert client.rename("100", "Planning").name == "Planning"


def test_a_transcript_is_had(client: ConversationsClient) -> None:
    client.import_(meeting("1001"))

    srt = client.transcript("last", TranscriptRequest(content_type="text/srt"))

    assert srt.content.startswith("1\n00:00:38,000 --> 00:00:40,000\nWho books")
    with pytest.raises(UsageError, match="contentType"):
        client.transcript("last", TranscriptRequest(content_type="text/odd"))


def test_everything_else_can_be_asked(client: ConversationsClient) -> None:
    client.import_(meeting("1001"))

    assert [one.text for one in client.questions("1001")] == ["Who books the room?"]
    assert client.follow_ups("1001") == ()
    assert client.topics("1001") == ()
    assert client.entities("1001") == ()
    assert client.trackers("1001") == ()
    assert client.bookmarks("1001") == ()
    assert [one.name for one in client.analytics("1001").members] == ["Ana", "Bea"]
    assert len(client.summary("1001")) == 1


def test_this_moment_of_a_running_conversation_is_marked() -> None:
    there = Said(body={"id": "1001", "members": []})
    marked = Said(201, {"id": "7", "label": "Here", "messageRefs": []})
    with answering(there, marked) as server:
        with ConversationsClient(Http(server)) as client:
            assert client.mark("1001", "Here") == Bookmark(id="7", label="Here")

        asked = server.asked[-1]
        assert (asked.method, asked.path, asked.body) == (
            "POST",
            "/v1/conversations/1001/bookmarks",
            '{"label": "Here"}',
        )
