"""What the server said, on its way to the callbacks of a program."""

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from threading import Condition, get_ident
from typing import TypeAlias

from ..protocol.events import Fields, Json
from ..streaming.tasks import Task

log = logging.getLogger(__name__)

# The API's messages as they are: that is what programs were written for.
Message: TypeAlias = dict[str, Json]
Callback: TypeAlias = Callable[..., object]
"""Called with one `Message`."""

LIMIT = 64 * 2**20
"""Bytes of frames that may wait: days of speech."""

_KEPT_BACK = {"conversation_created", "started_listening"}
"""The vendor's SDK used these itself (streaming-api.md §6.3)."""
_FINDINGS = ("insights", "topics", "trackers", "entities")


class Events:
    """Keeps frames until somebody subscribes, then calls back: one thread, in order.

    An interim result that waits gives way to the next one. What the server says again
    because it changed is left out: programs written for the vendor would take it for
    something new.
    """

    def __init__(
        self, *, limit: int = LIMIT, ended: Callable[[], None] = lambda: None
    ) -> None:
        """*ended* is called when all was delivered, after `finish`."""
        self._limit = limit
        self._waiting: deque[tuple[Message, int]] = deque()
        self._size = 0
        self._seen: set[str] = set()
        self._callbacks: Mapping[str, Callback] | None = None
        self._is_over = False
        self._changed = Condition()
        self._thread: int | None = None
        self._failure: Exception | None = None
        self._delivery = Task("symbl callbacks", self._deliver_all, ended)

    def put(self, frame: str) -> None:
        """From the thread that receives; never waits for a callback."""
        message: Message = json.loads(frame)
        if self._is_kept_back(message):
            return
        with self._changed:
            if self._waiting and _replaces(message, self._waiting[-1][0]):
                self._size -= self._waiting.pop()[1]
            self._waiting.append((message, len(frame)))
            self._size += len(frame)
            self._drop_oldest()
            self._changed.notify_all()

    def subscribe(self, callbacks: Mapping[str, Callback]) -> None:
        """From now on these alone; those that waited for the first ones come now."""
        with self._changed:
            self._callbacks = dict(callbacks)
            self._changed.notify_all()

    def finish(self) -> None:
        """No more will be put."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    @property
    def is_calling(self) -> bool:
        """Whether it is a callback that asks."""
        return self._thread == get_ident()

    @property
    def failure(self) -> BaseException | None:
        """The first that a callback raised; after SystemExit none is called."""
        return self._failure or self._delivery.error

    def join(self) -> None:
        """Wait until everything was delivered, after `finish`."""
        self._delivery.join()

    def _is_kept_back(self, message: Message) -> bool:
        match message:
            case {"type": "message", "message": {"type": str(kind)}}:
                return kind in _KEPT_BACK
            case _:
                found = [one for name in _FINDINGS for one in _items(message, name)]
                news = [one for one in found if self._is_news(one)]
                return bool(found) and not news

    def _is_news(self, finding: Fields) -> bool:
        name = finding.get("id")
        if finding.get("removed"):
            return False
        if not isinstance(name, str):
            return True
        is_new = name not in self._seen
        self._seen.add(name)
        return is_new

    def _drop_oldest(self) -> None:
        dropped = 0
        while self._size > self._limit and len(self._waiting) > 1:
            self._size -= self._waiting.popleft()[1]
            dropped += 1
        if dropped:
            log.warning("callbacks are too slow: %d messages were dropped", dropped)

    def _deliver_all(self) -> None:
        self._thread = get_ident()
        while (found := self._next()) is not None:
            callback, message = found
            try:
                callback(message)
            except Exception as exc:
                self._failure = self._failure or exc
                log.warning("a callback failed, which stop() will raise", exc_info=True)

    def _next(self) -> tuple[Callback, Message] | None:
        """The next that somebody wants, waited for; `None` when all is over."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._is_over or self._has_something)
                if not self._has_something:
                    return None
                message, size = self._waiting.popleft()
                self._size -= size
                callback = (self._callbacks or {}).get(str(message.get("type")))
                if callback is not None:
                    return callback, message

    @property
    def _has_something(self) -> bool:
        return bool(self._waiting) and self._callbacks is not None


def _items(message: Message, name: str) -> list[Message]:
    items = message.get(name)
    if not isinstance(items, list):
        return []
    return [item for item in items if isinstance(item, dict)]


def _replaces(message: Message, waiting: Message) -> bool:
    """Whether *waiting* is an interim result, and *message* a later one of the same."""
    match waiting:
        case {"message": {"isFinal": False}}:
            return _utterance(waiting) == _utterance(message) is not None
        case _:
            return False


def _utterance(message: Message) -> tuple[Json, Json] | None:
    match message:
        case {"message": dict(result)} if result.get("type") == "recognition_result":
            return result.get("id"), result.get("user")
        case _:
            return None
