"""Conversations on disk: one writer, any number of readers."""

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ...protocol.events import ConversationId
from ..insights.findings import Finding
from . import reading
from .changes import Change
from .closing import Mark, NoMark
from .engines import open_reader
from .faults import is_damage, translate
from .finding_rows import FindingKind
from .opening import DATABASE_FILE, open_database, open_in_memory
from .records import (
    ConversationQuery,
    ConversationRecord,
    FrameRecord,
    MarkRecord,
    MemberRecord,
    MessageRecord,
    StreamRecord,
)
from .writer import Writer


def open_store(
    folder: Path | None, *, today: Callable[[], date] = date.today
) -> "Store":
    """The store in *folder*, or, with `None`, one that ends with this process.

    Exactly one may be open in a folder at a time: the server's lock sees to that. Says
    in `notices` what its owner should be told. Raises NewerStoreError where a newer
    symbl wrote it, StoreError or DiskFullError where it cannot be written.
    """
    if folder is None:
        engine = open_in_memory()
        return Store(engine, engine, threading.Lock(), NoMark())
    opened = open_database(folder, today=today)
    reader = open_reader(folder / DATABASE_FILE)
    return Store(opened.engine, reader, nullcontext(), opened.mark, opened.notices)


class Store:
    """What was said and found.

    Everything may be called from any thread; reads see what is committed and raise
    StoreError. *exclusive* is held by whoever uses a connection.
    """

    def __init__(
        self,
        writing: Engine,
        reading: Engine,
        exclusive: AbstractContextManager[object],
        mark: Mark,
        notices: tuple[str, ...] = (),
    ) -> None:
        self.notices = notices
        self._mark = mark
        self._is_damaged = False
        self._writing = writing
        self._reading = reading
        self._exclusive = exclusive
        self._writer = Writer(writing, exclusive)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Returns when everything that was written is on disk."""
        self._writer.close()
        self._reading.dispose()
        self._writing.dispose()
        if not (self._is_damaged or self._writer.is_damaged):
            self._mark.leave()

    def write(self, *changes: Change) -> Future[None]:
        """Carry out all of *changes*, or none; done when they are on disk.

        Never blocks. The future raises DiskFullError or StoreError; the store lives on.
        """
        return self._writer.write(changes)

    def conversation(self, tenant: str, name: str) -> ConversationRecord | None:
        """By its id, or the newest for `last`."""
        with self._connection() as connection:
            return reading.conversation(connection, tenant, name)

    def is_taken(self, conversation_id: str) -> bool:
        """Whether any tenant has a conversation of that id."""
        with self._connection() as connection:
            return reading.is_taken(connection, conversation_id)

    def conversations(
        self, tenant: str, query: ConversationQuery
    ) -> tuple[ConversationRecord, ...]:
        with self._connection() as connection:
            return reading.conversations(connection, tenant, query)

    def live_conversations(self) -> tuple[ConversationRecord, ...]:
        """Those of every tenant that were not completed, oldest first."""
        with self._connection() as connection:
            return reading.live_conversations(connection)

    def ended_by(self, limit: datetime) -> tuple[ConversationId, ...]:
        """Those of every tenant that ended at *limit* or earlier, the oldest first."""
        with self._connection() as connection:
            return reading.ended_by(connection, limit)

    def find_by_connection(
        self, tenant: str, connection_id: str
    ) -> ConversationRecord | None:
        """The newest that *connection_id* was used for."""
        with self._connection() as connection:
            return reading.find_by_connection(connection, tenant, connection_id)

    def members(self, *owners: ConversationId) -> tuple[MemberRecord, ...]:
        """Those of all *owners*, in order of appearance."""
        with self._connection() as connection:
            return reading.members(connection, owners)

    def streams(self, owner: ConversationId) -> tuple[StreamRecord, ...]:
        with self._connection() as connection:
            return reading.streams(connection, owner)

    def messages(self, owner: ConversationId) -> tuple[MessageRecord, ...]:
        """In the order in which they were said."""
        with self._connection() as connection:
            return reading.messages(connection, owner)

    def findings(
        self, owner: ConversationId, kinds: Collection[FindingKind] = tuple(FindingKind)
    ) -> tuple[Finding, ...]:
        """What was found and not withdrawn, in order of first appearance.

        Speakers and assignees have the names that members have now.
        """
        with self._connection() as connection:
            return reading.findings(connection, owner, kinds)

    def marks(self, owner: ConversationId) -> tuple[MarkRecord, ...]:
        with self._connection() as connection:
            return reading.marks(connection, owner)

    def frames(self, owner: ConversationId, after: int) -> tuple[FrameRecord, ...]:
        """Those later than event *after*, whoever they were for, in order."""
        with self._connection() as connection:
            return reading.frames(connection, owner, after)

    def size(self) -> int:
        """Bytes of the database."""
        with self._connection() as connection:
            return reading.size(connection)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._exclusive, self._reading.begin() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as exc:
            self._is_damaged |= is_damage(exc)
            raise translate(exc) from exc
