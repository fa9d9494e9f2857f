"""Opening a store that may be new, old, newer than we are, or damaged."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ...errors import NewerStoreError
from ...frozen import dataclass
from ...private import make_file, make_folder
from . import schema
from .closing import ClosingMark
from .engines import open_memory, open_writer
from .faults import is_damage, is_interruption, translate, unusable

DATABASE_FILE = "conversations.db"

_LONGEST_CHECK = 4.0
"""Seconds: whoever started us waits for so much, but not for twice that."""
_STEPS = 10_000
"""Of the database between two looks at the clock."""
_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that is ready."""

    engine: Engine
    """The one that writes."""
    mark: ClosingMark
    """To be left when it is closed."""
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
    Raises NewerStoreError, StoreError or DiskFullError, and leaves all as it was then.
    """
    path = folder / DATABASE_FILE
    try:
        make_folder(folder, exist_ok=True)
        try:
            return _open_sound(path, today, migrations)
        except _Damaged as exc:
            aside = _set_aside(path, today())
            opened = _open_sound(path, today, migrations)
            notice = _damaged(aside, exc.why)
            return Opened(opened.engine, opened.mark, (notice,))
    except OSError as exc:
        raise unusable(folder, exc) from exc


def open_in_memory() -> Engine:
    """A database that ends with its engine."""
    engine = open_memory()
    with engine.begin() as connection:
        schema.create(connection, schema.newest_version())
    return engine


class _Damaged(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _damaged(aside: Path, why: str) -> str:
    is_readable = aside.is_file() and aside.stat().st_size > 0
    remedy = (
        f'`sqlite3 "{aside}" .recover` shows what can be read of them'
        if is_readable
        else f"if you have a backup, put it in the place of {DATABASE_FILE}"
    )
    return (
        f"the conversations on disk were damaged ({why}): they are now in {aside}, "
        f"and a new store was begun; {remedy}"
    )


def _open_sound(
    path: Path, today: Callable[[], date], migrations: Sequence[schema.Migration]
) -> Opened:
    """Raises _Damaged where *path* is no sound store, OSError where it cannot be."""
    is_new = _made_private(path)
    mark = ClosingMark(path)
    is_unchanged = mark.take()
    engine = open_writer(path)
    try:
        with _translated():
            if not is_unchanged:
                _check(engine)
            version = _version(engine)
            notices = _bring_up(engine, path, version, today, migrations)
    except BaseException:
        engine.dispose()
        if is_new:
            _remove(path)
        raise
    return Opened(engine, mark, notices)


def _made_private(path: Path) -> bool:
    """Make the file before SQLite does, so that nobody else ever reads it.

    Whether it was made. Raises _Damaged where something else is in its place.
    """
    if path.exists():
        if not path.is_file():
            raise _Damaged(f"{path.name} is no file")
        if not path.stat().st_size and not path.with_name(f"{path.name}-wal").exists():
            raise _Damaged("the file was empty")
    is_new = not path.exists()
    make_file(path)
    return is_new


def _check(engine: Engine) -> None:
    """Raises _Damaged; what is not checked in good time is taken as sound."""
    with engine.connect() as connection, _limited(connection):
        try:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        except SQLAlchemyError as exc:
            if not is_interruption(exc):
                raise
        else:
            if found != "ok":
                raise _Damaged("its check failed")


@contextmanager
def _limited(connection: Connection) -> Iterator[None]:
    raw = cast("sqlite3.Connection", connection.connection.driver_connection)
    deadline = time.monotonic() + _LONGEST_CHECK
    raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _version(engine: Engine) -> int | None:
    """The schema's version, `None` if the database is empty."""
    with engine.connect() as connection:
        try:
            return schema.read_version(connection)
        except ValueError as exc:
            raise _Damaged("it is no store of symbl") from exc


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
    try:
        _copy(path, copy)
        with engine.begin() as connection:
            schema.migrate(connection, version, migrations)
    except BaseException:
        _remove(copy)  # it is what the store still is
        raise
    notice = (
        "the conversations on disk were brought up to date; a copy from before is "
        f"{copy}: delete it when all is well"
    )
    return (notice,)


def _copy(path: Path, target: Path) -> None:
    make_file(target)
    with (
        closing(sqlite3.connect(path)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)


def _set_aside(path: Path, today: date) -> Path:
    """Rename the database and what SQLite keeps beside it."""
    target = _unused(path, f"damaged-{today.isoformat()}")
    for ending in ("", *_BESIDE):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(target.with_name(target.name + ending))
    return target


def _remove(path: Path) -> None:
    for ending in ("", *_BESIDE):
        with suppress(OSError):
            path.with_name(path.name + ending).unlink(missing_ok=True)


def _unused(path: Path, ending: str) -> Path:
    candidate = path.with_name(f"{path.name}.{ending}")
    number = 2
    while candidate.exists():
        candidate = path.with_name(f"{path.name}.{ending}-{number}")
        number += 1
    return candidate


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as exc:
        if is_damage(exc):
            raise _Damaged("it is no database") from exc
        raise translate(exc) from exc
