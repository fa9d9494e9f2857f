"""Streaming and subscribing sockets: frames in and out of a conversation's port."""

import asyncio
import logging
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ..errors import (
    LanguageError,
    LocalProtocolError,
    RemoteProtocolError,
    SymblError,
)
from ..media.format import AudioFormat
from ..protocol.additions import strip
from ..protocol.codec import decode, encode
from ..protocol.events import (
    Audio,
    ErrorMessage,
    ModifyRequest,
    NestedError,
    Ping,
    Pong,
    ServerEvent,
    Skip,
    StartRequest,
    StopRequest,
)
from ..protocol.session import ServerSession, State
from .limits import Limits
from .live.frames import failure
from .live.port import ConversationPort, Leaving, PortClosed, Refusal
from .live.stream import format_of
from .recognition.languages import check_language
from .sizes import check_start, check_text

log = logging.getLogger(__name__)

_FAREWELL = 5.0
"""Seconds that a client of ours has to close after its last frame, and any client
to take what ends its socket."""
_NESTED_ERRORS = frozenset({"js_sdk", "web_sdk"})
"""Clients that understand only the nested shape of an error (§3.9)."""


class StreamingSocket:
    """One accepted socket at one conversation; its life is `run`."""

    def __init__(
        self,
        socket: WebSocket,
        port: ConversationPort,
        *,
        session: ServerSession,
        limits: Limits,
    ) -> None:
        self._socket = socket
        self._port = port
        self._session = session
        self._limits = limits
        self._idle = limits.idle
        self._patience: asyncio.Timeout | None = None
        self._is_ours = False
        """Whether the client understands our additions."""
        self._has_started = False
        self._format = AudioFormat()
        self._position = 0
        self._straddling = 0
        source = socket.query_params.get("source", "")
        self._has_nested_errors = source.partition("?")[0] in _NESTED_ERRORS

    async def run(self) -> None:
        reason = Leaving.LOST
        try:
            reason, refusal = await self._live()
            with suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await self._close(refusal)
        finally:
            await self._port.detach(reason)

    async def _live(self) -> tuple[Leaving, PortClosed | None]:
        """How the socket was left, and the refusal if one ended it."""
        reading = asyncio.create_task(self._read())
        writing = asyncio.create_task(self._write())
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done() and not writing.exception() and self._is_ours:
                await asyncio.wait({reading}, timeout=_FAREWELL)
        finally:
            left = await _settle(reading, writing)
        return left

    async def _read(self) -> Leaving:
        """Frames in, until the socket closes."""
        while True:
            try:
                frame = await self._receive()
            except WebSocketDisconnect as exc:
                return Leaving.CLOSED if exc.code in {1000, 1001} else Leaving.LOST
            except TimeoutError:
                return Leaving.CLOSED
            try:
                await self._take(frame)
            except (RemoteProtocolError, LanguageError) as exc:
                await self._complain("Invalid request", exc)
            except SymblError as exc:
                await self._complain("Cannot recognise speech", exc)
                raise PortClosed(Refusal.FAILED, exc.message) from exc
            # Frames that came together are not all dealt with before others' are.
            await asyncio.sleep(0)

    async def _receive(self) -> str | bytes:
        try:
            async with asyncio.timeout(None) as self._patience:
                self._have_patience()
                message = await self._socket.receive()
        finally:
            self._patience = None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        text = message.get("text")
        return bytes(message["bytes"]) if text is None else str(text)

    def _have_patience(self) -> None:
        """From now on, where a start_request is what is waited for."""
        if self._patience is None or self._patience.expired():
            return
        is_idle = self._session.state in {State.IDLE, State.PAUSED}
        now = asyncio.get_running_loop().time()
        self._patience.reschedule(now + self._idle if is_idle else None)

    async def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            check_text(frame, self._limits)
        event = decode(frame)
        if isinstance(event, Ping):
            await self._send(Pong())
            return
        if isinstance(event, StartRequest):
            format_of(event)
            check_start(event, self._limits)
            check_language(event)
        if not self._session.receive(event):
            return
        match event:
            case Audio(pcm=pcm):
                await self._push(pcm)
            case StartRequest():
                await self._start(event)
            case Skip():
                self._position, self._straddling = event.end, 0
                await self._port.skip(event)
            case ModifyRequest():
                await self._port.modify(event)
            case StopRequest():
                await self._stop()
            case _:
                pass

    async def _start(self, request: StartRequest) -> None:
        self._format = format_of(request)
        asked = request.disconnect_on_stop_request_timeout
        self._idle = min(self._limits.idle, asked or self._limits.idle)
        # Frames may go out before the start has been settled.
        self._is_ours = request.stream_id is not None
        started = await self._port.start(request)
        self._has_started = True
        self._position = started.audio_received
        self._straddling = 0

    async def _push(self, pcm: bytes) -> None:
        position = self._position
        size = self._straddling + len(pcm)
        self._position += size // self._format.frame_size
        self._straddling = size % self._format.frame_size
        await self._port.push(position, pcm)

    async def _stop(self) -> None:
        if not self._has_started:
            # A subscriber's stop, or one before any start, ends this socket alone.
            raise PortClosed(None, "")
        await self._port.stop()

    async def _write(self) -> None:
        """Frames out, up to the last one."""
        async for outgoing in self._port.events():
            await self._send(outgoing.event)
            if outgoing.is_last:
                return

    async def _send(self, event: ServerEvent) -> None:
        said = event if self._is_ours else strip(event)
        if said is None or not self._may_say(said):
            return
        frame = encode(said)
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect):
                await self._socket.send_text(str(frame))

    def _may_say(self, event: ServerEvent) -> bool:
        before = self._session.state
        try:
            self._session.send(event)
        except LocalProtocolError as exc:
            log.warning("kept to ourselves: %s", exc)
            return False
        if self._session.state is not before:
            # A pause begins with what we say, while the next start is waited for.
            self._have_patience()
        return True

    async def _complain(self, message: str, exc: SymblError) -> None:
        """The state stays as it was (§5)."""
        error = failure(message, exc)
        log.info("%s: %s", message, error.details)
        await self._send(error)
        if self._has_nested_errors:
            nested = NestedError(message=error.message, details=error.details)
            await self._send(nested)

    async def _close(self, refusal: PortClosed | None) -> None:
        if self._socket.application_state is not WebSocketState.CONNECTED:
            return
        code, reason = 1000, ""
        if refusal is not None and refusal.refusal is not None:
            code, reason = refusal.refusal.value, refusal.message
            if refusal.refusal is not Refusal.FAILED:
                await self._send(ErrorMessage(message="Closed", details=reason))
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code, reason[:120])


async def _settle(
    reading: asyncio.Task[Leaving], writing: asyncio.Task[None]
) -> tuple[Leaving, PortClosed | None]:
    """End what still goes on, and tell how the rest ended."""
    reason, refusal = Leaving.LOST, None
    for task in (reading, writing):
        task.cancel()
    await asyncio.wait({reading, writing})
    for task in (reading, writing):
        if task.cancelled():
            # Everything was said and nobody answered: as good as lost.
            continue
        match task.exception():
            case None:
                reason = task.result() or reason
            case PortClosed() as exc:
                refusal = exc
            case exc:
                log.error("a socket failed", exc_info=exc)
                refusal = PortClosed(Refusal.FAILED, "the server failed; see its log")
    return reason, refusal
