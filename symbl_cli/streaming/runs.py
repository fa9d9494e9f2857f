"""The folder of a run, `runs/CONNECTION-ID/`: there while it runs, gone when it ended.

A lock [filelock] in it is held as long as the run lives, and freed by the kernel when
it is killed: what lies in folders with free locks, interrupted runs have left behind.
"""

import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..errors import ConflictError, StoreError
from ..frozen import dataclass
from .journal import Journal, read_journal
from .run_record import RunRecord, decode_record, encode_record
from .segments import read_name

if TYPE_CHECKING:
    from filelock import FileLock

log = logging.getLogger(__name__)

RECORD = "run.json"
JOURNAL = "journal.jsonl"
LOCK = "lock"
_TOLD = "told"
_UNFINISHED = 60.0
"""Seconds after which a folder without a record will not get one any more."""
_LONGEST_NAME = 100


def make_folder(runs: Path, connection_id: str) -> Path:
    """A new one for a run under *connection_id*, whatever that is; raises OSError.

    Another run may have the same id: it joined the same conversation, or was killed.
    """
    name = re.sub(r"^\.", "%2E", quote(connection_id, safe=" "))[:_LONGEST_NAME]
    for number in count(1):
        folder = runs / (name if number == 1 else f"{name}-{number}")
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700, parents=True)
            return folder
    raise AssertionError


def lock_folder(folder: Path) -> "FileLock":
    """Hold the lock of *folder*; raises OSError where it is held, or cannot be."""
    # It costs more to load than everything else before the first sound is sent.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    lock = FileLock(folder / LOCK, mode=0o600, timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except (Timeout, NotImplementedError) as exc:
        raise BlockingIOError(str(exc)) from exc
    return lock


def write_record(folder: Path, record: RunRecord) -> None:
    """At once or not at all; raises OSError."""
    new = folder / f"{RECORD}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 — has the mode
        file.write(encode_record(record))
    new.replace(folder / RECORD)


def remove_folder(folder: Path, lock: "FileLock | None") -> None:
    """With all that is in it, and last what says that it is there."""
    (folder / RECORD).unlink(missing_ok=True)
    if lock is not None:
        lock.release()
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class LeftRun:
    """What an interrupted run left behind."""

    folder: Path
    record: RunRecord
    seconds: float
    """Of sound that lies there."""

    @property
    def id(self) -> str:
        """Its connection id, mostly: that of another run may be the same."""
        return self.folder.name

    def journal(self) -> Journal:
        """What it had heard; empty where nothing was noted."""
        try:
            with (self.folder / JOURNAL).open(encoding="utf-8", errors="replace") as it:
                return read_journal(it)
        except FileNotFoundError:
            return Journal()
        except OSError as exc:
            raise StoreError(f"cannot read {self.folder}: {exc.strerror}") from exc

    @contextmanager
    def taken(self) -> Iterator[Callable[[], None]]:
        """Nobody else takes it meanwhile; gives what removes it for good.

        Raises ConflictError where somebody has it.
        """
        try:
            lock = lock_folder(self.folder)
        except OSError as exc:
            raise ConflictError(
                f"run {self.id} is going on, or being recovered"
            ) from exc
        try:
            yield lambda: remove_folder(self.folder, lock)
        finally:
            lock.release()


def _log(folder: Path, why: StoreError) -> None:
    log.warning("%s: %s", folder, why)


def left_behind(
    runs: Path, tell: Callable[[Path, StoreError], None] = _log
) -> list[LeftRun]:
    """Every interrupted run, the oldest first; what means nothing is removed.

    *tell* gets the folders that cannot be read, and why.
    """
    try:
        folders = sorted(runs.iterdir())
    except OSError:
        return []
    found = (_read(folder, tell) for folder in folders if _is_free(folder))
    return sorted(filter(None, found), key=lambda run: run.record.started_at)


def not_yet_told(found: list[LeftRun]) -> list[LeftRun]:
    """Those of *found* that nobody was told of, for whom that is done now."""
    untold = [run for run in found if not (run.folder / _TOLD).exists()]
    for run in untold:
        with suppress(OSError):
            (run.folder / _TOLD).touch(mode=0o600)
    return untold


def _is_free(folder: Path) -> bool:
    """Whether nobody holds its lock; one without a record is none yet, or trash."""
    try:
        if not (folder / RECORD).exists():
            _remove_old(folder)
            return False
        lock_folder(folder).release()
    except OSError:
        return False
    return True


def _remove_old(folder: Path) -> None:
    if folder.is_dir() and time.time() - folder.stat().st_mtime > _UNFINISHED:
        lock = lock_folder(folder)
        remove_folder(folder, lock)


def _read(folder: Path, tell: Callable[[Path, StoreError], None]) -> LeftRun | None:
    try:
        record = decode_record((folder / RECORD).read_text(encoding="utf-8"))
        return LeftRun(folder, record, _seconds(folder, record))
    except StoreError as exc:
        tell(folder, exc)
    except (OSError, UnicodeDecodeError) as exc:
        tell(folder, StoreError(f"it cannot be read: {exc}"))
    return None


def _seconds(folder: Path, record: RunRecord) -> float:
    """Of the stream that has most."""
    sizes = [0] * len(record.streams)
    for path in folder.iterdir():
        segment = read_name(path.name)
        if segment is not None and segment.stream < len(sizes):
            sizes[segment.stream] += path.stat().st_size
    return max(
        size / stream.format.size(1.0)
        for size, stream in zip(sizes, record.streams, strict=True)
    )
