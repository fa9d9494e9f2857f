"""The folder of a run, `runs/CONNECTION-ID/`: there while it runs, gone when it ended.

A lock in it is held as long as the run lives, and freed by the kernel when it is
killed: what lies in folders with free locks, interrupted runs have left behind. Whoever
recovers one holds the same lock.
"""

import os
import re
from contextlib import suppress
from enum import Enum
from itertools import count
from pathlib import Path
from urllib.parse import quote

from .. import private
from ..locks import Lock, length_held, take
from .run_record import RunRecord, encode_record
from .segments import read_name

RECORD = "run.json"
JOURNAL = "journal.jsonl"
LOCK = "lock"
TOLD = "told"
"""Whoever recovers was told of it."""
CUT = "cut"
"""The disk took no more at some time: not all that was heard may be here."""
_OURS = {RECORD, JOURNAL, LOCK, TOLD, CUT}
_NEW = ".new"
"""Behind the name of a file while it is written."""
_LONGEST_NAME = 100


def make_folder(runs: Path, connection_id: str) -> Path:
    """A new one for a run under *connection_id*, whatever that is; raises OSError.

    Another run may have the same id: it joined the same conversation, or was killed.
    """
    name = re.sub(r"^\.", "%2E", quote(connection_id, safe=" "))[:_LONGEST_NAME]
    for number in count(1):
        folder = runs / (name if number == 1 else f"{name}-{number}")
        with suppress(FileExistsError):
            private.make_folder(folder)
            return folder
    raise AssertionError


class Holder(Enum):
    """Who holds the lock of a folder: its length says it."""

    RUN = 0
    RECOVERY = 1
    """No run comes back to a folder, so who ever set out to recover it can say so."""


def lock_folder(folder: Path, holder: Holder = Holder.RUN) -> Lock:
    """Hold the lock of *folder*; raises OSError where it is held, or cannot be."""
    return take(folder / LOCK, holder.value)


def holder_of(folder: Path) -> Holder | None:
    """Who holds the lock of *folder*, if anybody does; raises OSError."""
    match length_held(folder / LOCK):
        case None:
            return None
        case length:
            return Holder(min(length, Holder.RECOVERY.value))


def write_record(folder: Path, record: RunRecord) -> None:
    """At once or not at all; raises OSError."""
    _replace(folder, RECORD, encode_record(record).encode())


def write_journal(folder: Path, whole: bytes, more: str) -> None:
    """*whole*, and *more* behind it: at once or not at all; raises OSError."""
    _replace(folder, JOURNAL, whole + more.encode(errors="replace"))


def _replace(folder: Path, name: str, content: bytes) -> None:
    new = folder / f"{name}{_NEW}"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 — has the mode
        file.write(content)
    new.replace(folder / name)


def remove_folder(folder: Path, lock: Lock | None) -> None:
    """With all that is ours in it, and first what says that it is there.

    Files that others put there stay, and with them the folder.
    """
    (folder / RECORD).unlink(missing_ok=True)
    if lock is not None:
        lock.release()
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name.removesuffix(_NEW) in _OURS or read_name(path.name):
                path.unlink(missing_ok=True)
        folder.rmdir()


def remove_emptied(folder: Path) -> None:
    """What locking *folder* has left of it while another removed it.

    Whoever holds its lock may call this, whatever is there.
    """
    if not (folder / RECORD).exists():
        with suppress(OSError):
            (folder / LOCK).unlink()
            folder.rmdir()
