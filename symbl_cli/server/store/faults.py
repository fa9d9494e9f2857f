"""What the database says is wrong, in our own words."""

import errno
import sqlite3
from enum import IntEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ...errors import DiskFullError, StoreError, SymblError


class _Code(IntEnum):
    """SQLite's primary result codes that we tell apart."""

    PERM = 3
    BUSY = 5
    READONLY = 8
    INTERRUPT = 9
    IOERR = 10
    CORRUPT = 11
    FULL = 13
    CANTOPEN = 14
    CONSTRAINT = 19
    NOTADB = 26


_PRIMARY = 0xFF
_FULL_TOO = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP})
"""How a full disk shows where memory is mapped onto it."""
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_FREE_SPACE = "free some space; `symbl conversation delete --older-than 30d` helps"
_WRITABLE = "make their folder writable: `symbl config path` names it"


def translate(error: SQLAlchemyError | sqlite3.Error) -> SymblError:
    """The error to raise instead of *error*."""
    if _extended(error) in _FULL_TOO:
        return _full()
    match _code(error):
        case _Code.FULL:
            return _full()
        case _Code.READONLY | _Code.PERM | _Code.CANTOPEN:
            return StoreError(
                "the conversations on disk cannot be written", suggestion=_WRITABLE
            )
        case _Code.CORRUPT | _Code.NOTADB:
            return StoreError(
                "the conversations on disk are damaged",
                suggestion="start again: what is damaged is set aside then",
            )
        case _Code.CONSTRAINT:
            return deleted()
        case _Code.BUSY:
            return StoreError(
                "another program is writing the conversations",
                suggestion="end it; one server at a time writes them",
            )
        case _Code.IOERR:
            return StoreError(
                "the disk does not read or write the conversations",
                suggestion="check it, and `symbl config path`",
            )
        case _:
            return StoreError(
                f"the conversations on disk cannot be used: {_cause(error)}",
                suggestion="report it; `symbl config path` says where they are",
            )


def deleted() -> StoreError:
    """What to tell where something came to a conversation that is no more."""
    return StoreError("not kept: its conversation was deleted meanwhile")


def unusable(folder: Path, error: OSError) -> SymblError:
    """What to tell of *error*, because of which nothing can be kept in *folder*."""
    if error.errno in _NO_SPACE:
        return _full()
    return StoreError(
        f"conversations cannot be kept in {folder}: {error.strerror}",
        suggestion="make it a folder that you can write to",
    )


def is_damage(error: SQLAlchemyError | sqlite3.Error) -> bool:
    """Whether *error* says that the file is no sound database."""
    return _code(error) in {_Code.CORRUPT, _Code.NOTADB}


def is_interruption(error: SQLAlchemyError | sqlite3.Error) -> bool:
    """Whether we ourselves have ended what was being done."""
    return _code(error) == _Code.INTERRUPT


def _full() -> DiskFullError:
    return DiskFullError(
        "no space left on the disk for conversations", suggestion=_FREE_SPACE
    )


def _code(error: SQLAlchemyError | sqlite3.Error) -> int | None:
    extended = _extended(error)
    return None if extended is None else extended & _PRIMARY


def _extended(error: SQLAlchemyError | sqlite3.Error) -> int | None:
    code = getattr(_cause(error), "sqlite_errorcode", None)
    return code if isinstance(code, int) else None


def _cause(error: SQLAlchemyError | sqlite3.Error) -> BaseException:
    """Without what SQLAlchemy says around it."""
    return (error.orig or error) if isinstance(error, DBAPIError) else error
