"""One WebSocket to a server, and every way in which that can fail.

The only module that imports websocket-client; its exceptions stop here. We make the
connected socket ourselves: the library would take a proxy for loopback, follow
redirects with the token, and wait for ever for a server that trickles.
"""

import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Protocol
from urllib.parse import quote

import websocket

from ..config.endpoint import Endpoint
from ..errors import AuthenticationError, ConnectionLost, UnreachableError
from ..frozen import dataclass
from .line import (
    DeadlineSocket,
    Line,
    Target,
    WatchedSocket,
    open_line,
    target_of,
)

log = logging.getLogger(__name__)

MAX_MESSAGE = 16 * 2**20
"""Bytes of one message; more is refused before it is read."""

_MOST_FRAGMENTS = 4096
"""Of one message; empty ones would fill the memory without ever being too long."""
_AT_ONCE = 2**14
_NORMAL = 1000
_ABNORMAL = 1006
_TOO_BIG = 1009
_TEXT = websocket.ABNF.OPCODE_TEXT
_BINARY = websocket.ABNF.OPCODE_BINARY


class TryAgain(UnreachableError):
    """Refused for now: the same request may be answered later."""


class DeadLine(ConnectionLost):
    """Nothing has come for *quiet* seconds."""

    def __init__(self, where: str, quiet: float) -> None:
        super().__init__(f"the line to {where} is dead")
        self.quiet = quiet


@dataclass(frozen=True, slots=True)
class Farewell:
    """The peer closed the connection in an orderly way."""

    code: int
    reason: str = ""


class Transport(Protocol):
    """Frames, in order; `send`, `ping` and `abort` may be called by any thread."""

    def send(self, frame: str | bytes) -> None:
        """Raises ConnectionLost."""

    def ping(self) -> int:
        """Ask for a sign of life; its number, from 1 on. Raises ConnectionLost."""

    @property
    def answered(self) -> int:
        """The number of the last ping that was answered."""

    def receive(self) -> bytes | Farewell:
        """The payload of the next text frame; raises ConnectionLost.

        Also when nothing at all, pongs included, came for the time agreed, or one
        frame did not come to its end in that time.
        """

    def close(self) -> None:
        """Say goodbye; `receive` will return."""

    def abort(self) -> None:
        """Cut the line: whoever waits for it is woken."""

    def release(self) -> None:
        """Give the socket back; nobody uses it any more."""


def dial(
    endpoint: Endpoint,
    connection_id: str,
    *,
    timeout: float,
    silence: Callable[[], float],
    clock: Callable[[], float] = time.monotonic,
) -> Transport:
    """Connect to *endpoint* within *timeout* seconds.

    Raises AuthenticationError, TryAgain, UnreachableError. A line on which nothing
    came for *silence* seconds, by *clock*, will count as lost.
    """
    url = f"{endpoint.ws_url}/v1/streaming/{quote(connection_id, safe='')}"
    target = target_of(url, is_local=endpoint.is_local)
    token = endpoint.token()
    if not token.isascii() or not token.isprintable():
        raise AuthenticationError("the access token is damaged")
    deadline = time.monotonic() + timeout
    line = open_line(target, timeout)
    try:
        return _handshake(line, target, token, deadline, silence, clock)
    except BaseException:
        line.close()
        raise


def _handshake(
    line: Line,
    target: Target,
    token: str,
    deadline: float,
    silence: Callable[[], float],
    clock: Callable[[], float],
) -> Transport:
    ws = websocket.WebSocket(skip_utf8_validation=True)
    ws.frame_buffer = _BoundedBuffer(ws, silence)
    with _translated(target):
        ws.connect(  # type: ignore[no-untyped-call]  # the library's
            target.url,
            socket=DeadlineSocket(line, deadline),
            header={"X-API-KEY": token},
            suppress_origin=True,
            redirect_limit=0,
        )
    watched = WatchedSocket(line, silence, clock)
    ws.sock = watched  # type: ignore[assignment]  # all that the library uses of it
    return WebSocketTransport(ws, watched, target)


