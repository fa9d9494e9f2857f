"""The lease: open while the client lives, wherever the server is."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from filelock import FileLock

from symbl_cli import __version__
from symbl_cli.config.credentials import AccessToken
from symbl_cli.config.places import Places
from symbl_cli.config.secrets import Secret
from symbl_cli.config.settings import Origin, Source
from symbl_cli.connect.launcher import LocalServer
from symbl_cli.connect.lease import hold_lease
from symbl_cli.connect.remote import RemoteServer
from symbl_cli.private import FILE
from symbl_cli.protocol.local import (
    LOCK_FILE,
    SERVER_FILE,
    ServerAddress,
    encode_address,
)

CLIENT = UUID("12345678-1234-5678-1234-567812345678")
ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
PATIENCE = 10.0


class Listener:
    """A server's side of one lease after the other."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(PATIENCE)
        self.port = self._socket.getsockname()[1]
        address = ServerAddress(
            f"http://127.0.0.1:{self.port}", "a-token", os.getpid(), __version__
        )
        (folder / SERVER_FILE).write_text(encode_address(address))

    def accept(self) -> tuple[socket.socket, list[str]]:
        line, _ = self._socket.accept()
        line.settimeout(PATIENCE)
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += line.recv(4096)
        return line, request.decode().split("\r\n")

    def wait_no_longer(self) -> None:
        """Than somebody who wants a lease takes to ask for it."""
        self._socket.settimeout(1.0)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Of a server that lives."""
    (tmp_path / "data").mkdir()
    with FileLock(tmp_path / "data" / LOCK_FILE, mode=FILE):
        yield tmp_path / "data"


@pytest.fixture
def listener(folder: Path) -> Iterator[Listener]:
    made = Listener(folder)
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path) -> LocalServer:
    names = ("home", "config", "data", "state", "cache")
    return LocalServer(Places(**{name: tmp_path / name for name in names}))


def test_a_lease_names_its_client_and_shows_the_token(
    listener: Listener, server: LocalServer
) -> None:
    with hold_lease(server, CLIENT):
        line, request = listener.accept()
        line.sendall(ACCEPTED)
    line.close()

    assert request[0] == f"GET /lease?client={CLIENT} HTTP/1.1"
    assert f"Host: 127.0.0.1:{listener.port}" in request
    assert "Authorization: Bearer a-token" in request


def test_a_lease_ends_with_its_block(listener: Listener, server: LocalServer) -> None:
    with hold_lease(server, CLIENT):
        line, _ = listener.accept()
        line.sendall(ACCEPTED)

    assert line.recv(1) == b""
    line.close()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 403 Forbidden\r\n\r\n", ACCEPTED, b"x" * 20_000]
)
def test_a_lost_lease_is_taken_again_where_the_server_is_then(
    listener: Listener, server: LocalServer, folder: Path, answer: bytes
) -> None:
    with hold_lease(server, CLIENT):
        first, _ = listener.accept()
        elsewhere = Listener(folder)
        first.sendall(answer)
        first.close()

        again, request = elsewhere.accept()
        again.sendall(ACCEPTED)

    again.close()
    elsewhere.close()
    assert request[0] == f"GET /lease?client={CLIENT} HTTP/1.1"


def test_a_lease_waits_for_a_server_without_starting_one(
    server: LocalServer, folder: Path
) -> None:
    with hold_lease(server, CLIENT):
        listener = Listener(folder)
        line, _ = listener.accept()

    line.close()
    listener.close()


def test_a_lease_that_is_not_answered_keeps_nobody(
    listener: Listener, server: LocalServer
) -> None:
    with hold_lease(server, CLIENT):
        line, _ = listener.accept()

    assert line.recv(1) == b""
    line.close()


def test_no_lease_is_taken_where_a_server_was_killed(
    listener: Listener, server: LocalServer, folder: Path
) -> None:
    (folder / LOCK_FILE).unlink()  # who holds it holds no file that anybody finds
    listener.wait_no_longer()

    with hold_lease(server, CLIENT), pytest.raises(TimeoutError):
        listener.accept()


def test_a_remote_server_wants_no_lease(tmp_path: Path) -> None:
    token = AccessToken(Secret("t"), Origin(Source.ENVIRONMENT))
    remote = RemoteServer("http://127.0.0.1:9", token, tmp_path)

    with hold_lease(remote, CLIENT):
        pass
