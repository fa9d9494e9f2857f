"""A server that runs: its socket, its address on disk, and when it ends."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from ..errors import UsageError
from .asgi import Running, build_app
from .credentials import Access
from .settings import ServerSettings

log = logging.getLogger(__name__)

_LONGEST_MESSAGE = 1 << 20
"""`ws_max_size`; a larger frame closes with 1009 (additions.md §5)."""
_LONELY = 10.0
"""Seconds without a lease and without a conversation after which a child ends."""
_LOOK = 0.5


def serve(
    settings: ServerSettings,
    access: Access,
    *,
    ready: Callable[[str, tuple[str, ...]], None],
    forever: bool,
    tls: tuple[Path, Path] | None = None,
) -> int | None:
    """Serve until a signal comes or, unless *forever*, nobody needs it any more.

    Returns the signal's number. *ready* is given the URL, and what should be told of
    the store, once requests are answered. Raises UsageError where the address cannot
    be had, and what keeps the store from being opened.
    """
    with _bound(settings.host, settings.port) as listener:
        url = _url(listener, is_secure=tls is not None)
        app = build_app(settings, access)
        server = _Server(
            uvicorn.Config(
                app,
                ws="wsproto",
                ws_max_size=_LONGEST_MESSAGE,
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                log_config=None,
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=5,
                ssl_certfile=str(tls[0]) if tls else None,
                ssl_keyfile=str(tls[1]) if tls else None,
            ),
            ready=lambda: ready(url, app.state.running.desk.store.notices),
            is_needed=(lambda: True)
            if forever
            else (lambda: _is_needed(app.state.running)),
        )
        asyncio.run(server.serve(sockets=[listener]))
        if (failure := getattr(app.state, "failure", None)) is not None:
            raise failure
        return server.ended_by


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


def _url(listener: socket.socket, *, is_secure: bool) -> str:
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if is_secure else 'http'}://{name}:{port}"


def _is_needed(running: Running) -> bool:
    return not running.leases.is_empty or not running.directory.is_idle


class _Server(uvicorn.Server):
    """Says when it is ready, and ends when it has not been needed for a while."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        ready: Callable[[], None],
        is_needed: Callable[[], bool],
    ) -> None:
        super().__init__(config)
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
            self._ready()
            self._watch = asyncio.create_task(self._end_when_lonely())

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
