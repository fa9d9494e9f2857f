"""What the database says is wrong, in our own words."""

import sqlite3
from enum import IntEnum

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ...errors import DiskFullError, StoreError, SymblError


class _Code(IntEnum):
    """SQLite's primary result codes that we tell apart."""

    PERM = 3
    BUSY = 5
    READONLY = 8
    IOERR = 10
    CORRUPT = 11
    FULL = 13
    CANTOPEN = 14
    CONSTRAINT = 19
    NOTADB = 26


_PRIMARY = 0xFF
_FREE_SPACE = "free some space; `symbl conversation delete --older-than 30d` helps"


def translate(error: SQLAlchemyError | sqlite3.Error) -> SymblError:
    """The error to raise instead of *error*."""
    match _code(error):
        case _Code.FULL:
            return DiskFullError(
                "no space left on the disk for conversations", suggestion=_FREE_SPACE
            )
        case _Code.READONLY | _Code.PERM | _Code.CANTOPEN:
            return StoreError(
                "the conversations on disk cannot be written",
                suggestion="make their folder writable: `symbl config path` names it",
            )
        case _Code.CORRUPT | _Code.NOTADB:
            return StoreError(
                "the conversations on disk are damaged",
                suggestion="start again: what is damaged is set aside then",
            )
        case _Code.CONSTRAINT:
            return StoreError("not kept: its conversation was deleted meanwhile")
        case _Code.BUSY:
            return StoreError(
                "another program is writing the conversations",
                suggestion="end it; one server at a time writes them",
            )
        case _:
            return StoreError(f"the conversations on disk cannot be used: {error}")


def is_damage(error: SQLAlchemyError | sqlite3.Error) -> bool:
    """Whether *error* says that the file is no sound database."""
    return _code(error) in {_Code.CORRUPT, _Code.NOTADB}


def _code(error: SQLAlchemyError | sqlite3.Error) -> int | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY
