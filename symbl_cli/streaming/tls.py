"""TLS over a connected socket, for one thread that reads and another that writes."""

import selectors
import socket
import ssl
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from ..errors import UnreachableError

_T = TypeVar("_T")


def secured(line: socket.socket, host: str, name: str) -> "SharedTls":
    """*line* after the TLS handshake with *host*, who is *name* to people.

    Raises UnreachableError; *line* is closed then.
    """
    try:
        context = ssl.create_default_context()
        return SharedTls(context.wrap_socket(line, server_hostname=host))
    except ssl.SSLCertVerificationError as exc:
        line.close()
        raise UnreachableError(
            f"the certificate of {name} is not trusted: {exc.verify_message}",
            suggestion="name the file of its issuer in SSL_CERT_FILE",
        ) from None
    except OSError as exc:
        line.close()
        raise UnreachableError(
            f"no TLS with {name}: {exc.strerror or exc}",
            suggestion="a server without TLS is reached by ws://",
        ) from None


class SharedTls:
    """A TLS socket that two threads may use at once, one a direction.

    OpenSSL's connections are not made for that: each call takes a lock, and waiting
    is done outside of it.
    """

    def __init__(self, tls: ssl.SSLSocket) -> None:
        self._tls = tls
        self._timeout = tls.gettimeout()
        self._lock = Lock()
        tls.settimeout(0)

    def recv(self, size: int) -> bytes:
        return self._when_ready(lambda: self._tls.recv(size))

    def send(self, data: bytes) -> int:
        return self._when_ready(lambda: self._tls.send(data))

    def gettimeout(self) -> float | None:
        return self._timeout

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def fileno(self) -> int:
        return self._tls.fileno()

    def shutdown(self, how: int) -> None:
        # Of the TCP connection alone: TLS would want to say goodbye under the lock.
        socket.socket.shutdown(self._tls, how)

    def close(self) -> None:
        self._tls.close()

    def _when_ready(self, call: Callable[[], _T]) -> _T:
        while True:
            try:
                with self._lock:
                    return call()
            except ssl.SSLWantReadError:
                self._wait(selectors.EVENT_READ)
            except ssl.SSLWantWriteError:
                self._wait(selectors.EVENT_WRITE)

    def _wait(self, for_what: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._tls, for_what)
            if not selector.select(self._timeout):
                raise TimeoutError
