"""Who may knock at the server's door."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
import websocket

from symbl_cli.server.guard import Guard, token_of
from tests.server_process import ServerProcess, running_server

PORT = 8123
LOOPBACK = ("127.0.0.1", PORT)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8123", "localhost:8123", "LOCALHOST:8123", "[::1]:8123"],
)
def test_loopback_names_with_our_port_are_us(host: str) -> None:
    assert Guard("127.0.0.1", (), ()).admits_host(host, LOOPBACK)


@pytest.mark.parametrize(
    "host",
    [None, "", "localhost", "localhost:81", "evil.example:8123", "[::1", "a:b:c"],
)
def test_other_names_and_ports_are_not_us(host: str | None) -> None:
    assert not Guard("127.0.0.1", (), ()).admits_host(host, LOOPBACK)


def test_the_bound_address_and_allowed_names_are_us() -> None:
    guard = Guard("192.0.2.7", ("symbl.example",), ())

    reached = ("192.0.2.7", PORT)
    assert guard.admits_host("192.0.2.7:8123", reached)
    assert guard.admits_host("symbl.example", reached)
    assert guard.admits_host("symbl.example:8123", reached)


@pytest.mark.parametrize(
    ("bound", "address", "host", "is_us"),
    [
        ("0.0.0.0", "192.0.2.7", "192.0.2.7:8123", True),
        ("0.0.0.0", "192.0.2.7", "192.0.2.8:8123", False),
        ("0.0.0.0", "192.0.2.7", "192.0.2.7", False),
        ("0.0.0.0", "192.0.2.7", "evil.example:8123", False),
        ("::", "::ffff:192.0.2.7", "192.0.2.7:8123", True),
        ("::", "2001:db8::7", "[2001:DB8::7]:8123", True),
        ("::", "2001:db8::7", "[2001:db8::8]:8123", False),
        ("::1", "::1", "[::1]:8123", True),
        ("[::1]", "::1", "[::1]:8123", True),
    ],
)
def test_bound_to_every_address_the_one_that_was_dialled_is_us(
    bound: str, address: str, host: str, *, is_us: bool
) -> None:
    assert Guard(bound, (), ()).admits_host(host, (address, PORT)) is is_us


@pytest.mark.parametrize(
    ("origin", "is_admitted"),
    [
        (None, True),
        ("http://localhost:8123", True),
        ("https://app.example", True),
        ("https://app.example/", True),
        ("http://app.example", False),
        ("http://localhost:8124", False),
        ("https://evil.example", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_an_origin_is_none_ours_or_allowed(
    origin: str | None, is_admitted: bool
) -> None:
    guard = Guard("127.0.0.1", (), ("https://app.example",))

    assert guard.admits_origin(origin, "localhost:8123") is is_admitted


@pytest.mark.parametrize(
    ("query", "headers", "subprotocols", "token"),
    [
        ("q", {"x-api-key": "k"}, ["s"], "q"),
        (None, {"x-api-key": "k", "authorization": "Bearer b"}, ["s"], "k"),
        (None, {"authorization": "Bearer b"}, ["s"], "s"),
        (None, {"authorization": "bearer b"}, [], "b"),
        (None, {"authorization": "Basic b"}, [], None),
        (None, {}, [], None),
    ],
)
def test_the_token_is_taken_from_the_first_place_that_has_one(
    query: str | None,
    headers: Mapping[str, str],
    subprotocols: list[str],
    token: str | None,
) -> None:
    assert token_of(query, dict(headers), subprotocols) == token


def _get(server: ServerProcess, path: str, **headers: str) -> tuple[int, object]:
    place = urlsplit(server.address.url)
    connection = http.client.HTTPConnection(
        place.hostname or "", place.port, timeout=20
    )
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=fields)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body)


def test_a_name_that_was_made_to_point_here_is_refused(server: ServerProcess) -> None:
    status, body = _get(server, "/health", Host="evil.example")

    assert (status, body) == (403, {"message": "this server has another name"})


def test_health_needs_no_token_and_tells_nothing_but_the_version(
    server: ServerProcess,
) -> None:
    assert _get(server, "/health") == (200, {"version": server.address.version})


@pytest.mark.parametrize("token", ["", "wrong", "a.b.c"])
def test_no_conversation_is_read_without_a_token(
    server: ServerProcess, token: str
) -> None:
    status, body = _get(server, "/v1/conversations", X_API_KEY=token)

    assert status == 401
    assert body == {"message": "Token validation failed for provided token."}


def _dial(
    server: ServerProcess,
    path: str,
    **options: Any,  # noqa: ANN401 - the library's
) -> websocket.WebSocket:
    return websocket.create_connection(f"{server.ws_url}{path}", timeout=20, **options)


@pytest.mark.parametrize(
    "path", ["/v1/streaming/x", "/v1/subscribe/x", "/lease?client=x"]
)
def test_no_socket_opens_without_a_token(server: ServerProcess, path: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        _dial(server, path)

    assert refused.value.status_code == 401


def test_a_web_page_cannot_listen_even_with_a_token(server: ServerProcess) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        _dial(
            server,
            f"/v1/streaming/x?access_token={server.address.token}",
            origin="https://evil.example",
        )

    assert refused.value.status_code == 403


def test_the_subprotocol_is_a_token_and_is_echoed(server: ServerProcess) -> None:
    token = server.address.token

    socket = _dial(server, "/v1/streaming/x?source=js_sdk", subprotocols=[token])

    # websocket-client tells it in lower case.
    assert socket.getsubprotocol() == token.lower()
    socket.close()


def test_two_question_marks_in_the_address_are_no_matter(
    server: ServerProcess,
) -> None:
    token = server.address.token

    socket = _dial(server, f"/v1/streaming/x?access_token={token}&x=1?source=js_sdk")

    assert socket.connected
    socket.close()


@pytest.mark.parametrize("connection_id", ["a%2Fb", "x" * 129, "a%20b", "%F0%9F%98%80"])
def test_a_connection_id_that_is_none_is_refused(
    server: ServerProcess, connection_id: str
) -> None:
    header = [f"X-API-KEY: {server.address.token}"]

    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        _dial(server, f"/v1/streaming/{connection_id}", header=header)

    assert refused.value.status_code == 400


@pytest.mark.parametrize("connection_id", ["-_abc==", "user@example.org", "1"])
def test_the_connection_ids_of_the_wild_are_taken(
    server: ServerProcess, connection_id: str
) -> None:
    header = [f"X-API-KEY: {server.address.token}"]

    socket = _dial(server, f"/v1/streaming/{connection_id}", header=header)

    assert socket.connected
    socket.close()


def test_allowed_web_pages_may_read_and_listen(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    arguments = (
        *("--recognizer", "scripted"),
        *("--allow-origin", "https://app.example"),
    )
    with running_server(tmp_path_factory.mktemp("data"), arguments) as server:
        token = server.address.token
        socket = _dial(
            server,
            f"/v1/streaming/x?access_token={token}",
            origin="https://app.example",
        )
        socket.close()
        place = urlsplit(server.address.url)
        connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=20
        )
        connection.request(
            "OPTIONS",
            "/v1/conversations",
            headers={
                "Origin": "https://app.example",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "x-api-key",
            },
        )
        answer = connection.getresponse()
        answer.read()
        connection.close()

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
