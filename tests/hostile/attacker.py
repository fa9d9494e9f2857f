"""Bytes that no decent client sends, and what a server process takes for them."""

import base64
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from tests.scripted_speech import speech
from tests.server_process import ServerProcess
from tests.socket_line import SocketLine

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LIMIT = 30
"""Seconds after which something hangs."""
PAGE = os.sysconf("SC_PAGE_SIZE")


def frame(opcode: int, payload: bytes = b"", *, bits: int = 0x80) -> bytes:
    """A client's frame, masked with zeros."""
    return head(opcode, len(payload), bits=bits) + payload


def head(opcode: int, size: int, *, bits: int = 0x80) -> bytes:
    """What stands before a payload of *size* bytes."""
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = b"\xfe" + struct.pack("!H", size)
    else:
        length = b"\xff" + struct.pack("!Q", size)
    return bytes([bits | opcode]) + length + bytes(4)


def connect(server: ServerProcess) -> socket.socket:
    """A TCP connection on which nothing was said."""
    place = urlsplit(server.address.url)
    return socket.create_connection((place.hostname or "", place.port or 0), LIMIT)


def connect_narrowly(server: ServerProcess) -> socket.socket:
    """The same, with little room on the way: about 95 kB wait in Linux's hands."""
    place = urlsplit(server.address.url)
    line = socket.socket()
    line.settimeout(LIMIT)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    line.connect((place.hostname or "", place.port or 0))
    return line


def request(server: ServerProcess, path: str, *headers: str) -> bytes:
    """The head of a socket's handshake; *headers* are added to it."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {urlsplit(server.address.url).netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}",
        f"X-API-KEY: {server.address.token}",
        *headers,
    )
    return "\r\n".join((*lines, "", "")).encode()


@contextmanager
def upgrade(
    server: ServerProcess, room: str, *headers: str
) -> Iterator[tuple[socket.socket, str]]:
    """A WebSocket without a library, and the server's answer to its handshake."""
    with connect(server) as line:
        yield line, shake_hands(server, line, room, *headers)


def shake_hands(
    server: ServerProcess, line: socket.socket, room: str, *headers: str
) -> str:
    """*line* becomes a WebSocket; the server's answer to that."""
    line.sendall(request(server, f"/v1/streaming/{room}", *headers))
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        if not (piece := line.recv(1)):
            break
        answer += piece
    return answer.decode()


def dial(server: ServerProcess, room: str) -> SocketLine:
    """A WebSocket as a library has it."""
    return SocketLine.dial(server.ws_url, server.address.token, room=room)


def read_to_end(line: socket.socket) -> bytes:
    """Everything up to the server's hanging up; fails where it does not."""
    read = b""
    try:
        while piece := line.recv(1 << 16):
            read += piece
    except ConnectionResetError:
        pass
    return read


@contextmanager
def read_aside(line: socket.socket) -> Iterator[None]:
    """Somebody else reads, so that writing never waits for that."""
    thread = Thread(target=_drain, args=(line,), name="reader")
    thread.start()
    try:
        yield
    finally:
        line.shutdown(socket.SHUT_RDWR)
        thread.join(LIMIT)


def _drain(line: socket.socket) -> None:
    try:
        while line.recv(1 << 16):
            pass
    except OSError:
        pass


def megabytes(server: ServerProcess) -> float:
    """What the server's process occupies of memory."""
    pages = Path(f"/proc/{server.address.pid}/statm").read_text().split()[1]
    return int(pages) * PAGE / 1e6


@contextmanager
def undisturbed(server: ServerProcess, *, growth: float) -> Iterator[SocketLine]:
    """Somebody else speaks meanwhile, and is heard in full.

    The server's memory has grown by no more than *growth* megabytes at the end.
    """
    with dial(server, "neighbour") as line:
        line.start()
        line.audio(speech("The van is late."))
        line.until("recognition_result")  # so all that a stream needs is loaded
        before = megabytes(server)
        yield line
        grown = megabytes(server) - before
        line.audio(speech("Who books the room?"))
        line.stop()
        line.rest()
    assert line.texts() == ["The van is late.", "Who books the room?"]
    assert line.close_code == 1000
    assert grown < growth, f"{grown:.0f} MB"
