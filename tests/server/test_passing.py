"""What is not stored, by wish or because it cannot be, as those who watch see it."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import requests

from symbl_cli.protocol.events import ConversationId
from symbl_cli.server.store.passing import open_passing
from tests.scripted_speech import silence, speech
from tests.server_process import ServerProcess, running_server
from tests.small_disk import fill, small_disk
from tests.socket_line import SocketLine, pick

Dial = Callable[..., SocketLine]

OURS = {"streamId": "stream-1", "epoch": 1, "noConnectionTimeout": 30}
SAID = "Who books the green room?"


def ask(
    server: ServerProcess, path: str, method: str = "GET", **body: object
) -> tuple[int, dict[str, object]]:
    """The status and the body that *server* answers with."""
    reply = requests.request(
        method,
        f"{server.address.url}/v1/conversations{path}",
        headers={"X-API-KEY": server.address.token},
        json=body or None,
        timeout=20,
    )
    return reply.status_code, reply.json()


def test_what_is_not_stored_can_be_read_until_it_has_ended(
    server: ServerProcess, dial: Dial
) -> None:
    line = dial().start(store=False, **OURS)
    id_ = pick(line.frames[1], "message", "data", "conversationId")
    line.audio(speech(SAID) + silence(1.0))
    line.until("insight_response")

    status, body = ask(server, f"/{id_}/messages")
    assert (status, pick(body, "messages", 0, "text")) == (200, SAID)
    status, body = ask(server, f"/{id_}/questions")
    assert (status, pick(body, "questions", 0, "text")) == (200, SAID)
    member = pick(ask(server, f"/{id_}/members")[1], "members", 0, "id")
    renamed = {"id": member, "name": "Ann", "email": "ann@example.com"}
    assert ask(server, f"/{id_}/members/{member}", "PUT", **renamed)[0] == 200
    _, body = ask(server, f"/{id_}/messages")
    assert pick(body, "messages", 0, "from", "name") == "Ann"
    listed = pick(ask(server, "")[1], "conversations")
    assert id_ not in [pick(one, "id") for one in _list(listed)]

    line.stop()
    line.until("recognition_stopped")
    status, body = ask(server, f"/{id_}/messages")
    assert status == 404
    assert "has ended, and nothing of it was stored" in str(body["message"])


def test_the_newest_conversation_is_last_also_where_it_is_not_stored(
    tmp_path: Path,
) -> None:
    with running_server(tmp_path) as server, ExitStack() as lines:
        first = lines.enter_context(_talk(server, "first", "The van is late."))
        passing = lines.enter_context(_talk(server, "passing", SAID, store=False))
        while_it_runs = _last(server)
        later = lines.enter_context(_talk(server, "later", "It is here."))
        with_a_later_one = _last(server)
        for line in (later, passing):
            line.stop()
            line.until("recognition_stopped")
        ask(server, f"/{_id(later)}", "DELETE")
        afterwards = _last(server)

    assert while_it_runs == (_id(passing), SAID)
    assert with_a_later_one == (_id(later), "It is here.")
    assert afterwards == (_id(first), "The van is late.")


def _talk(server: ServerProcess, room: str, text: str, **fields: object) -> SocketLine:
    """One in which *text* was said, and which goes on."""
    line = SocketLine.dial(server.ws_url, server.address.token, room=room)
    line.start(**fields)
    line.audio(speech(text))
    line.until("message_response")
    return line


def _id(line: SocketLine) -> object:
    return pick(line.frames[1], "message", "data", "conversationId")


def _last(server: ServerProcess) -> tuple[object, object]:
    """Which conversation is the newest, and the first that was said there."""
    _, found = ask(server, "/last")
    _, said = ask(server, "/last/messages")
    return found["id"], pick(said, "messages", 0, "text")


def test_who_asks_once_more_for_the_end_of_what_is_not_stored_leaves_nothing_behind(
    server: ServerProcess, dial: Dial
) -> None:
    first = dial().start(store=False, **OURS)
    id_ = pick(first.frames[1], "message", "data", "conversationId")
    first.audio(speech(SAID))
    first.stop()
    first.until("recognition_stopped")
    first.drop()

    again = dial().start(store=False, **{**OURS, "epoch": 2})
    again.stop()
    again.until("recognition_stopped")

    assert pick(again.frames[1], "message", "data", "conversationId") == id_
    status, body = ask(server, f"/{id_}/members")
    assert status == 404
    assert "has ended, and nothing of it was stored" in str(body["message"])


def test_that_something_was_not_stored_is_told_to_its_owner_alone() -> None:
    with open_passing() as passing:
        passing.end("ann", ConversationId("4500000000000001"))

        assert passing.has_ended("ann", "4500000000000001")
        assert not passing.has_ended("bob", "4500000000000001")


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def test_nothing_of_what_is_not_stored_comes_to_disk(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        line = SocketLine.dial(server.ws_url, server.address.token, room="room")
        line.start(store=False, **OURS)
        line.audio(speech(SAID) + silence(1.0))
        line.until("insight_response")
        while_it_runs = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        line.close()

    assert b"SQLite" in while_it_runs
    afterwards = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in SAID.encode().split():
        assert word not in while_it_runs + afterwards


def test_that_nothing_more_is_stored_is_a_numbered_frame_like_others(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "data", "2m") as disk, running_server(disk) as server:
        line = SocketLine.dial(server.ws_url, server.address.token, room="room")
        line.start(**OURS)
        line.audio(speech("One van is late."))
        line.until("message_response")
        fill(disk)
        line.audio(speech(SAID))

        told = line.until("error")
        line.stop()
        line.until("recognition_stopped")
        line.close()

    assert told["notStored"] is True
    numbers = [int(str(frame["event"])) for frame in line.frames]
    assert numbers == sorted(numbers)
    assert len(set(numbers[3:])) == len(numbers[3:])
    assert line.texts() == ["One van is late.", SAID]
