"""When a server begins, goes on, ends and comes back."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import websocket

from tests.scripted_speech import speech
from tests.server_process import ServerProcess, running_server
from tests.socket_line import SocketLine, captions, kind, pick

OURS = {"streamId": "stream-1", "epoch": 1, "noConnectionTimeout": 30}


DialTo = Callable[[ServerProcess], SocketLine]


@pytest.fixture
def dial() -> Iterator[DialTo]:
    """Opens sockets to one room of a server and closes them all at the end."""
    lines: list[SocketLine] = []

    def open_line(server: ServerProcess) -> SocketLine:
        line = SocketLine.dial(server.ws_url, server.address.token, room="room")
        lines.append(line)
        return line

    yield open_line
    for line in lines:
        line.close()


def _lease(server: ServerProcess, client: str) -> websocket.WebSocket:
    return websocket.create_connection(
        f"{server.ws_url}/lease?client={client}",
        header=[f"X-API-KEY: {server.address.token}"],
        timeout=20,
    )


def test_its_address_is_on_disk_for_this_user_alone_and_gone_at_the_end(
    data_folder: Path,
) -> None:
    file = data_folder / "server.json"

    with running_server(data_folder) as server:
        written = json.loads(file.read_text())
        mode = stat.S_IMODE(file.stat().st_mode)

    assert written == {
        "url": server.address.url,
        "token": server.address.token,
        "pid": server.address.pid,
        "version": server.address.version,
    }
    assert mode == 0o600
    assert not file.exists()


def test_of_two_servers_of_one_store_the_second_leaves_without_a_word(
    data_folder: Path,
) -> None:
    with running_server(data_folder) as first:
        try:
            ServerProcess(data_folder, ("--recognizer", "scripted"))
        except AssertionError as left:
            loser = str(left)
        else:
            loser = "it stayed"
        written = json.loads((data_folder / "server.json").read_text())

    assert loser == "no ready line: (0, '')"
    assert written["pid"] == first.address.pid


def test_it_ends_by_itself_when_nobody_needs_it_and_not_before(
    data_folder: Path,
) -> None:
    with running_server(data_folder) as server:
        lease = _lease(server, "one")
        lease.close()

        code, errors = server.ended(timeout=30)

    assert (code, errors) == (0, "")
    assert not (data_folder / "server.json").exists()


def test_a_killed_server_goes_on_from_its_store(
    data_folder: Path, dial: DialTo
) -> None:
    with running_server(data_folder) as first:
        line = dial(first).start(**OURS)
        line.audio(speech("Before the crash.", "Who fell?"))
        line.until("insight_response")
        seen = max(int(str(frame["event"])) for frame in line.frames)
        first.kill()
        before = captions(line.frames)

    with running_server(data_folder) as second:
        again = dial(second)
        again.send({"type": "start_request", **OURS, "epoch": 2, "after": 0})
        received = pick(again.until("started_listening"), "message", "data")
        again.audio(speech("After the crash."))
        again.stop()
        again.until("recognition_stopped")

    assert isinstance(received, dict)
    assert captions(again.frames)[:2] == before
    assert again.texts() == ["Before the crash.", "Who fell?", "After the crash."]
    events = [int(str(frame["event"])) for frame in again.frames]
    late = [number for number in events if number > seen]
    assert late == sorted(late)
    assert kind(again.frames[1]) == "conversation_created"
    assert pick(again.frames[1], "message", "data") == pick(
        line.frames[1], "message", "data"
    )
    insights = [f for f in again.frames if kind(f) == "insight_response"]
    ids = [pick(insight, "insights", 0, "id") for insight in insights]
    assert ids == [pick(_insight(line), "insights", 0, "id")]


def _insight(line: SocketLine) -> dict[str, object]:
    [insight] = [frame for frame in line.frames if kind(frame) == "insight_response"]
    return insight


def test_a_conversation_found_live_and_not_rejoined_is_completed(
    data_folder: Path, dial: DialTo
) -> None:
    with running_server(data_folder) as first:
        line = dial(first).start(**{**OURS, "noConnectionTimeout": 1})
        line.audio(speech("Left alone."))
        line.until("message_response")
        first.kill()

    with running_server(data_folder) as second:
        code, errors = second.ended(timeout=40)

    assert (code, errors) == (0, "")


def test_a_client_whose_lease_is_held_may_come_back_later_than_one_without(
    data_folder: Path, dial: DialTo
) -> None:
    with running_server(data_folder) as server:
        lease = _lease(server, "one")
        line = dial(server).start(**OURS, client="one")
        line.audio(speech("Here."))
        line.until("message_response")
        line.drop()

        again = dial(server)
        again.send({"type": "start_request", **OURS, "epoch": 2, "after": 0})
        again.stop()
        again.until("recognition_stopped")
        lease.close()

    assert again.texts() == ["Here."]
