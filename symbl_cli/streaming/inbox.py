"""The queue between the threads that read sockets and the one that tells lines."""

from collections import deque
from threading import Condition
from typing import TypeAlias

from ..errors import SymblError, UnreachableError
from ..frozen import dataclass
from ..lines import Status
from ..protocol.events import Event, RecognitionResult

LIMIT = 64 * 2**20
"""Bytes of frames that may wait: days of speech."""
_LOOK = 0.5
"""Seconds after which a signal is noticed that nothing else made noticed."""


@dataclass(frozen=True, slots=True)
class Received:
    """An event that came on stream number *stream*."""

    stream: int
    event: Event
    frame: str
    at: float
    """When, by the monotonic clock."""
    base: int = 0
    """The position that this socket's own time counts from."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The engine's own news of a stream."""

    status: Status


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps the server from being reached, that people can do something about."""

    error: SymblError


@dataclass(frozen=True, slots=True)
class Resumed:
    """Stream number *stream* goes on, on another socket."""

    stream: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A thread of the run has come to its end; its result is to be had now."""

    stream: int | None = None
    """Of which nothing more comes."""


class Overflow(UnreachableError):
    """More waits than can be kept."""


Item: TypeAlias = Received | Notice | Trouble | Resumed | Finished
Utterance: TypeAlias = tuple[int, str | None]


class Inbox:
    """In order; an interim result takes the place of its predecessor.

    Everything else is kept, up to 64 MB; past that `put` raises Overflow.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._cells: deque[list[Item]] = deque()
        self._interims: dict[Utterance, list[Item]] = {}
        self._size = 0
        self._limit = limit
        self._changed = Condition()

    def put(self, item: Item) -> None:
        with self._changed:
            if not self._replaced(item):
                self._append(item)

    def get(self) -> Item:
        """The next, waited for."""
        with self._changed:
            while not self._cells:
                # A signal that comes just before the wait would not end it.
                self._changed.wait(_LOOK)
            item = self._cells.popleft()[0]
            self._size -= _size(item)
            key = _utterance(item)
            if key is not None and self._is_queued(key, item):
                del self._interims[key]
            return item

    def _is_queued(self, key: Utterance, item: Item) -> bool:
        cell = self._interims.get(key)
        return cell is not None and cell[0] is item

    def _replaced(self, item: Item) -> bool:
        key = _utterance(item)
        if key is None:
            return False
        if not _is_interim(item):
            self._interims.pop(key, None)
            return False
        cell = self._interims.get(key)
        if cell is None:
            return False
        self._size += _size(item) - _size(cell[0])
        cell[0] = item
        return True

    def _append(self, item: Item) -> None:
        size = _size(item)
        if size and self._size + size > self._limit:
            raise Overflow(
                "the server says more than can be handled: 64 MB are waiting",
                suggestion="start again",
            )
        self._size += size
        cell = [item]
        key = _utterance(item)
        if key is not None and _is_interim(item):
            self._interims[key] = cell
        self._cells.append(cell)
        self._changed.notify()


def _size(item: Item) -> int:
    return len(item.frame) if isinstance(item, Received) else 0


def _utterance(item: Item) -> Utterance | None:
    """The utterance that *item* is a result of, if it is one."""
    match item:
        case Received(stream=stream, event=RecognitionResult() as result):
            who = result.user.id if result.user else None
            return stream, result.message_id or who
        case _:
            return None


def _is_interim(item: Item) -> bool:
    match item:
        case Received(event=RecognitionResult(is_final=False)):
            return True
        case _:
            return False
