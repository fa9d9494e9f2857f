"""A TCP proxy on loopback that breaks connections in every way there is."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

TIMEOUT = 30


class _Pair:
    """One connection through the proxy: the client's line and the server's."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near = near
        self.far = far
        self.is_flowing = Event()
        self.is_flowing.set()

    def cut(self, *, reset: bool) -> None:
        for line in (self.near, self.far):
            if reset:
                linger = struct.pack("ii", 1, 0)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR) if not reset else None
            line.close()


class FaultyLine:
    """Passes everything on to *port*, until it is told not to."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[_Pair] = []
        self._threads: list[Thread] = []
        self._lock = Lock()
        self._is_down = False
        self._is_corrupt = False
        self.connections = 0
        self.passed = 0
        """Bytes that clients have sent."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    # --- faults

    def drop(self) -> None:
        """Hang up on everybody."""
        self._cut(reset=False)

    def reset(self) -> None:
        """The same with an RST."""
        self._cut(reset=True)

    def down(self) -> None:
        """Hang up, and refuse everybody until `up`."""
        self._is_down = True
        self._cut(reset=True)

    def up(self) -> None:
        self._is_down = False

    def freeze_those_connected(self) -> None:
        """Nothing of theirs gets through any more, either way; nobody is told."""
        with self._lock:
            for pair in self._pairs:
                pair.is_flowing.clear()

    def thaw(self) -> None:
        """What was held back goes on."""
        with self._lock:
            for pair in self._pairs:
                pair.is_flowing.set()

    def corrupt(self) -> None:
        """One byte of the next piece from the server is another."""
        self._is_corrupt = True

    def redirect(self, port: int) -> None:
        """New connections go to *port*."""
        self._target = port

    # --- life

    def __enter__(self) -> Self:
        self._spawn(self._accept)
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
        self.thaw()
        self._cut(reset=True)
        for thread in self._threads:
            thread.join(TIMEOUT)

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        if self._is_down:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._target), TIMEOUT)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        self.connections += 1
        pair = _Pair(near, far)
        with self._lock:
            self._pairs.append(pair)
        self._spawn(self._pump, near, far, pair.is_flowing, self._upward)
        self._spawn(self._pump, far, near, pair.is_flowing, self._downward)

    def _pump(
        self,
        source: socket.socket,
        target: socket.socket,
        is_flowing: Event,
        passing: Callable[[bytes], bytes],
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                is_flowing.wait()
                target.sendall(passing(data))
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _upward(self, data: bytes) -> bytes:
        self.passed += len(data)
        return data

    def _downward(self, data: bytes) -> bytes:
        if not self._is_corrupt:
            return data
        self._is_corrupt = False
        return bytes([data[0] ^ 0x70]) + data[1:]

    def _cut(self, *, reset: bool) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            pair.cut(reset=reset)
            pair.is_flowing.set()
