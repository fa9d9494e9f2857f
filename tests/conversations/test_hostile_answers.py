"""Answers without an end, too long, or in disguise: told in time, in one sentence."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from symbl_cli.conversations.answers import Bounds
from symbl_cli.conversations.client import ConversationsClient
from symbl_cli.conversations.http import Http
from symbl_cli.errors import (
    AuthenticationError,
    ConnectionLost,
    RemoteProtocolError,
    UnreachableError,
    UsageError,
)
from symbl_cli.protocol.events import Json

from .answering import Answering, Said, answering

BOUNDS = Bounds(size=2**20, seconds=2.0)
PATH = "/v1/conversations"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MANY = b" " * 2**16
LIMIT = 60
ENOUGH = 20
"""Seconds after which who is not cut has failed."""

Pieces = Callable[[], Iterator[bytes]]


def _endless(head: bytes, piece: bytes) -> Pieces:
    def pieces() -> Iterator[bytes]:
        yield head
        while True:
            yield piece

    return pieces


def _trickling(head: bytes) -> Pieces:
    """A byte now and then, and never the end."""

    def pieces() -> Iterator[bytes]:
        yield head
        while not threading.Event().wait(0.05):
            yield b"a"

    return pieces


@contextmanager
def _saying(pieces: Pieces) -> Iterator[Answering]:
    """A server that says *pieces* as long as anybody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=_say, args=(listener, pieces))
        thread.start()
        yield Answering(f"http://127.0.0.1:{listener.getsockname()[1]}", [])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(LIMIT)
        assert not thread.is_alive()


def _say(listener: socket.socket, pieces: Pieces) -> None:
    with suppress(OSError):
        line, _ = listener.accept()
        with line:
            line.settimeout(5)
            line.recv(65536)
            until = time.monotonic() + ENOUGH
            for piece in pieces():
                line.sendall(piece)
                if time.monotonic() > until:
                    break


def _ask(server: Answering) -> Json:
    with closing(Http(server, bounds=BOUNDS)) as http:
        return http.ask("GET", PATH)


@pytest.mark.parametrize(
    "pieces",
    [
        _endless(JSON + b"\r\n", MANY),
        _endless(
            JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + MANY + b"\r\n"
        ),
        _endless(JSON + b"Content-Length: 100000000000\r\n\r\n", MANY),
        _endless(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n", MANY),
    ],
    ids=["no length", "chunks", "a length", "a redirect"],
)
def test_an_answer_without_an_end_is_read_no_further_than_anybody_needs(
    pieces: Pieces,
) -> None:
    with (
        _saying(pieces) as server,
        pytest.raises(RemoteProtocolError, match="its answer is longer than 1 MB"),
    ):
        _ask(server)


def test_a_small_answer_that_inflates_is_inflated_no_further() -> None:
    bomb = gzip.compress(bytes(2**26))
    said = Said(raw=bomb, headers={"Content-Encoding": "gzip"})

    with (
        answering(said) as server,
        pytest.raises(RemoteProtocolError, match="its answer is longer than 1 MB"),
    ):
        _ask(server)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "identity"])
def test_a_compressed_answer_is_understood(encoding: str) -> None:
    plain = b'{"conversations": []}'
    raw = plain if encoding == "identity" else gzip.compress(plain)

    with answering(Said(raw=raw, headers={"Content-Encoding": encoding})) as server:
        assert _ask(server) == {"conversations": []}


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("gzip", "is not compressed right"), ("gzip, gzip", "that nobody asked for")],
)
def test_an_answer_in_disguise_is_told(encoding: str, told: str) -> None:
    said = Said(raw=b"{}", headers={"Content-Encoding": encoding})

    with answering(said) as server, pytest.raises(RemoteProtocolError, match=told):
        _ask(server)


@pytest.mark.parametrize(
    "pieces",
    [
        _trickling(JSON + b"Content-Length: 100000\r\n\r\n"),
        _trickling(b"HTTP/1.1 200 OK\r\nX: "),
        _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "head", "heads"],
)
def test_an_answer_that_trickles_is_not_waited_for(pieces: Pieces) -> None:
    with (
        _saying(pieces) as server,
        pytest.raises(ConnectionLost, match="does not answer in time"),
    ):
        _ask(server)


def test_what_takes_long_since_it_is_much_is_waited_for() -> None:
    def pieces() -> Iterator[bytes]:
        yield JSON + b"Content-Length: 720896\r\n\r\n"
        for _ in range(11):
            threading.Event().wait(0.3)
            yield MANY
        yield b""

    with (
        _saying(pieces) as server,
        pytest.raises(RemoteProtocolError, match="not JSON"),
    ):
        _ask(server)


def test_after_an_answer_that_took_too_long_one_can_ask_again() -> None:
    good = Said(body={"conversations": []})
    with _saying(_trickling(JSON)) as slow, answering(good) as server:
        good_url, server.url = server.url, slow.url
        with closing(Http(server, bounds=BOUNDS)) as http:
            with pytest.raises(ConnectionLost):
                http.ask("GET", PATH)
            server.url = good_url

            assert http.ask("GET", PATH) == {"conversations": []}


def test_conversations_without_an_end_are_not_listed_for_ever() -> None:
    same: list[Json] = [{"id": str(number), "name": "x"} for number in range(500)]

    with (
        answering(Said(body={"conversations": same})) as server,
        ConversationsClient(Http(server)) as client,
    ):
        assert len(list(client.list())) == 500


def test_a_server_that_wants_to_be_asked_again_in_nonsense_is_asked_again() -> None:
    busy = Said(429, headers={"Retry-After": "9" * 5000})
    with answering(busy, Said(body={})) as server:
        pauses: list[float] = []
        with closing(Http(server, sleep=pauses.append)) as http:
            assert http.ask("GET", PATH) == {}

    assert pauses == [0.5]


def test_a_long_complaint_is_cut() -> None:
    with (
        answering(Said(400, {"message": "m" * 100_000})) as server,
        pytest.raises(UsageError) as caught,
    ):
        _ask(server)

    assert caught.value.message == "m" * 1000 + "…"


@pytest.mark.parametrize("token", ["secret\r", "sec\nret", "secret\x00", "sécret"])
def test_a_token_that_no_header_may_have_is_not_sent_and_not_shown(token: str) -> None:
    with answering(Said(body={})) as server:
        server.tokens = [token]
        with pytest.raises(AuthenticationError) as caught:
            _ask(server)

    assert (server.asked, "cret" in caught.value.message) == ([], False)


@pytest.mark.parametrize(
    "proxy",
    ["http://us:swordfish@127.0.0.1:99999", "http://us:swordfish@127.0.0.1:9", "://"],
)
def test_a_proxy_that_does_not_work_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)

    with pytest.raises(UnreachableError) as caught:
        _ask(Answering("http://conversations.example", []))

    assert "the proxy of the environment does not work" in caught.value.message
    assert "swordfish" not in caught.value.message


def test_a_host_that_no_name_may_be_is_told() -> None:
    with pytest.raises(UnreachableError, match="that is no name of a host"):
        _ask(Answering(f"http://{'a' * 64}.example", []))


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_authorities_that_are_not_there_are_told(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(name, "/nowhere/authorities.pem")

    with pytest.raises(UsageError, match=f"{name} names /nowhere/authorities.pem"):
        _ask(Answering("https://127.0.0.1:9", []))
