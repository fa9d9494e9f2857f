"""A connected TCP or TLS socket to a server: resolved, proxied, bounded in time."""

import base64
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from ..errors import UnreachableError
from ..frozen import dataclass
from .tls import secured

log = logging.getLogger(__name__)

_T = TypeVar("_T")

MAX_HANDSHAKE = 2**16
"""Bytes of an answer before the first frame."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_KEEPALIVE = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


class Line(Protocol):
    """What is used of a connected socket."""

    def recv(self, size: int, /) -> bytes: ...

    def send(self, data: bytes, /) -> int: ...

    def gettimeout(self) -> float | None: ...

    def settimeout(self, timeout: float | None, /) -> None: ...

    def fileno(self) -> int: ...

    def shutdown(self, how: int, /) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to call."""

    url: str
    host: str
    port: int
    is_secure: bool
    is_local: bool
    """On this computer: never through a proxy."""

    @property
    def name(self) -> str:
        """As people are told of it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def target_of(url: str, *, is_local: bool) -> Target:
    """Raises UnreachableError where *url* is not one of a WebSocket server."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise UnreachableError(
            f"{url!r} is not the URL of a WebSocket server",
            suggestion="it begins with ws:// or wss://, then a host",
        )
    is_secure = parts.scheme == "wss"
    return Target(
        url=url,
        host=parts.hostname,
        port=port or (443 if is_secure else 80),
        is_secure=is_secure,
        is_local=is_local or parts.hostname in _LOOPBACK,
    )


def open_line(target: Target, timeout: float) -> Line:
    """A socket connected to *target*, TLS included; raises UnreachableError."""
    proxy = None if target.is_local else _proxy_for(target)
    try:
        line = _connect(target, proxy, timeout)
    except (socket.gaierror, UnicodeError):
        raise UnreachableError(
            f"there is no host {target.host!r}",
            suggestion="check the URL and the network",
        ) from None
    except TimeoutError:
        raise UnreachableError(
            f"{target.name} does not answer",
            suggestion="check the URL and the network",
        ) from None
    except OSError as exc:
        raise UnreachableError(
            f"{target.name} cannot be reached: {exc.strerror or exc}",
            suggestion="check the URL and that the server runs",
        ) from None
    return secured(line, target.host, target.name) if target.is_secure else line


class _Wrapped:
    """What websocket-client asks of a socket besides sound and words."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def gettimeout(self) -> float | None:
        return self._line.gettimeout()

    def fileno(self) -> int:
        return self._line.fileno()

    def close(self) -> None:
        self._line.close()


class WatchedSocket(_Wrapped):
    """A socket that is dead when nothing has come for *silence* seconds.

    How many is asked anew after each: it may be found out late that they are more. A
    peer that takes nothing for so long is only slow, if it says something.
    """

    def __init__(
        self,
        line: Line,
        silence: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(line)
        self._silence = silence
        self._clock = clock
        self._heard = clock()
        line.settimeout(silence())

    @property
    def quiet(self) -> float:
        """Seconds since the last byte came."""
        return self._clock() - self._heard

    def recv(self, size: int, /) -> bytes:
        data = self._patiently(partial(self._line.recv, size))
        self._heard = self._clock()
        return data

    def send(self, data: bytes, /) -> int:
        return self._patiently(partial(self._line.send, data))

    def _patiently(self, call: Callable[[], _T]) -> _T:
        while True:
            try:
                return call()
            except TimeoutError:
                if self.quiet >= self._silence():
                    raise

    def settimeout(self, timeout: float | None, /) -> None:
        self._line.settimeout(timeout)

    def shutdown(self, how: int, /) -> None:
        self._line.shutdown(how)


class DeadlineSocket(_Wrapped):
    """A socket during the handshake: all of it together ends by *deadline*.

    websocket-client reads the answer byte by byte and without a limit.
    """

    def __init__(self, line: Line, deadline: float) -> None:
        super().__init__(line)
        self._deadline = deadline
        self._left = MAX_HANDSHAKE

    def send(self, data: bytes) -> int:
        self._arm()
        return self._line.send(data)

    def recv(self, size: int) -> bytes:
        self._arm()
        data = self._line.recv(size)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("the answer has no end")
        return data

    def _arm(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)


def _connect(target: Target, proxy: str | None, timeout: float) -> socket.socket:
    if proxy is None:
        line = socket.create_connection((target.host, target.port), timeout)
    else:
        line = _through(proxy, target, timeout)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        with suppress(AttributeError, OSError):  # not on every system
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return line


def _proxy_for(target: Target) -> str | None:
    """The proxy that the usual variables name for *target*, if any."""
    names = ("https_proxy", "all_proxy") if target.is_secure else ("http_proxy",)
    if not any(os.environ.get(n) or os.environ.get(n.upper()) for n in names):
        return None
    # Costs as much as all else here, and hardly anybody needs it.
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415

    if proxy_bypass(target.host):
        return None
    proxies = getproxies()
    scheme = "https" if target.is_secure else "http"
    return proxies.get(scheme) or proxies.get("all")


def _through(proxy: str, target: Target, timeout: float) -> socket.socket:
    """A tunnel through *proxy*, an HTTP one."""
    deadline = time.monotonic() + timeout
    parts, port = _parsed(proxy)
    line = socket.create_connection((parts.hostname, port), timeout)
    auth = _basic_auth(parts.username, parts.password)
    try:
        _ask_for_tunnel(line, target, auth, deadline)
    except BaseException:
        line.close()
        raise
    return line


def _parsed(proxy: str) -> tuple[SplitResult, int]:
    """The parts of its URL, and the port."""
    what = "of the proxy variables"
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        what = f"{parts.scheme}://{parts.hostname}"
        if parts.scheme == "http" and parts.hostname:
            return parts, parts.port or 80
    except ValueError:
        log.debug("the proxy's URL is none")  # it may hold a password
    raise UnreachableError(
        f"the proxy {what} cannot be used",
        suggestion="name an http:// proxy in the proxy variables, or unset them",
    )


def _basic_auth(user: str | None, password: str | None) -> str:
    if user is None:
        return ""
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}\r\n"


def _ask_for_tunnel(
    line: socket.socket, target: Target, auth: str, deadline: float
) -> None:
    line.sendall(
        f"CONNECT {target.name} HTTP/1.1\r\nHost: {target.name}\r\n{auth}\r\n".encode()
    )
    answer = b""
    timed = DeadlineSocket(line, deadline)
    while not answer.endswith(b"\r\n\r\n") and len(answer) < MAX_HANDSHAKE:
        byte = timed.recv(1)  # what follows the answer is the server's
        if not byte:
            break
        answer += byte
    if answer[8:12].strip() != b"200":
        status = answer.split(b"\r\n", 1)[0].decode(errors="replace")
        raise UnreachableError(
            f"the proxy does not connect to {target.name}: {status!r}",
            suggestion="check the proxy variables",
        )
