"""Nobody has anything of another tenant: every route, every socket."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from select import select
from urllib.parse import urlsplit

import pytest
import websocket

from symbl_cli.server.rest.answering import ROUTES, Route
from symbl_cli.server.rest.exchange import NO_CONVERSATION
from symbl_cli.server.store.opening import DATABASE_FILE
from tests.command_line import Home
from tests.scripted_speech import speech
from tests.server_process import limited
from tests.socket_line import SocketLine, kind, pick

from .serving import LIMIT, Answer, ask, serving, token_of

ROOM = "board-meeting"
BODIES: dict[str, object] = {
    "/members/{member}": {"id": "{member}", "name": "Mallory"},
    "/speakers": {"speakerEvents": []},
    "/bookmarks": {"label": "l", "description": "d", "beginTimeOffset": 0},
    "/bookmarks/{bookmark}": {"label": "x"},
    "/transcript": {"contentType": "text/srt"},
    "": {"name": "taken over", "metadata": {"a": "b"}},
}
OF_CONVERSATION = [route for route in ROUTES if "{conversation}" in route.template]


@dataclass(frozen=True)
class Two:
    """A server with two tenants; the first has had a conversation."""

    url: str
    owner: str
    stranger: str
    ids: dict[str, str]

    def ask(self, token: str, route: Route) -> Answer:
        path = self.filled(route.template)
        _, _, rest = route.template.partition("{conversation}")
        body = self.filled_body(BODIES.get(rest, {}))
        sent = body if route.method in {"POST", "PUT"} else None
        return ask(self.url, route.method, path, token=token, body=sent)

    def filled(self, text: str) -> str:
        for name, value in self.ids.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def filled_body(self, body: object) -> object:
        match body:
            case str():
                return self.filled(body)
            case list():
                return [self.filled_body(one) for one in body]
            case dict():
                return {name: self.filled_body(one) for name, one in body.items()}
            case _:
                return body


@contextmanager
def _tenants(folder: Path, *options: str) -> Iterator[tuple[str, str, str]]:
    """The URL of a server with two of them, and a token of each."""
    home = Home(folder)
    made = [home.run("serve", "--new-pair", name) for name in ("owner", "stranger")]
    file = home.folder / "tenants.toml"
    file.write_text("".join(one.stdout for one in made))
    with serving(home, "--credentials", file, *options) as served:
        owner, stranger = (_token(served.url, one.stderr) for one in made)
        yield served.url, owner, stranger


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with _tenants(tmp_path_factory.mktemp("tenants")) as (url, owner, stranger):
        yield Two(url, owner, stranger, _meeting(url, owner))


def test_who_asks_for_much_at_once_leaves_a_turn_to_others(tmp_path: Path) -> None:
    database = Home(tmp_path).data / DATABASE_FILE
    with (
        _tenants(tmp_path) as (url, owner, stranger),
        closing(sqlite3.connect(database, isolation_level=None)) as store,
        ExitStack() as stack,
    ):
        store.execute("BEGIN IMMEDIATE")  # who writes now has to wait
        imports = [stack.enter_context(_import(url, stranger)) for _ in range(8)]

        status, _ = ask(url, "GET", "/v1/conversations", token=owner)

        answered, _, _ = select([one.sock for one in imports], [], [], 0)
        store.execute("ROLLBACK")
        assert (status, answered) == (200, [])
        assert {one.getresponse().status for one in imports} == {201}


def _import(url: str, token: str) -> closing[HTTPConnection]:
    """It is asked for; the answer is not waited for."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=LIMIT)
    body = json.dumps({"conversation": {"name": "Big"}, "messages": []})
    connection.request("POST", "/v1/conversations", body, {"X-API-KEY": token})
    return closing(connection)


LIMITS = ("tenant-streams=1", "tenant-sockets=2", "tenant-requests=0.5")


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """A server that gives each of two tenants little."""
    folder = tmp_path_factory.mktemp("narrow")
    with _tenants(folder, *limited(*LIMITS)) as (url, owner, stranger):
        yield Two(url, owner, stranger, {})


def test_a_tenant_has_no_more_streams_than_its_own(narrow: Two) -> None:
    url = narrow.url.replace("http", "ws")
    with (
        SocketLine.dial(url, narrow.stranger, room="one") as one,
        SocketLine.dial(url, narrow.owner, room="other") as other,
    ):
        one.start()
        with SocketLine.dial(url, narrow.stranger, room="two") as two:
            two.send({"type": "start_request"})
            two.rest()
        other.start()
        other.audio(speech("The van is late."))
        other.stop()
        other.rest()

    assert two.close_code == 1013
    assert "you have 1 stream here" in str(two.frames)
    assert other.texts() == ["The van is late."]


