"""The schema's version, and how one becomes the next."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, insert, inspect, select, update

from . import tables

Migration: TypeAlias = Callable[[Connection], None]


def _index_lists(connection: Connection) -> None:
    """Lists come sorted; what runs, and what has grown old, is found at once."""
    for statement in (
        "DROP INDEX conversations_by_start",
        "CREATE INDEX conversations_by_start ON conversations (tenant, started_at, id)",
        "CREATE INDEX conversations_by_end ON conversations (is_live, ended_at)",
    ):
        connection.exec_driver_sql(statement)


MIGRATIONS: tuple[Migration, ...] = (_index_lists,)
"""Migration N (from 1) turns schema N into N + 1; a released one never changes."""

_VERSION_KEY = "schema_version"

_SEARCH = (
    """
    CREATE VIRTUAL TABLE message_search USING fts5(
        text, content='messages', content_rowid='number',
        tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN
        INSERT INTO message_search(rowid, text) VALUES (new.number, new.text);
    END
    """,
    """
    CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN
        INSERT INTO message_search(message_search, rowid, text)
        VALUES ('delete', old.number, old.text);
    END
    """,
    """
    CREATE TRIGGER message_search_update AFTER UPDATE OF text ON messages BEGIN
        INSERT INTO message_search(message_search, rowid, text)
        VALUES ('delete', old.number, old.text);
        INSERT INTO message_search(rowid, text) VALUES (new.number, new.text);
    END
    """,
)
"""SQLite's own: the index of words follows the messages by itself."""


def newest_version(migrations: Sequence[Migration] = MIGRATIONS) -> int:
    return len(migrations) + 1


def read_version(connection: Connection) -> int | None:
    """The schema's version, `None` in an empty database.

    Raises ValueError where there is something else than a store.
    """
    present = set(inspect(connection).get_table_names())
    if not present:
        return None
    if tables.meta.name not in present:
        raise ValueError("no store: it has no version")
    query = select(tables.meta.c.value).where(tables.meta.c.key == _VERSION_KEY)
    return int(connection.scalar(query) or "")


def create(connection: Connection, version: int) -> None:
    """The newest schema in an empty database, which is *version*."""
    tables.metadata.create_all(connection)
    for statement in _SEARCH:
        connection.exec_driver_sql(statement)
    row = {"key": _VERSION_KEY, "value": str(version)}
    connection.execute(insert(tables.meta), row)


def migrate(
    connection: Connection, version: int, migrations: Sequence[Migration]
) -> None:
    """Bring a store of *version* to the newest one."""
    for migration in migrations[version - 1 :]:
        migration(connection)
    newest = {"value": str(newest_version(migrations))}
    key = tables.meta.c.key == _VERSION_KEY
    connection.execute(update(tables.meta).where(key), newest)