class WebSocketTransport:
    """A Transport over websocket-client."""

    def __init__(
        self, ws: websocket.WebSocket, line: WatchedSocket, target: Target
    ) -> None:
        self._ws = ws
        self._line = line
        self._target = target
        self._pings = 0
        self._pinging = Lock()
        self.answered = 0

    def send(self, frame: str | bytes) -> None:
        with self._lost_if_it_fails():
            self._ws.send(frame, _TEXT if isinstance(frame, str) else _BINARY)

    def ping(self) -> int:
        with self._pinging, self._lost_if_it_fails():
            self._pings += 1
            self._ws.ping(str(self._pings))
            return self._pings

    def receive(self) -> bytes | Farewell:
        with self._lost_if_it_fails():
            return self._next()

    def close(self) -> None:
        try:
            self._ws.send_close(_NORMAL)
        except (websocket.WebSocketException, OSError):
            self.abort()

    def abort(self) -> None:
        try:
            self._line.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the line was down already")

    def release(self) -> None:
        self._line.close()

    def _next(self) -> bytes | Farewell:
        parts: list[bytes] = []
        size = 0
        while True:
            frame = self._ws.frame_buffer.recv_frame()
            data = frame.data.encode() if isinstance(frame.data, str) else frame.data
            match frame.opcode:
                case websocket.ABNF.OPCODE_PING:
                    self._ws.pong(data)
                case websocket.ABNF.OPCODE_PONG:
                    self._note_pong(data)
                case websocket.ABNF.OPCODE_CLOSE:
                    return self._farewell(data)
                case _:
                    self._check_order(frame.opcode, is_first=not parts)
                    parts.append(data)
                    size += len(data)
                    if size > MAX_MESSAGE or len(parts) > _MOST_FRAGMENTS:
                        raise websocket.WebSocketProtocolException("message too big")
                    if frame.fin:
                        return b"".join(parts)

    def _note_pong(self, data: bytes) -> None:
        """It answers earlier pings, too, and may be of none (RFC 6455, 5.5.3)."""
        if data.isdigit() and int(data) <= self._pings:
            self.answered = max(self.answered, int(data))

    def _check_order(self, opcode: int, *, is_first: bool) -> None:
        """A message begins once, and only what began goes on (RFC 6455, 5.4)."""
        if is_first is (opcode == websocket.ABNF.OPCODE_CONT):
            raise websocket.WebSocketProtocolException("fragments out of order")

    def _farewell(self, data: bytes) -> Farewell:
        self.close()
        if len(data) < struct.calcsize("!H"):
            return Farewell(_NORMAL)
        (code,) = struct.unpack_from("!H", data)
        return Farewell(code, data[2:].decode(errors="replace"))

    @contextmanager
    def _lost_if_it_fails(self) -> Iterator[None]:
        where = self._target.name
        try:
            yield
        except websocket.WebSocketTimeoutException:
            raise DeadLine(where, self._line.quiet) from None
        except websocket.WebSocketConnectionClosedException:
            raise ConnectionLost(f"{where} hung up") from None
        except websocket.WebSocketException as exc:
            raise ConnectionLost(f"the line to {where} is garbled: {exc}") from exc
        except (OSError, ValueError) as exc:
            raise ConnectionLost(f"the line to {where} broke: {exc}") from exc


class _BoundedBuffer(websocket.frame_buffer):
    """Refuses a frame by its announced length, before it fills the memory.

    And one that is still not whole *longest* seconds after its first byte: on a line
    that trickles a ping is answered in time, but no word arrives. It reads what there
    is: the library's own asks the kernel three times a frame.
    """

    def __init__(self, ws: websocket.WebSocket, longest: Callable[[], float]) -> None:
        super().__init__(ws._recv, skip_utf8_validation=True)  # noqa: SLF001 — as the library's own buffer is made
        self._unread = bytearray()
        self._longest = longest
        self._began: float | None = None
        """When the first bytes of the frame came."""

    def recv_frame(self) -> websocket.ABNF:
        self._began = None
        return super().recv_frame()

    def recv_length(self) -> None:
        super().recv_length()
        if (self.length or 0) > MAX_MESSAGE:
            raise websocket.WebSocketProtocolException("frame too big")

    def recv_strict(self, bufsize: int) -> bytes:
        while len(self._unread) < bufsize:
            self._unread += self.recv(max(_AT_ONCE, bufsize - len(self._unread)))
            self._check_time()
        data = bytes(self._unread[:bufsize])
        del self._unread[:bufsize]
        return data

    def _check_time(self) -> None:
        now = time.monotonic()
        self._began = self._began or now
        if now > self._began + self._longest():
            raise websocket.WebSocketTimeoutException("a frame takes too long")


@contextmanager
def _translated(target: Target) -> Iterator[None]:
    """What goes wrong in the handshake, as one of ours."""
    try:
        yield
    except websocket.WebSocketBadStatusException as exc:
        raise _refusal(exc.status_code, target) from None
    except (TimeoutError, websocket.WebSocketTimeoutException):
        raise TryAgain(
            f"{target.name} does not answer",
            suggestion="check the URL and the network",
        ) from None
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        raise TryAgain(
            f"{target.name} hung up during the handshake",
            suggestion="check the URL; a TLS server is reached by wss://",
        ) from None
    except (websocket.WebSocketException, OSError, ValueError) as exc:
        raise UnreachableError(
            f"what answers at {target.name} is not a WebSocket server",
            suggestion="check the URL and its port",
        ) from exc


def _refusal(status: int, target: Target) -> UnreachableError | AuthenticationError:
    if status in {401, 402, 403}:
        return AuthenticationError(
            f"{target.name} refused the credentials (HTTP {status})",
            suggestion="check them with `symbl config list`",
        )
    if status == 429 or status >= 500:  # noqa: PLR2004 — HTTP's own numbers
        return TryAgain(
            f"{target.name} is too busy (HTTP {status})",
            suggestion="try again later",
        )
    return UnreachableError(
        f"{target.name} has no Streaming API (HTTP {status})",
        suggestion="check the URL",
    )
