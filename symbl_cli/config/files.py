"""Configuration files: read fast [tomllib], changed with care [tomlkit]."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DiskFullError, OutputError, UsageError
from .places import Folder, NoFolder, ready

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

PRIVATE = 0o600
_LONGEST = 1 << 20


def read_toml(file: Folder) -> Mapping[str, object]:
    """What *file* holds, nothing if it is not there; raises UsageError."""
    raw = _read(file)
    if not raw.strip():
        return {}
    import tomllib

    try:
        return tomllib.loads(raw)
    except RecursionError as exc:
        raise UsageError(
            f"{file} is not valid: its values are nested too deeply",
            suggestion="correct it, or move the file away",
        ) from exc
    except tomllib.TOMLDecodeError as exc:
        raise UsageError(
            f"{file} is not valid TOML: {exc}",
            suggestion="correct that line, or move the file away",
        ) from exc


@contextmanager
def editing(file: Folder) -> Iterator["TOMLDocument"]:
    """*file* to be changed: written at the end, comments and all, readable by us alone.

    Raises UsageError where it cannot be read, OutputError where it cannot be written.
    """
    import tomlkit

    read_toml(file)  # the same words about a file that is not right
    document = tomlkit.parse(_read(file))
    yield document
    write_private(file, tomlkit.dumps(document))


def write_private(file: Folder, text: str) -> None:
    """Put *text* into *file* in one step; nobody else may read it. Raises OutputError.

    A symbolic link stays one.
    """
    match file:
        case NoFolder(reason=reason):
            raise OutputError(f"settings cannot be saved: {reason}")
        case _:
            _replace(file.resolve(), text)


def bounded_text(file: Path) -> str:
    """All of *file*, which may come with a folder from elsewhere.

    Raises OSError also where reading might wait, or never end, and UnicodeDecodeError.
    """
    mode = file.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "It is a device or a pipe")
    with file.open(encoding="utf-8-sig") as opened:
        text = opened.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise OSError(errno.EFBIG, "It is longer than settings ever are")
    return text


def _read(file: Folder) -> str:
    match file:
        case NoFolder():
            return ""
        case _:
            return _text(file)


def _text(file: Path) -> str:
    try:
        return bounded_text(file)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as exc:
        raise UsageError(
            f"{file} is not text in UTF-8", suggestion="save it as UTF-8"
        ) from exc
    except OSError as exc:
        raise UsageError(
            f"{file} cannot be read: {exc.strerror}",
            suggestion="make it readable, or move it away",
        ) from exc


def _replace(file: Path, text: str) -> None:
    match ready(file.parent):
        case NoFolder(reason=reason):
            raise OutputError(f"{file} cannot be written: {reason}")
        case _:
            pass
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        _write_new(draft, text)
        draft.replace(file)
    except OSError as exc:
        with suppress(OSError):
            draft.unlink()
        kind = DiskFullError if exc.errno == errno.ENOSPC else OutputError
        raise kind(f"{file} cannot be written: {exc.strerror}") from exc


def _write_new(file: Path, text: str) -> None:
    with suppress(FileNotFoundError):
        file.unlink()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as out:
        out.write(text)
