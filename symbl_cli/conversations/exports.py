"""Files of exported conversations: one JSON each, with a version."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import DiskFullError, OutputError, RemoteProtocolError, UsageError
from ..protocol.resource_table import read, read_body, write
from ..protocol.resources import Export, ExportFile

VERSION = 1


def write_export(exports: Sequence[Export], target: Path | None) -> None:
    """To *target*, which must be new and which only its owner can read, or to stdout.

    Raises OutputError or DiskFullError; then *target* is not there.
    """
    file = ExportFile(version=VERSION, conversations=tuple(exports))
    text = json.dumps(write(file), ensure_ascii=False, indent=1) + "\n"
    if target is None:
        sys.stdout.write(text)
        return
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as exc:
        raise OutputError(
            f"{target} is there already", suggestion="name another file, or remove it"
        ) from exc
    except OSError as exc:
        raise OutputError(f"cannot write {target}: {exc.strerror}") from exc
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123 - has the mode
            stream.write(text)
    except OSError as exc:
        target.unlink(missing_ok=True)
        raise DiskFullError(f"cannot write {target}: {exc.strerror}") from exc


def read_export(source: Path | None) -> ExportFile:
    """Of *source* or of stdin; raises UsageError where it is no export of ours."""
    name = "stdin" if source is None else str(source)
    try:
        body = sys.stdin.buffer.read() if source is None else source.read_bytes()
    except OSError as exc:
        raise UsageError(f"cannot read {name}: {exc.strerror}") from exc
    try:
        file = read(ExportFile, read_body(body))
    except RemoteProtocolError as exc:
        raise UsageError(
            f"{name} is no export of conversations: {exc.message}",
            suggestion="give a file that `symbl conversation export` wrote",
        ) from exc
    if file.version > VERSION:
        raise UsageError(
            f"{name} was written by a newer symbl (version {file.version})",
            suggestion="update this one: `pip install --upgrade symbl-cli`",
        )
    return file