def test_a_tenant_has_no_more_sockets_than_its_own(narrow: Two) -> None:
    url = narrow.url.replace("http", "ws")
    with (
        SocketLine.dial(url, narrow.stranger, room="a"),
        SocketLine.dial(url, narrow.stranger, room="b"),
    ):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            SocketLine.dial(url, narrow.stranger, room="c")
        with SocketLine.dial(url, narrow.owner, room="c") as line:
            line.start()

    assert refused.value.status_code == 429


def test_a_tenant_has_no_more_requests_than_its_own(narrow: Two) -> None:
    path = "/v1/conversations"
    asked = [ask(narrow.url, "GET", path, token=narrow.stranger) for _ in range(6)]

    assert [status for status, _ in asked] == [200, 200, 200, 200, 200, 429]
    assert asked[-1][1] == {"message": "too many requests: ask again later"}
    assert ask(narrow.url, "GET", path, token=narrow.owner)[0] == 200


def _token(url: str, said: str) -> str:
    words = said.split()
    ids = words.index("id") + 1, words.index("secret") + 1
    return token_of(url, *(words[at] for at in ids))


def _meeting(url: str, owner: str) -> dict[str, str]:
    """The ids of what was said, by whom, and of what was marked."""
    with SocketLine.dial(url.replace("http", "ws"), owner, room=ROOM) as line:
        line.start(speaker={"userId": "ann@example.org", "name": "Ann"})
        line.audio(speech("Who books the room?"))
        line.stop()
        line.rest()
    [created] = [one for one in line.frames if kind(one) == "conversation_created"]
    meeting = str(pick(created, "message", "data", "conversationId"))
    here = f"/v1/conversations/{meeting}"
    _, messages = ask(url, "GET", f"{here}/messages", token=owner)
    _, members = ask(url, "GET", f"{here}/members", token=owner)
    message = str(pick(messages, "messages", 0, "id"))
    mark = {"label": "budget", "description": "d", "beginTimeOffset": 0, "duration": 5}
    status, marked = ask(url, "POST", f"{here}/bookmarks", token=owner, body=mark)
    assert status < 300, marked
    return {
        "conversation": meeting,
        "message": message,
        "member": str(pick(members, "members", 0, "id")),
        "bookmark": str(marked["id"]),
    }


@pytest.mark.parametrize(
    "route", OF_CONVERSATION, ids=lambda r: f"{r.method} {r.template}"
)
def test_of_another_tenants_conversation_nothing_is_there(
    two: Two, route: Route
) -> None:
    status, body = two.ask(two.stranger, route)

    assert status == 404
    assert body["message"] in {NO_CONVERSATION, "this server has no ready-made pages"}


def test_its_owner_has_all_of_it_unchanged(two: Two) -> None:
    here = f"/v1/conversations/{two.ids['conversation']}"
    for route in OF_CONVERSATION:
        if route.method == "GET":
            two.ask(two.stranger, route)
    reads = {
        route.template: two.ask(two.owner, route)[0]
        for route in OF_CONVERSATION
        if route.method == "GET"
    }
    absent = {path for path, status in reads.items() if status != 200}

    assert all("callscore" in path or "lm-" in path or "exp" in path for path in absent)
    _, whole = ask(two.url, "GET", here, token=two.owner)
    _, members = ask(two.url, "GET", f"{here}/members", token=two.owner)
    _, marks = ask(two.url, "GET", f"{here}/bookmarks", token=two.owner)
    assert whole["name"] != "taken over"
    assert pick(members, "members", 0, "name") == "Ann"
    assert pick(marks, "bookmarks", 0, "label") == "budget"


@pytest.mark.parametrize("query", ["", "?q=room", "?limit=100"])
def test_lists_and_searches_stay_within_the_tenant(two: Two, query: str) -> None:
    path = f"/v1/conversations{query}"

    status, body = ask(two.url, "GET", path, token=two.stranger)

    assert (status, body["conversations"]) == (200, [])


def test_the_last_conversation_is_the_tenants_own(two: Two) -> None:
    path = "/v1/conversations/last/messages"

    assert ask(two.url, "GET", path, token=two.stranger)[0] == 404


