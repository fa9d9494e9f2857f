"""The one thread that writes."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import Empty, Full, Queue

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ...errors import StoreError
from ...frozen import dataclass
from .changes import Change, DeleteConversation, DeleteOld, apply
from .faults import is_damage, translate

log = logging.getLogger(__name__)

GROUP_SECONDS = 0.05
"""A transaction takes no further write after that time."""

_QUEUE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class _Write:
    changes: tuple[Change, ...]
    done: Future[None]


class Writer:
    """Carries writes out in order, in short transactions of one thread.

    Writes that wait together are committed together. *exclusive* is held while a
    transaction runs.
    """

    def __init__(
        self,
        engine: Engine,
        exclusive: AbstractContextManager[object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._exclusive = exclusive
        self._clock = clock
        self._queue: Queue[_Write | None] = Queue(_QUEUE_SIZE)
        self._closing = threading.Lock()
        self._closed = False
        self._fails = False
        """Whether the last transaction did; said once, not at each."""
        self.is_damaged = False
        """Whether the database has shown itself to be."""
        self._thread = threading.Thread(target=self._run, name="store-writer")
        self._thread.start()

    def close(self) -> None:
        """Returns when everything that was written before is on disk."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def write(self, changes: tuple[Change, ...]) -> Future[None]:
        """All of *changes* or none; done when they are on disk. Never blocks."""
        write = _Write(changes, Future())
        write.done.set_running_or_notify_cancel()
        with self._closing:
            if self._closed:
                write.done.set_exception(StoreError("the store is closed"))
                return write.done
            try:
                self._queue.put_nowait(write)
            except Full:
                write.done.set_exception(StoreError("the disk does not keep up"))
        return write.done

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            self._commit(first)

    def _commit(self, first: _Write) -> None:
        group: list[_Write] = []
        try:
            with self._exclusive, self._engine.begin() as connection:
                self._fill(connection, first, group)
        except Exception as exc:  # noqa: BLE001 - it belongs to those who wrote
            log.log(logging.DEBUG if self._fails else logging.WARNING, "%s", exc)
            self._fails = True
            self.is_damaged |= _is_damage(exc)
            for write in group or [first]:
                write.done.set_exception(_translated(exc))
            return
        self._fails = False
        if any(_deletes(write) for write in group):
            self._reclaim()
        for write in group:
            write.done.set_result(None)

    def _fill(self, connection: Connection, first: _Write, group: list[_Write]) -> None:
        """Carry out *first* and what waits behind it; what succeeds is in *group*."""
        deadline = self._clock() + GROUP_SECONDS
        write: _Write | None = first
        while write is not None:
            group.append(write)
            try:
                with connection.begin_nested():
                    for change in write.changes:
                        apply(connection, change)
            except (IntegrityError, StoreError) as exc:
                group.pop().done.set_exception(_translated(exc))
            write = self._waiting() if self._clock() < deadline else None

    def _waiting(self) -> _Write | None:
        try:
            write = self._queue.get_nowait()
        except Empty:
            return None
        if write is None:
            # The end is for _run to see.
            self._queue.put(None)
        return write

    def _reclaim(self) -> None:
        """Give the pages of what was deleted back to the disk."""
        try:
            with self._exclusive, self._engine.connect() as connection:
                # A script is run to its end; a statement would free one page.
                cursor = connection.connection.cursor()
                cursor.executescript("PRAGMA incremental_vacuum")
        except (SQLAlchemyError, sqlite3.Error) as exc:
            log.warning("cannot shrink the store: %s", exc)


def _is_damage(error: Exception) -> bool:
    return isinstance(error, SQLAlchemyError | sqlite3.Error) and is_damage(error)


def _translated(error: Exception) -> Exception:
    match error:
        case SQLAlchemyError() | sqlite3.Error():
            return translate(error)
        case _:
            return error


def _deletes(write: _Write) -> bool:
    gone = DeleteConversation | DeleteOld
    return any(isinstance(change, gone) for change in write.changes)
