"""Opening a store that may be new, old, newer than we are, or damaged."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ...errors import NewerStoreError, StoreError
from ...frozen import dataclass
from . import schema
from .engines import open_memory, open_writer
from .faults import is_damage, translate

DATABASE_FILE = "conversations.db"


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that is ready."""

    engine: Engine
    """The one that writes."""
    notices: tuple[str, ...] = ()
    """What was done to it that its owner should be told, a sentence each."""


def open_database(
    folder: Path,
    *,
    today: Callable[[], date] = date.today,
    migrations: Sequence[schema.Migration] = schema.MIGRATIONS,
) -> Opened:
    """Open the database in *folder*, made where it is missing.

    An older one is copied aside and migrated, a damaged one set aside and begun anew.
    Raises NewerStoreError, StoreError or DiskFullError.
    """
    path = folder / DATABASE_FILE
    _make_private(folder, path)
    try:
        return _open_sound(path, today, migrations)
    except _Damaged:
        aside = _set_aside(path, today())
        _make_private(folder, path)
        notice = f"the conversations on disk were damaged; they are now in {aside}"
        return Opened(_open_sound(path, today, migrations).engine, (notice,))


def open_in_memory() -> Engine:
    """A database that ends with its engine."""
    engine = open_memory()
    with engine.begin() as connection:
        schema.create(connection, schema.newest_version())
    return engine


class _Damaged(Exception):
    pass


def _open_sound(
    path: Path, today: Callable[[], date], migrations: Sequence[schema.Migration]
) -> Opened:
    """Raises _Damaged where *path* is no sound store."""
    engine = open_writer(path)
    try:
        with _translated():
            version = _check(engine)
            notices = _bring_up(engine, path, version, today, migrations)
    except BaseException:
        engine.dispose()
        raise
    return Opened(engine, notices)


def _check(engine: Engine) -> int | None:
    """The schema's version, `None` if the database is empty."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            raise _Damaged(found)
        try:
            return schema.read_version(connection)
        except ValueError as exc:
            raise _Damaged from exc


def _bring_up(
    engine: Engine,
    path: Path,
    version: int | None,
    today: Callable[[], date],
    migrations: Sequence[schema.Migration],
) -> tuple[str, ...]:
    newest = schema.newest_version(migrations)
    if version is None:
        with engine.begin() as connection:
            schema.create(connection, newest)
        return ()
    if version > newest:
        raise NewerStoreError(
            f"a newer symbl wrote the conversations in {path.parent} "
            f"(schema {version}; this one reads up to {newest})",
            suggestion="update this one: `pip install --upgrade symbl-cli`",
        )
    if version == newest:
        return ()
    copy = _unused(path, f"schema-{version}-{today().isoformat()}")
    _copy(path, copy)
    with engine.begin() as connection:
        schema.migrate(connection, version, migrations)
    return (f"the conversations on disk were updated; a copy from before is {copy}",)


def _copy(path: Path, target: Path) -> None:
    _make_file(target)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def _set_aside(path: Path, today: date) -> Path:
    """Rename the database and what SQLite keeps beside it."""
    target = _unused(path, f"damaged-{today.isoformat()}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(target.with_name(target.name + ending))
    return target


def _unused(path: Path, ending: str) -> Path:
    candidate = path.with_name(f"{path.name}.{ending}")
    number = 2
    while candidate.exists():
        candidate = path.with_name(f"{path.name}.{ending}-{number}")
        number += 1
    return candidate


def _make_private(folder: Path, path: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_file(path)
    except OSError as exc:
        raise StoreError(
            f"conversations cannot be kept in {folder}: {exc.strerror}",
            suggestion="make the folder writable, or go on without: `--no-store`",
        ) from exc


def _make_file(path: Path) -> None:
    """Made before SQLite makes it, so that nobody else ever reads it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as exc:
        if is_damage(exc):
            raise _Damaged from exc
        raise translate(exc) from exc
