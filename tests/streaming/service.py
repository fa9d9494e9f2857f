"""A real WebSocket server on loopback that does what a test's script says."""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.events import Event as WireEvent

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import SymblError
from symbl_cli.protocol import events as e
from symbl_cli.protocol.codec import decode, encode

TIMEOUT = 20
ROOM = e.ConversationId("5012345678901234")

T = TypeVar("T", bound=e.Event)


class HungUpError(Exception):
    """The client closed, or cut, the line."""


@dataclass
class Peer:
    """The server's end of one connection."""

    line: socket.socket
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    received: list[e.Event] = field(default_factory=list)
    close_code: int | None = None
    answers_pings: bool = True
    pings: int = 0

    def __post_init__(self) -> None:
        self._wire = WSConnection(ConnectionType.SERVER)
        self._waiting: list[e.Event] = []
        self._text: list[str] = []
        self._bytes: list[bytes] = []
        self._pongs = 0

    def accept(self) -> None:
        self._greet()
        self.line.sendall(self._wire.send(AcceptConnection()))

    def refuse(self, status: int, **headers: str) -> None:
        self._greet()
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.line.sendall(
            self._wire.send(RejectConnection(status_code=status, headers=raw))
        )

    def receive(self) -> e.Event:
        """The client's next frame; raises HungUpError."""
        while not self._waiting:
            self._read()
        event = self._waiting.pop(0)
        self.received.append(event)
        return event

    def until(self, kind: type[T]) -> T:
        """Read up to the first *kind*."""
        while not isinstance(event := self.receive(), kind):
            pass
        return event

    def audio(self, size: int) -> bytes:
        """The next *size* bytes of sound, however they are cut."""
        pcm = b""
        while len(pcm) < size:
            pcm += self.until(e.Audio).pcm
        return pcm

    def until_ping(self) -> None:
        """Wait for the next sign that the client looks after the line."""
        known = self.pings
        while self.pings == known:
            self._read()

    def until_seen(self) -> None:
        """Wait until the client has read all that was sent."""
        self.send_raw(self._wire.send(Ping()))
        self._pongs = 0
        while not self._pongs:
            self._read()

    def rest(self) -> None:
        """Read until the client has gone."""
        with suppress(HungUpError):
            while True:
                self.receive()

    def send(self, *events: e.ServerEvent) -> None:
        for event in events:
            self.send_text(str(encode(event)))

    def send_text(self, text: str) -> None:
        self.send_raw(self._wire.send(TextMessage(data=text)))

    def send_raw(self, data: bytes) -> None:
        try:
            self.line.sendall(data)
        except OSError as exc:
            raise HungUpError from exc

    def listen(self, received: int | None = None) -> e.StartRequest:
        """Take the start request and answer it, as a server of ours if *received*."""
        request = self.until(e.StartRequest)
        self.send(
            e.StartedListening(audio_received=received),
            e.ConversationCreated(conversation_id=ROOM),
            e.RecognitionStarted(conversation_id=ROOM),
        )
        return request

    def finish(self) -> None:
        """Wait for the stop, and end in order."""
        self.until(e.StopRequest)
        self.end()

    def end(self) -> None:
        self.send(e.ConversationCompleted(conversation_id=ROOM), e.RecognitionStopped())
        self.rest()

    def close(self, code: int, reason: str = "") -> None:
        self.send_raw(self._wire.send(CloseConnection(code=code, reason=reason)))
        self.rest()

    def hang_up(self) -> None:
        self.line.close()

    def reset(self) -> None:
        self.line.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.line.close()

    def _read(self) -> None:
        for event in self._events():
            self._take(event)

    def _greet(self) -> None:
        for event in self._events():
            assert isinstance(event, Request)
            self.path = event.target
            self.headers = {
                name.decode().lower(): value.decode()
                for name, value in event.extra_headers
            }

    def _events(self) -> Iterator[WireEvent]:
        try:
            data = self.line.recv(65536)
        except OSError as exc:
            raise HungUpError from exc
        if not data:
            raise HungUpError
        self._wire.receive_data(data)
        yield from self._wire.events()

    def _take(self, event: WireEvent) -> None:
        match event:
            case TextMessage(data=text):
                self._text.append(text)
                if event.message_finished:
                    self._waiting.append(decode("".join(self._text)))
                    self._text.clear()
            case BytesMessage(data=data):
                self._bytes.append(bytes(data))
                if event.message_finished:
                    self._waiting.append(decode(b"".join(self._bytes)))
                    self._bytes.clear()
            case Ping():
                self.pings += 1
                if self.answers_pings and self._wire.state is ConnectionState.OPEN:
                    with suppress(HungUpError):  # that is read next
                        self.send_raw(self._wire.send(event.response()))
            case CloseConnection(code=code):
                self.close_code = code
                with suppress(Exception):
                    self.line.sendall(self._wire.send(event.response()))
                raise HungUpError
            case Pong():
                self._pongs += 1


Script = Callable[[Peer], None]


class KnownServer:
    """Always at the same place, or wherever *endpoints* say; learns nothing."""

    def __init__(self, *endpoints: Endpoint) -> None:
        self._endpoints = list(endpoints)

    def __call__(self) -> Endpoint:
        if len(self._endpoints) > 1:
            return self._endpoints.pop(0)
        return self._endpoints[0]

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        """Whether there is another one to try."""
        return endpoint != self._endpoints[0]


class Service:
    """Each connection gets the next of *scripts*; more than those are refused."""

    def __init__(
        self,
        *scripts: Script,
        tls: ssl.SSLContext | None = None,
        raw: bool = False,
        port: int = 0,
    ) -> None:
        """*raw*: the scripts do the handshake, too."""
        self._scripts = scripts
        self._tls = tls
        self._raw = raw
        self.peers: list[Peer] = []
        self._errors: list[BaseException] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [Thread(target=self._serve, daemon=True)]

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def server(self, url: str = "") -> KnownServer:
        """For those who dial."""
        return KnownServer(self.endpoint(url))

    def endpoint(self, url: str = "") -> Endpoint:
        where = url or self.url
        http = where.replace("ws", "http", 1)
        return Endpoint(where, http, lambda: "token-1", is_local=True)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(TIMEOUT)
            assert not thread.is_alive(), "a script of the service still waits"
        if exc is None and self._errors:
            raise self._errors[0]

    def _serve(self) -> None:
        for script in self._scripts:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            thread = Thread(target=self._run, args=(line, script), daemon=True)
            self._threads.append(thread)
            thread.start()
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                line.close()

    def _run(self, line: socket.socket, script: Script) -> None:
        try:
            line.settimeout(TIMEOUT)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                line = self._tls.wrap_socket(line, server_side=True)
            peer = Peer(line)
            if not self._raw:
                peer.accept()
            self.peers.append(peer)
            script(peer)
        except BaseException as exc:  # noqa: BLE001 — raised in the test's own thread
            self._errors.append(exc)
        finally:
            line.close()
