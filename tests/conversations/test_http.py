"""What happens between a request and its answer."""

import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

from symbl_cli.conversations.http import Http
from symbl_cli.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionLost,
    DiskFullError,
    NotFoundError,
    RemoteProtocolError,
    StoreError,
    SymblError,
    UnreachableError,
    UsageError,
)

from .answering import Answering, Asked, Said, answering

PATH = "/v1/conversations"
GOOD = Said(body={"conversations": []})


class Pauses(list[float]):
    """Keeps the pauses instead of making them."""


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


def _ask(server: Answering, pauses: Pauses, method: str = "GET") -> object:
    with closing(Http(server, sleep=pauses.append)) as http:
        return http.ask(method, PATH, query={"q": "a b"})


def test_a_request_carries_token_and_query(pauses: Pauses) -> None:
    with answering(GOOD) as server:
        assert _ask(server, pauses) == {"conversations": []}

        assert server.asked == [Asked("GET", f"{PATH}?q=a+b", "Bearer token")]


def test_a_refused_token_is_renewed_once(pauses: Pauses) -> None:
    with answering(Said(401, {"message": "old"}), GOOD) as server:
        server.tokens = ["old", "new"]

        assert _ask(server, pauses, "DELETE") == {"conversations": []}

        carried = [asked.authorization for asked in server.asked]
        assert carried == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize("status", [401, 402, 403])
def test_credentials_that_are_refused_are_told(pauses: Pauses, status: int) -> None:
    refused = Said(status, {"message": "Token validation failed."})
    with answering(refused) as server:
        with pytest.raises(AuthenticationError, match="Token validation failed"):
            _ask(server, pauses)

        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (Said(400, {"message": '"limit" is wrong'}), UsageError, '"limit" is wrong'),
        (Said(404, {"message": "no such"}), NotFoundError, "no such"),
        (Said(409, {"message": "it runs"}), ConflictError, "it runs"),
        (Said(500, raw=b"oops"), UnreachableError, "HTTP 500"),
        (Said(503, {"message": "store gone"}), StoreError, "store gone"),
        (Said(507, {"message": "no space"}), DiskFullError, "no space"),
        (Said(301, headers={"Location": "/else"}), RemoteProtocolError, "HTTP 301"),
        (Said(200, raw=b"<html>"), RemoteProtocolError, "its answer is not JSON"),
        (Said(200, raw=b"\xff"), RemoteProtocolError, "its answer is not JSON"),
        (Said(200, raw=b"[" * 99999), RemoteProtocolError, "its answer is not JSON"),
        (Said(414, raw=b"<html>"), UsageError, "too long for the server: HTTP 414"),
        (Said(418, {"no": "message"}), UsageError, "HTTP 418"),
    ],
)
def test_an_answer_that_is_none_is_told(
    pauses: Pauses, answer: Said, kind: type[SymblError], told: str
) -> None:
    with answering(answer) as server, pytest.raises(kind, match=told) as caught:
        _ask(server, pauses)

    assert type(caught.value) is kind


def test_a_busy_server_is_asked_again_after_a_while(pauses: Pauses) -> None:
    busy = Said(429, {"message": "busy"}, headers={"Retry-After": "3"})
    with answering(busy, Said(502, {"message": "starting"}), GOOD) as server:
        assert _ask(server, pauses) == {"conversations": []}

    assert pauses == [3, 2.0]


def test_a_server_that_stays_busy_is_given_up(pauses: Pauses) -> None:
    busy = Said(429, {"message": "busy"}, headers={"Retry-After": "99999"})
    with (
        answering(busy) as server,
        pytest.raises(UnreachableError, match=r"HTTP 429.*busy"),
    ):
        _ask(server, pauses)

    assert pauses == [10.0, 10.0]


def test_a_server_that_has_moved_is_found_again(pauses: Pauses) -> None:
    with answering(GOOD) as server:
        good, server.url = server.url, f"http://127.0.0.1:{_closed_port()}"
        server.tokens = ["old", "new"]

        class Moved(Answering):
            def failed(self, endpoint: object, error: SymblError) -> bool:
                self.url = good
                return True

        moved = Moved(server.url, [])
        assert _ask(moved, pauses, "DELETE") == {"conversations": []}


def test_nobody_there_is_told(pauses: Pauses) -> None:
    gone = Answering(f"http://127.0.0.1:{_closed_port()}", [])

    with pytest.raises(UnreachableError, match="cannot be reached: Connection refused"):
        _ask(gone, pauses)


def test_a_change_that_may_have_been_made_is_not_sent_again() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        hanging_up = Answering(f"http://127.0.0.1:{listener.getsockname()[1]}", [])
        hanging_up.tokens = ["one", "two", "three"]
        listener.settimeout(10)
        with closing(Http(hanging_up)) as http:
            thread = threading.Thread(target=_hang_up, args=(listener,))
            thread.start()
            with pytest.raises(ConnectionLost):
                http.ask("DELETE", PATH)
            thread.join()

    assert len(hanging_up.failures) == 1


def test_loopback_goes_through_no_proxy_and_netrc_replaces_no_token(
    pauses: Pauses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login spy password spy\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with answering(Said(500)) as proxy, answering(GOOD) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)

        assert _ask(server, pauses) == {"conversations": []}

        assert proxy.asked == []
        assert server.asked[0].authorization == "Bearer token"


def test_a_remote_server_is_reached_through_the_proxy_with_its_token(
    pauses: Pauses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login spy password spy\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with answering(GOOD) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        remote = Answering("http://conversations.example", [])

        assert _ask(remote, pauses) == {"conversations": []}

        assert proxy.asked == [
            Asked("GET", f"http://conversations.example{PATH}?q=a+b", "Bearer token")
        ]


def _hang_up(listener: socket.socket) -> None:
    line, _ = listener.accept()
    with line:
        line.recv(65536)


def _closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port