def test_an_import_takes_nothing_away(two: Two) -> None:
    before = _export(two, two.owner)

    status, made = ask(
        two.url, "POST", "/v1/conversations", token=two.stranger, body=before
    )

    assert status == 201
    assert made["id"] != two.ids["conversation"]
    assert _export(two, two.owner) == before
    path = f"/v1/conversations/{made['id']}"
    assert ask(two.url, "DELETE", path, token=two.stranger)[0] == 200
    assert _export(two, two.owner) == before


def _export(two: Two, token: str) -> dict[str, object]:
    here = f"/v1/conversations/{two.ids['conversation']}"
    _, conversation = ask(two.url, "GET", here, token=token)
    whole: dict[str, object] = {"conversation": conversation}
    for part in ("messages", "questions", "topics", "bookmarks", "members"):
        whole |= ask(two.url, "GET", f"{here}/{part}?verbose=true", token=token)[1]
    return whole


@pytest.mark.parametrize("path", ["/v1/streaming/", "/v1/realtime/insights/"])
def test_under_a_guessed_connection_id_one_is_alone(two: Two, path: str) -> None:
    url = two.url.replace("http", "ws")
    with (
        SocketLine.dial(url, two.owner, room="guessed") as owners,
        SocketLine.dial(url, two.stranger, path=path, room="guessed") as strangers,
    ):
        owners.start()
        strangers.start()

        owners.audio(speech("The van is late."))
        owners.stop()
        owners.rest()
        strangers.stop()
        strangers.rest()

    assert owners.texts() == ["The van is late."]
    assert strangers.texts() == []
    assert not any(kind(frame) == "message_response" for frame in strangers.frames)
    assert _conversation(owners) != _conversation(strangers)


@pytest.mark.parametrize(
    "path", ["/v1/subscribe/", "/session/subscribe/", "/subscribe/"]
)
def test_a_subscriber_hears_its_own_tenant_alone(two: Two, path: str) -> None:
    url = two.url.replace("http", "ws")
    with (
        SocketLine.dial(url, two.stranger, path=path, room="overheard") as strangers,
        SocketLine.dial(url, two.owner, path=path, room="overheard") as listens,
        SocketLine.dial(url, two.owner, room="overheard") as speaks,
    ):
        speaks.start()
        speaks.audio(speech("The van is late."))
        speaks.stop()
        speaks.rest()
        listens.rest()
        strangers.send("__PING__")
        # Had it been sent anything, that would have come first.
        first = strangers.socket.recv()

    assert listens.texts() == ["The van is late."]
    assert first == "__PONG__"


def test_only_this_computers_own_clients_hold_leases(two: Two) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(
            f"{two.url.replace('http', 'ws')}/lease?client=x",
            header=[f"X-API-KEY: {two.stranger}"],
            timeout=20,
        )

    assert refused.value.status_code == 401


def _conversation(line: SocketLine) -> str:
    [created] = [one for one in line.frames if kind(one) == "conversation_created"]
    return str(pick(created, "message", "data", "conversationId"))


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "..",
        "%2e%2e/%2e%2e",
        "a%0d%0aX-Evil:%20y",
        "%F0",
    ],
)
@pytest.mark.parametrize(
    "template",
    [
        "/v1/conversations/{}/messages",
        "/v1/conversations/{}",
        "/v1/{}",
        "/{}",
        "/v1/streaming/{}",
    ],
)
def test_no_path_leads_out_of_the_store(two: Two, template: str, name: str) -> None:
    path = template.format(name)

    status, body = ask(two.url, "GET", path, token=two.owner)

    assert status in {400, 404}
    assert list(body) == ["message"]


def test_nothing_sent_becomes_a_header(two: Two) -> None:
    url = f"{two.url.replace('http', 'ws')}/v1/streaming/x"
    with closing(
        websocket.create_connection(url, subprotocols=[two.owner], timeout=20)
    ) as socket:
        names = set(socket.getheaders() or ())
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(
            f"{url}%0d%0aX-Evil:%20y?access_token={two.owner}", timeout=20
        )

    assert names == {
        "connection",
        "date",
        "sec-websocket-accept",
        "sec-websocket-protocol",
        "upgrade",
    }


def test_the_file_of_tenants_holds_no_secret(tmp_path: Path) -> None:
    made = Home(tmp_path).run("serve", "--new-pair", "acme")

    secret = made.stderr.split("app secret ")[1].split()[0]
    assert len(secret) == 64
    assert secret not in made.stdout
    assert made.stdout.startswith('"acme"."')
