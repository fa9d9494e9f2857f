"""TCP connections as uvicorn speaks on them, held to what one of them may take."""

import asyncio
import json
import math
import sys
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

from .limits import Limits
from .quotas import Held, Share

if sys.platform != "win32":
    import resource

_MOST = 100_000
"""Files that are asked of the system at most."""
_RESERVED = 100
"""Files that are for the store, the recognisers and whoever is told to go away."""
_FAREWELL = 15.0
"""Seconds that a socket has to end once we are done with it."""
_LATER = 1013
"""The close code for: come back later."""
_PIECE = 4 << 10
"""Bytes read at a time: so one that floods us keeps the others waiting for ms."""
LONGEST_HEAD = 16 << 10
"""Bytes of what stands before a request's body, its address among them."""
_TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    b'Connection: close\r\n\r\n{"message":"this server has no room for another '
    b'connection"}'
)


def raise_file_limit(limits: Limits) -> None:
    """Let this process open as many files as all those connections take."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft == resource.RLIM_INFINITY:
            return
        wanted = max(soft, int(min(limits.connections, _MOST)) + _RESERVED)
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        # macOS allows less than it says.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections(limits: Limits) -> float:
    """How many connections this process can hold."""
    files = _most_files()
    return max(1.0, min(limits.connections, files - _RESERVED))


@cache
def _most_files() -> float:
    if sys.platform == "win32":
        return math.inf
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if soft == resource.RLIM_INFINITY else soft


class _Stall:
    """Cuts the line to a peer that does not read."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None

    def begins(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._seconds, transport.abort)

    def ends(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


class LimitedHttp(H11Protocol):
    """Asks in time and reads its answer, or is cut; one too many is turned away."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - uvicorn's
        limits: Limits,
        **named: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*arguments, **named)
        self._limits = limits
        self._stall = _Stall(limits.stalled)
        self._impatience: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(  # type: ignore[override]  # as uvicorn has it
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        if len(self.connections) > most_connections(self._limits):
            transport.write(_FULL)
            transport.close()
            return
        _read_in_pieces(transport)
        self._wait_for(self._limits.head)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_refused:
            return
        match self.conn.their_state, self.conn.our_state:
            case h11.IDLE, _:
                self._wait_for(self._limits.head)
            case h11.SEND_BODY, h11.DONE:
                # The rest of what was answered already.
                self._wait_for(self._limits.body)
            case _:
                self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        if self.cycle is not None:
            # Its head was good and is being answered: nobody waits for that now.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            # Uvicorn calls while it deals with what h11 has said.
            self._refuse(*self._fault(sys.exception(), msg))
        else:
            self.transport.close()

    def _fault(self, exc: BaseException | None, otherwise: str) -> tuple[int, str]:
        """The status that *exc* of h11 means, and what to say of it."""
        if getattr(exc, "error_status_hint", 0) != _TOO_LARGE:
            return HTTPStatus.BAD_REQUEST, otherwise
        begun, _ = self.conn.trailing_data
        if b"\n" in begun:
            what, status = "head", _TOO_LARGE
        else:
            what, status = "address", HTTPStatus.REQUEST_URI_TOO_LONG
        return status, f"the {what} of this request is longer than {LONGEST_HEAD} bytes"

    def _refuse(self, status: int, message: str) -> None:
        """Say so, and take what still comes: else the answer is lost to a reset."""
        body = json.dumps({"message": message}).encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        head = h11.Response(
            status_code=status, headers=headers, reason=HTTPStatus(status).phrase
        )
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self._is_refused = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._wait_for(self._limits.head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stall.ends()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.begins(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall.ends()

    def _wait_for(self, seconds: float) -> None:
        """No more than so long, however much of it trickles in meanwhile."""
        if self._impatience is None:
            self._impatience = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None


class LimitedWebSocket(WSProtocol):
    """Reads what it is sent and ends when it is told to, or is cut."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - uvicorn's
        limits: Limits,
        held: Held,
        **named: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*arguments, **named)
        self._longest = limits.body
        self._share = Share(held)
        self._stall = _Stall(limits.stalled)
        self._end: asyncio.TimerHandle | None = None
        self._late: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except UnicodeError:
            # wsproto reads Host as a name, whatever it holds.
            self.transport.close()

    def handle_message(self, event: TextMessage | BytesMessage) -> None:
        super().handle_message(event)
        self._share.grow(self.buffer.length - self._share.size)
        if event.message_finished:
            self._stop_waiting()
        elif not self._share.has_room:
            self._turn_away("this server holds too much that is not at its end")
        elif self._late is None:
            self._wait_for_the_rest()

    def handle_ping(self, event: Ping) -> None:
        # Who reads no pongs gets none: they would pile up (RFC 6455, 5.5.3).
        if self.writable.is_set() and not self.transport.is_closing():
            super().handle_ping(event)

    async def run_asgi(self) -> None:
        await super().run_asgi()
        if not self.disconnected:
            # uvicorn's close waits until everything was read.
            self._end = self.loop.call_later(_FAREWELL, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stall.ends()
        self._stop_waiting()
        self._share.clear()
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.begins(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall.ends()

    def _wait_for_the_rest(self) -> None:
        self._late = self.loop.call_later(self._longest, self._was_late)

    def _was_late(self) -> None:
        if self.read_paused:
            # It is we who do not read on: recognition is behind.
            self._wait_for_the_rest()
        else:
            self._turn_away(f"a message took more than {self._longest:g} s")

    def _turn_away(self, reason: str) -> None:
        """As uvicorn does where a message is too long."""
        if self.close_sent or self.transport.is_closing():
            return
        self.close_sent = True
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": _LATER, "reason": reason}
        )
        closing = CloseConnection(code=_LATER, reason=reason)
        self.transport.write(self.conn.send(closing))
        self.transport.close()

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def _read_in_pieces(transport: asyncio.Transport) -> None:
    """asyncio reads 256 KiB at a time: 40,000 small frames."""
    reader = getattr(transport, "_ssl_protocol", transport)
    if hasattr(reader, "max_size"):
        reader.max_size = _PIECE
