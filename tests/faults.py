"""A TCP proxy on loopback that breaks connections in every way there is."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

TIMEOUT = 30
_AT_ONCE = 65536
_TICK = 0.1
_A_MESSAGE = 100
"""Bytes: what is shorter says nothing that anybody would miss."""


def _set() -> Event:
    event = Event()
    event.set()
    return event


@dataclass(eq=False)
class _Pair:
    """One connection through the proxy: the client's line and the server's."""

    near: socket.socket
    far: socket.socket
    is_flowing: Event = field(default_factory=_set)
    is_answering: Event = field(default_factory=_set)
    is_cut: Event = field(default_factory=Event)
    is_swallowed: bool = False
    rate: float | None = None
    """Bytes a second, if they are few."""
    passed: int = 0
    answers: int = 0

    def cut(self, *, reset: bool) -> None:
        self.is_cut.set()
        for line in (self.near, self.far):
            if reset:
                linger = struct.pack("ii", 1, 0)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            with suppress(OSError):  # whoever reads is woken; only a hang-up says so
                line.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
            line.close()
        self.is_flowing.set()
        self.is_answering.set()

    def write(self, target: socket.socket, data: bytes) -> None:
        """As slowly as is asked for."""
        while data and not self.is_swallowed:
            size = len(data) if self.rate is None else max(1, int(self.rate * _TICK))
            target.sendall(data[:size])
            data = data[size:]
            if self.rate is not None and self.is_cut.wait(_TICK):
                return


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
        self._is_garbled = False
        self._delay = 0.0
        self._at: list[tuple[int, Callable[[], None]]] = []
        self._before_answer: Callable[[], None] | None = None
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
        for pair in self._connected():
            pair.is_flowing.clear()

    def thaw(self) -> None:
        """What was held back goes on."""
        for pair in self._connected():
            pair.is_flowing.set()

    def swallow_those_connected(self) -> None:
        """The same, but what they send is taken, and never comes to anybody."""
        for pair in self._connected():
            pair.is_swallowed = True

    def trickle_those_connected(self, rate: float = 20) -> None:
        """*rate* bytes a second of theirs get through, either way."""
        for pair in self._connected():
            pair.rate = rate

    def recover_those_connected(self) -> None:
        """All that comes gets through at once again."""
        for pair in self._connected():
            pair.rate = None

    def delay(self, seconds: float = 0.2) -> None:
        """Every piece is on its way for so long, either way."""
        self._delay = seconds

    def corrupt(self) -> None:
        """One byte of the next piece from the server is another: of its framing."""
        self._is_corrupt = True

    def garble(self) -> None:
        """One byte of the next message from the server is another: of its words."""
        self._is_garbled = True

    def redirect(self, port: int) -> None:
        """New connections go to *port*."""
        self._target = port

    # --- moments

    def at(self, passed: int, do: Callable[[], None]) -> None:
        """*do* it, once, when some client has sent *passed* bytes, and no more."""
        self._at.append((passed, do))

    def before_answer(self, do: Callable[[], None]) -> None:
        """*do* it, once, when a server has said its first words after the handshake.

        They have not passed yet.
        """
        self._before_answer = do

    def hold_answers(self) -> None:
        """Servers are not heard for now; clients are."""
        for pair in self._connected():
            pair.is_answering.clear()

    def release_answers(self) -> None:
        for pair in self._connected():
            pair.is_answering.set()

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
        self._cut(reset=True)
        for thread in self._threads:
            thread.join(TIMEOUT)

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _connected(self) -> list[_Pair]:
        with self._lock:
            return list(self._pairs)

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
        self._spawn(self._pump, pair, self._upward(pair), far)
        self._spawn(self._pump, pair, self._downward(pair), near)

    def _pump(
        self, pair: _Pair, pieces: Iterator[bytes], target: socket.socket
    ) -> None:
        with suppress(OSError):
            for piece in pieces:
                pair.is_cut.wait(self._delay)
                pair.is_flowing.wait()
                pair.write(target, piece)
        with suppress(OSError):
            if not pair.is_cut.is_set():
                target.shutdown(socket.SHUT_WR)

    def _upward(self, pair: _Pair) -> Iterator[bytes]:
        while data := pair.near.recv(self._until_next(pair)):
            pair.passed += len(data)
            self.passed += len(data)
            yield data
            for moment in [one for one in self._at if one[0] <= pair.passed]:
                self._at.remove(moment)
                moment[1]()

    def _until_next(self, pair: _Pair) -> int:
        left = [passed - pair.passed for passed, _ in self._at]
        return min([_AT_ONCE, *(size for size in left if size > 0)])

    def _downward(self, pair: _Pair) -> Iterator[bytes]:
        while data := pair.far.recv(_AT_ONCE):
            pair.answers += 1
            if pair.answers > 1 and (do := self._before_answer):
                self._before_answer = None
                do()
            pair.is_answering.wait()
            yield self._damaged(data)

    def _damaged(self, data: bytes) -> bytes:
        if self._is_corrupt:
            self._is_corrupt = False
            return bytes([data[0] ^ 0x70]) + data[1:]
        if self._is_garbled and len(data) > _A_MESSAGE:
            self._is_garbled = False
            middle = len(data) // 2
            return data[:middle] + bytes([data[middle] ^ 0x80]) + data[middle + 1 :]
        return data

    def _cut(self, *, reset: bool) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            pair.cut(reset=reset)
