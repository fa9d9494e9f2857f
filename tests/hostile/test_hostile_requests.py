"""Requests that mean harm, on a real server; another speaks meanwhile, undisturbed."""

import json
from contextlib import suppress
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.server_process import ServerProcess

from .attacker import connect, read_to_end, undisturbed


def _head(server: ServerProcess, path: str, size: str, token: str) -> bytes:
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(server.address.url).netloc}",
        f"X-API-KEY: {token}",
        size,
    )
    return "\r\n".join((*lines, "", "")).encode()


@pytest.mark.parametrize(
    ("path", "has_token", "most", "status"),
    [
        ("/v1/conversations", True, 64 << 20, 413),
        ("/v1/conversations/1/bookmarks", True, 4 << 20, 413),
        ("/v1/conversations", False, 0, 401),
        ("/oauth2/token:generate", False, 16 << 10, 413),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_is_read_no_further_than_anybody_needs(
    server: ServerProcess,
    path: str,
    most: int,
    status: int,
    *,
    has_token: bool,
    is_chunked: bool,
) -> None:
    token = server.address.token if has_token else "none"
    size = most + (1 << 20)
    said = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {size}"
    piece = b"x" * (1 << 16)
    chunk = b"10000\r\n" + piece + b"\r\n" if is_chunked else piece
    with undisturbed(server, growth=100), connect(server) as line:
        line.sendall(_head(server, path, said, token))
        # It hangs up, or passes over the rest, as soon as it has answered.
        with suppress(ConnectionError):
            for _ in range(size // len(piece)):
                line.sendall(chunk)
            line.sendall(b"0\r\n\r\n" if is_chunked else b"")
        answer = line.recv(1 << 16)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000_000,
        b'{"a":' * 10_000_000,
        b'{"conversation":{"id":' + b"9" * 60_000_000 + b"}}",
        b"{" + b",".join(b'"%x":1' % n for n in range(1_000_000)) + b"}",
        b'{"conversation":{"name":"\\ud800"}}',
        b'{"conversation":{"name":"a","name":"b"},"conversation":NaN}',
        b'{"messages":[' + b"{}," * 1_000_000 + b"{}]}",
        b'{"conversation":{"startTime":"' + b"9" * 30_000_000 + b'"}}',
        b"\xff\xfe" * 1000,
    ],
    ids=lambda body: body[:20].decode(errors="replace"),
)
def test_an_import_that_is_meant_to_hurt_is_refused(
    server: ServerProcess, body: bytes
) -> None:
    with undisturbed(server, growth=300), connect(server) as line:
        size = f"Content-Length: {len(body)}"
        line.sendall(_head(server, "/v1/conversations", size, server.address.token))
        line.sendall(body)
        answer = line.recv(1 << 16)

    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]
    assert len(answer) < 2000


CHUNKED = b"POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000,
        b"GET /" + b"x" * 1_000_000,
        b"\0" * 1000,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /v1/conversations HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        CHUNKED.replace(b"Host", b"Content-Length: 5\r\nHost"),
        CHUNKED + b"f" * 100 + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=lambda sent: sent[:30].decode(errors="replace"),
)
def test_what_is_no_request_is_refused_alone(
    server: ServerProcess, request_: bytes
) -> None:
    with undisturbed(server, growth=30), connect(server) as line:
        with suppress(ConnectionError):
            line.sendall(request_)

        said = read_to_end(line)

    assert not said or said.split()[1][:1] == b"4"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /v1/conversations?q=" + b"x" * 50_000, 414),
        (b"GET /v1/conversations?q=" + b"x" * 5_000_000, 414),
        (b"GET /v1/conversations HTTP/1.1\r\nCookie: " + b"x" * 50_000, 431),
        (b"GET /v1/streaming/r HTTP/1.1\r\n" + b"X: y\r\n" * 10_000, 431),
        (b"GET /v1/streaming/" + b"x" * 50_000, 414),
        (b"no request\r\n" + b"x" * 1000, 400),
    ],
    ids=lambda case: case[:40].decode() if isinstance(case, bytes) else str(case),
)
def test_a_head_that_is_refused_is_answered_without_a_reset(
    server: ServerProcess, head: bytes, status: int
) -> None:
    with undisturbed(server, growth=30), connect(server) as line:
        line.sendall(head + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        with HTTPResponse(line) as answer:
            answer.begin()
            said = json.loads(answer.read())
        # The line ends in order: reading on raises where it was reset.
        assert line.recv(1) == b""

    assert answer.status == status
    assert list(said) == ["message"]


@pytest.mark.parametrize("rest", [b"", b"5\r\nab", b"no number\r\n"])
def test_who_leaves_in_mid_request_is_no_failure(
    server: ServerProcess, rest: bytes
) -> None:
    said, token = "Transfer-Encoding: chunked", server.address.token
    with undisturbed(server, growth=30), connect(server) as line:
        line.sendall(_head(server, "/v1/conversations", said, token) + rest)
