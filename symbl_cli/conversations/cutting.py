"""An adapter of requests whose lines can be cut by another thread.

There is no other way to end a wait for a head that comes byte by byte.
"""

import socket
from contextlib import suppress
from weakref import WeakSet

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL, ProxyError
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection


class CuttingAdapter(HTTPAdapter):
    def __init__(self) -> None:
        self._lines: WeakSet[HTTPConnection] = WeakSet()
        self.is_cut = False
        super().__init__()

    def cut(self) -> None:
        """Whoever waits for a byte waits no longer; nor does who connects just now."""
        self.is_cut = True
        for line in list(self._lines):
            with suppress(OSError, AttributeError):
                line.sock.shutdown(socket.SHUT_RDWR)

    def send(  # type: ignore[override]  # a session names all of them
        self, request: PreparedRequest, **more: object
    ) -> Response:
        """What is wrong with a URL by now is wrong with that of the proxy."""
        try:
            return super().send(request, **more)  # type: ignore[arg-type]  # as above
        except (InvalidURL, InvalidSchema):
            # Theirs says it in full, with the password.
            raise ProxyError("the proxy's URL is none") from None

    def init_poolmanager(
        self, connections: int, maxsize: int, *block: bool, **more: object
    ) -> None:
        super().init_poolmanager(
            connections,
            maxsize,
            *block,
            **more,  # type: ignore[arg-type]  # theirs
        )
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **more: object) -> PoolManager:
        is_new = proxy not in self.proxy_manager
        manager: PoolManager = super().proxy_manager_for(proxy, **more)
        if is_new:
            self._watch(manager)
        return manager

    def _watch(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = {
            scheme: self._watched(pool)
            for scheme, pool in manager.pool_classes_by_scheme.items()
        }

    def _watched(self, pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
        """*pool*, whose connections are known here."""
        plain = pool.ConnectionCls

        def connect(line: HTTPConnection) -> None:
            self._lines.add(line)
            plain.connect(line)
            if self.is_cut:
                raise TimeoutError

        connection = type(plain.__name__, (plain,), {"connect": connect})
        return type(pool.__name__, (pool,), {"ConnectionCls": connection})
