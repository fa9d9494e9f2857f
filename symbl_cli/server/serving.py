"""A server that runs: its socket, its address on disk, and when it ends."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
from starlette.applications import Starlette

from ..errors import UsageError
from ..frozen import dataclass
from .asgi import Running, build_app
from .connections import (
    LONGEST_HEAD,
    LimitedHttp,
    LimitedWebSocket,
    raise_file_limit,
)
from .credentials import Access
from .settings import ServerSettings

log = logging.getLogger(__name__)

_LONGEST_MESSAGE = 1 << 20
"""`ws_max_size`; a larger frame closes with 1009 (additions.md §5)."""
_LONELY = 10.0
"""Seconds without a lease and without a conversation after which a child ends."""
_LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server is reached."""

    url: str
    local: str
    """By clients of this computer: without TLS, whose names are not for loopback."""


Ready = Callable[[Addresses, tuple[str, ...]], None]


def serve(
    settings: ServerSettings, access: Access, *, ready: Ready, forever: bool
) -> int | None:
    """Serve until a signal comes or, unless *forever*, nobody needs it any more.

    Returns the signal's number. *ready* is given the addresses, and what should be
    told of the store, once requests are answered. Raises UsageError where an address
    cannot be had, and what keeps the store from being opened.
    """
    raise_file_limit(settings.limits)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(_bound(settings.host, settings.port))
        # Beside TLS there is a door for the clients of this computer.
        indoors = stack.enter_context(_bound("127.0.0.1", 0)) if settings.tls else None
        patience = settings.limits.head if settings.tls else None
        app = build_app(settings, access)
        server = _Server(
            _configuration(app, settings),
            (_Door(listener, patience), *((_Door(indoors),) if indoors else ())),
            ready=lambda: ready(
                _addresses(listener, indoors), app.state.running.desk.store.notices
            ),
            is_needed=lambda: forever or _is_needed(app.state.running),
        )
        # Uvicorn leaves by SystemExit where the app does not start.
        with contextlib.suppress(SystemExit):
            asyncio.run(server.serve(sockets=[]))
        if (failure := getattr(app.state, "failure", None)) is not None:
            raise failure
        return server.ended_by


def _configuration(app: Starlette, settings: ServerSettings) -> uvicorn.Config:
    tls, limits, quotas = settings.tls, settings.limits, app.state.quotas
    http = partial(LimitedHttp, limits=limits)
    socket_ = partial(LimitedWebSocket, limits=limits, held=quotas.held)
    return uvicorn.Config(
        app,
        http=http,  # type: ignore[arg-type]  # it only calls it, as a class
        ws=socket_,  # type: ignore[arg-type]
        h11_max_incomplete_event_size=LONGEST_HEAD,
        ws_max_size=_LONGEST_MESSAGE,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_config=None,
        # It tells URLs, and tokens with them, at the level below.
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=5,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )


@dataclass(frozen=True, slots=True)
class _Door:
    """Where clients come in."""

    listener: socket.socket
    patience: float | None = None
    """Seconds that a TLS handshake may take; `None`: there is no TLS."""


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio sets TCP_NODELAY: 40 ms less for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), port))
        except OSError as exc:
            raise UsageError(
                f"cannot listen on {host} port {port}: {exc.strerror or exc}",
                suggestion="choose another --host or --port (0 takes a free one)",
            ) from exc
        yield listener
    finally:
        listener.close()


def _addresses(listener: socket.socket, indoors: socket.socket | None) -> Addresses:
    host, port = listener.getsockname()[:2]
    if indoors is not None:
        near_host, near_port = indoors.getsockname()
        return Addresses(_url("https", host, port), _url("http", near_host, near_port))
    return Addresses(_url("http", host, port), _url("http", _near(host), port))


def _near(host: str) -> str:
    """*host*, or where "every address" is reached from this computer."""
    match host:
        case "0.0.0.0":  # noqa: S104 - nothing is bound here
            return "127.0.0.1"
        case "::":
            return "::1"
        case _:
            return host


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _is_needed(running: Running) -> bool:
    return not running.leases.is_empty or not running.directory.is_idle


class _Server(uvicorn.Server):
    """Says when it is ready, and ends when it has not been needed for a while."""

    def __init__(
        self,
        config: uvicorn.Config,
        doors: tuple[_Door, ...],
        *,
        ready: Callable[[], None],
        is_needed: Callable[[], bool],
    ) -> None:
        super().__init__(config)
        self._doors = doors
        self._ready = ready
        self._is_needed = is_needed

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but without raising them again: we still have to tidy up."""
        names = ("SIGINT", "SIGTERM", "SIGBREAK")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @property
    def ended_by(self) -> int | None:
        """The signal that ended it, if one did."""
        return self._captured_signals[0] if self._captured_signals else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.servers += [await self._open(door) for door in self._doors]
            self._ready()
            self._watch = asyncio.create_task(self._end_when_lonely())

    async def _open(self, door: _Door) -> asyncio.Server:
        """Serve at *door*: uvicorn has no limit to a handshake of TLS."""
        has_tls = door.patience is not None
        return await asyncio.get_running_loop().create_server(
            lambda: self.config.http_protocol_class(  # type: ignore[call-arg]
                config=self.config,
                server_state=self.server_state,
                app_state=self.lifespan.state,
            ),
            sock=door.listener,
            ssl=self.config.ssl if has_tls else None,
            ssl_handshake_timeout=door.patience,
            backlog=self.config.backlog,
        )

    async def _end_when_lonely(self) -> None:
        loop = asyncio.get_running_loop()
        needed = loop.time()
        while loop.time() - needed < _LONELY:
            await asyncio.sleep(_LOOK)
            if self._is_needed():
                needed = loop.time()
        log.info("nobody needs this server any more")
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watch
        await super().shutdown(sockets)
