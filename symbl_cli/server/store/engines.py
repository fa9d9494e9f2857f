"""Connections to the database: one that writes, many that read."""

from pathlib import Path

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_TIMEOUT = 5.0
"""Seconds; nobody else writes, so that only a checkpoint is ever waited for."""

_FILE_PRAGMAS = (
    "PRAGMA auto_vacuum=INCREMENTAL",
    "PRAGMA journal_mode=WAL",
    # What is lost with the power is what the spool of a client loses too.
    "PRAGMA synchronous=NORMAL",
    # Deleted words are overwritten, not only forgotten.
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
)


def open_writer(path: Path) -> Engine:
    """Transactions of it begin by taking the write lock."""
    engine = create_engine(f"sqlite:///{path}", connect_args=_arguments(), pool_size=1)
    _prepare(engine, _FILE_PRAGMAS, begin="BEGIN IMMEDIATE")
    return engine


def open_reader(path: Path) -> Engine:
    """As many connections as there are threads that read; none can write."""
    engine = create_engine(
        f"sqlite:///{path}", connect_args=_arguments(), pool_size=4, max_overflow=-1
    )
    _prepare(engine, ("PRAGMA query_only=ON",), begin="BEGIN")
    return engine


def open_memory() -> Engine:
    """One connection, to be used by one thread at a time."""
    engine = create_engine("sqlite://", connect_args=_arguments(), poolclass=StaticPool)
    _prepare(engine, ("PRAGMA foreign_keys=ON",), begin="BEGIN IMMEDIATE")
    return engine


def _arguments() -> dict[str, object]:
    # Without an isolation level the driver leaves BEGIN to us.
    return {
        "check_same_thread": False,
        "isolation_level": None,
        "timeout": _BUSY_TIMEOUT,
    }


def _prepare(engine: Engine, pragmas: tuple[str, ...], *, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def configure(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = raw.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
