"""The lease: a socket whose being open keeps this computer's server alive.

It carries no messages, so its WebSocket is no more than the handshake.
"""

import logging
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from os import urandom
from threading import Event, Lock, Thread
from urllib.parse import urlsplit
from uuid import UUID

from ..config.endpoint import Endpoint, Server
from ..errors import ConnectionLost, SymblError
from ..protocol.local import LEASE_PATH
from .launcher import LocalServer

_CONNECT = 5.0
_PAUSE = 0.2
"""Seconds before a lease that was lost is opened again."""
_LONGEST_ANSWER = 8192

log = logging.getLogger(__name__)


@contextmanager
def hold_lease(server: Server, client: UUID) -> Iterator[None]:
    """Hold a lease on *server*, if it is this computer's, until the block ends.

    Enter it right after the first dial: it is opened on a thread of its own, and
    again whenever it is lost, wherever the server is then. Starts no server.
    """
    match server:
        case LocalServer():
            lease = _Lease(server.known, client)
            # A program that forgot to end what it began must still be able to end.
            thread = Thread(target=lease.keep, name="lease", daemon=True)
            thread.start()
            try:
                yield
            finally:
                lease.close()
                thread.join()
        case _:
            yield


class _Lease:
    def __init__(self, find: Callable[[], Endpoint | None], client: UUID) -> None:
        self._find = find
        self._client = client
        self._guard = Lock()
        self._closed = Event()
        self._socket: socket.socket | None = None

    def keep(self) -> None:
        """Stay connected until `close`."""
        while not self._closed.is_set():
            try:
                self._hold_once()
            except (OSError, SymblError) as exc:
                log.debug("lease: %s", exc)
            self._closed.wait(_PAUSE)

    def close(self) -> None:
        with self._guard:
            self._closed.set()
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _hold_once(self) -> None:
        endpoint = self._find()
        if endpoint is None:
            return
        with self._connected(endpoint) as line:
            line.sendall(_request(endpoint, self._client))
            _read_answer(line)
            # A server that is stopped for hours still has its clients after that.
            line.settimeout(None)
            while line.recv(_LONGEST_ANSWER):
                pass

    @contextmanager
    def _connected(self, endpoint: Endpoint) -> Iterator[socket.socket]:
        parts = urlsplit(endpoint.http_url)
        address = (parts.hostname or "", parts.port or 80)
        with socket.create_connection(address, timeout=_CONNECT) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            with self._guard:
                if self._closed.is_set():
                    raise ConnectionLost("the lease was given back")
                self._socket = line
            try:
                yield line
            finally:
                with self._guard:
                    self._socket = None


def _request(endpoint: Endpoint, client: UUID) -> bytes:
    lines = (
        f"GET {LEASE_PATH}?client={client} HTTP/1.1",
        f"Host: {urlsplit(endpoint.http_url).netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {b64encode(urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {endpoint.token()}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _read_answer(line: socket.socket) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        received = line.recv(_LONGEST_ANSWER)
        answer += received
        if not received or len(answer) > _LONGEST_ANSWER:
            raise ConnectionLost("the lease was not answered")
    status = answer.split(b"\r\n", 1)[0]
    if b" 101 " not in status + b" ":
        raise ConnectionLost(f"the lease was refused: {status[:80]!r}")
