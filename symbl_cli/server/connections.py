"""TCP connections as uvicorn speaks on them, held to what one of them may take."""

import asyncio
import sys
from contextlib import suppress
from functools import cache
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto.events import Ping

if sys.platform != "win32":
    import resource

_MOST = 12_000
"""Connections at once: the API has 10,000 subscribers, and more."""
_RESERVED = 100
"""Files that are for the store, the recognisers and whoever is told to go away."""
_REQUEST = 10.0
"""Seconds that the head of a request may take."""
_STALLED = 300.0
"""Seconds for which a peer may take nothing of what waits for it."""
_FAREWELL = 15.0
"""Seconds that a socket has to end once we are done with it."""
_PIECE = 4 << 10
"""Bytes read at a time: so one that floods us keeps the others waiting for ms."""
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    b'Connection: close\r\n\r\n{"message":"this server has no room for another '
    b'connection"}'
)


def raise_file_limit() -> None:
    """Let this process open as many files as all those connections take."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft == resource.RLIM_INFINITY:
            return
        wanted = max(soft, _MOST + _RESERVED)
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        # macOS allows less than it says.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@cache
def most_connections() -> int:
    """How many connections this process can hold."""
    if sys.platform == "win32":
        return _MOST
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST
    return max(1, min(_MOST, soft - _RESERVED))


class _Stall:
    """Cuts the line to a peer that does not read."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def begins(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_STALLED, transport.abort)

    def ends(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


class LimitedHttp(H11Protocol):
    """Asks in time and reads its answer, or is cut; one too many is turned away."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*arguments, **named)
        self._stall = _Stall()
        self._impatience: asyncio.TimerHandle | None = None

    def connection_made(  # type: ignore[override]  # as uvicorn has it
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.write(_FULL)
            transport.close()
            return
        _read_in_pieces(transport)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # A request that goes on with its body is past IDLE.
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._impatience is None:
            self._wait_for_request()

    def send_400_response(self, msg: str) -> None:
        if self.cycle is not None:
            # Its head was good and is being answered: nobody waits for that now.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            super().send_400_response(msg)
        else:
            self.transport.close()

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

    def _wait_for_request(self) -> None:
        self._impatience = self.loop.call_later(_REQUEST, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None


class LimitedWebSocket(WSProtocol):
    """Reads what it is sent and ends when it is told to, or is cut."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*arguments, **named)
        self._stall = _Stall()
        self._end: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except UnicodeError:
            # wsproto reads Host as a name, whatever it holds.
            self.transport.close()

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
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.begins(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall.ends()


def _read_in_pieces(transport: asyncio.Transport) -> None:
    """asyncio reads 256 KiB at a time: 40,000 small frames."""
    reader = getattr(transport, "_ssl_protocol", transport)
    if hasattr(reader, "max_size"):
        reader.max_size = _PIECE
