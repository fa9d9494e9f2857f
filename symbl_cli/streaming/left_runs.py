"""What interrupted runs left behind, and what is wrong with it."""

import logging
import os
import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from ..errors import ConflictError, NotFoundError, StoreError
from ..frozen import dataclass
from ..locks import Lock
from ..private import NotOurs
from .journal import Journal, read_journal
from .kept_files import kept_lines, open_kept, read_kept
from .run_record import RunRecord, decode_record
from .runs import (
    CUT,
    JOURNAL,
    LOCK,
    RECORD,
    TOLD,
    Holder,
    holder_of,
    lock_folder,
    remove_emptied,
    remove_folder,
    write_journal,
)
from .segments import missing_samples, read_name, segments_of

log = logging.getLogger(__name__)

_UNFINISHED = 60.0
"""Seconds after which a folder without a record will not get one any more."""
_NO_WORDS = 2**15
"""Bytes of sound that a run may have kept before it got its record: no word in them."""
_LONGEST_RECORD = 2**24
_LONGEST_JOURNAL = 2**30
"""Bytes: no run has written more."""
_DAMAGED = f"its {RECORD} is damaged"
_ACCESS = "let yourself read and write it, and try again"


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
        """What it had heard, empty where nothing was noted; raises StoreError."""
        path = self.folder / JOURNAL
        try:
            return read_journal(kept_lines(path, _LONGEST_JOURNAL))
        except FileNotFoundError:
            return Journal()
        except OSError as exc:
            raise StoreError(
                f"cannot read {path}: {exc.strerror}",
                suggestion="let yourself read it, or move it away: then only the "
                "sound beside it comes back",
            ) from exc

    @property
    def is_cut(self) -> bool:
        """Whether its disk took no more before it ended."""
        return os.path.lexists(self.folder / CUT)

    def note(self, entries: str) -> None:
        """Add *entries* to the journal; raises StoreError.

        They stand in place of a last line that a kill has torn.
        """
        path = self.folder / JOURNAL
        try:
            whole = read_kept(path, _LONGEST_JOURNAL) if path.exists() else b""
            write_journal(self.folder, whole[: whole.rfind(b"\n") + 1], entries)
        except OSError as exc:
            raise StoreError(
                f"cannot write {path}: {exc.strerror}",
                suggestion="free some space, or let yourself write it, and try again",
            ) from exc

    def ends(self) -> tuple[int | None, ...]:
        """Up to where each stream was final, `None` where that cannot be trusted."""
        try:
            journal = self.journal()
        except StoreError:
            journal = Journal(damaged=1)
        return tuple(
            None if journal.damaged else journal.end(number)
            for number, _ in enumerate(self.record.streams)
        )

    def check_sound(self) -> None:
        """Raises StoreError where a file of it cannot be read."""
        for path in _sound_in(self.folder):
            try:
                open_kept(path).close()
            except OSError as exc:
                raise StoreError(
                    f"cannot read the sound in {path}: {exc.strerror}",
                    suggestion="let yourself read it, or move it away: then the rest "
                    f"comes back with `symbl recover {self.id}`",
                ) from exc

    def missing(self, stream: int, start: int | None) -> float:
        """Seconds of the sound of *stream* that should be there, from *start* on."""
        audio = self.record.streams[stream].format
        files = segments_of(self.folder, stream)
        return missing_samples(files, audio.frame_size, start) / audio.sample_rate

    def has_sound(self, stream: int) -> bool:
        """Whether any of *stream* was kept: the newest file is never removed."""
        return bool(segments_of(self.folder, stream))

    @contextmanager
    def taken(self) -> Iterator[Callable[[], None]]:
        """Nobody else takes it meanwhile; gives what removes it for good.

        Raises ConflictError where somebody has it, and AlreadyRecovered where it has
        gone since it was found.
        """
        lock = self._lock()
        try:
            if not self._is_there():
                remove_emptied(self.folder)
                raise AlreadyRecovered(self.id)
            yield lambda: remove_folder(self.folder, lock)
        finally:
            lock.release()

    def _lock(self) -> Lock:
        if not self._is_there():
            raise AlreadyRecovered(self.id)
        try:
            return lock_folder(self.folder, Holder.RECOVERY)
        except FileNotFoundError as exc:
            raise AlreadyRecovered(self.id) from exc
        except BlockingIOError as exc:
            raise TakenRun(self.folder).error from exc
        except OSError as exc:
            raise StoreError(
                f"cannot hold {self.folder / LOCK}: {exc.strerror}",
                suggestion=_ACCESS,
            ) from exc

    def _is_there(self) -> bool:
        """Whether it is still the one that was found."""
        try:
            return _record(self.folder) == self.record
        except (OSError, ValueError, StoreError):
            return False


class AlreadyRecovered(NotFoundError):
    """Somebody else has recovered the run meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"run {name} has been recovered meanwhile",
            suggestion="see `symbl conversation list`",
        )


@dataclass(frozen=True, slots=True)
class TakenRun:
    """One that somebody recovers just now."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def error(self) -> ConflictError:
        return ConflictError(
            f"run {self.id} is being recovered just now",
            suggestion="what is left of it then, `symbl recover` lists",
        )


@dataclass(frozen=True, slots=True)
class UnreadableRun:
    """What cannot be recovered, for a reason that a user can do something about."""

    folder: Path
    error: StoreError

    @property
    def id(self) -> str:
        return self.folder.name


_Run = TypeVar("_Run", LeftRun, UnreadableRun)


def _log(run: UnreadableRun) -> None:
    log.warning("%s", run.error)


def _log_taken(run: TakenRun) -> None:
    log.debug("%s", run.error)


def left_behind(
    runs: Path,
    tell: Callable[[UnreadableRun], None] = _log,
    tell_taken: Callable[[TakenRun], None] = _log_taken,
) -> list[LeftRun]:
    """Every interrupted run, the oldest first; what means nothing is removed.

    *tell* gets those that cannot be read, *tell_taken* those that somebody recovers
    just now. Nobody who looks at the same time, or takes a run, is disturbed.
    """
    try:
        folders = sorted(runs.iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        why = f"{runs} is no folder: no run is kept in it, nor can one be recovered"
        tell(UnreadableRun(runs, StoreError(why, suggestion="move it away")))
        return []
    except OSError as exc:
        tell(_unreadable(runs, str(exc.strerror), _ACCESS))
        return []
    found: list[LeftRun] = []
    for folder in folders:
        match _look_into(folder):
            case LeftRun() as run:
                found.append(run)
            case UnreadableRun() as unreadable:
                tell(unreadable)
            case TakenRun() as taken:
                tell_taken(taken)
            case None:
                pass
    return sorted(found, key=lambda run: run.record.started_at)


def not_yet_told(found: Sequence[_Run]) -> list[_Run]:
    """Those of *found* that nobody was told of, for whom that is done now."""
    untold = [run for run in found if not os.path.exists(run.folder / TOLD)]  # noqa: PTH110 — never raises
    for run in untold:
        with suppress(OSError):
            (run.folder / TOLD).touch(mode=0o600)
    return untold


def _look_into(folder: Path) -> LeftRun | UnreadableRun | TakenRun | None:
    """`None`: it is no run, or one that goes on or has just ended."""
    try:
        return _read(folder)
    except (BlockingIOError, FileNotFoundError):
        return None
    except OSError as exc:
        why = f"{exc.filename or folder}: {exc.strerror}"
        return _unreadable(folder, why, _ACCESS)
    except Exception as exc:
        # Whatever lies there must not end a run that only tells of it.
        log.debug("%s", folder, exc_info=True)
        return _unreadable(folder, f"{_DAMAGED} ({exc})", f"move {folder} away")


def _read(folder: Path) -> LeftRun | UnreadableRun | TakenRun | None:
    """Raises OSError."""
    if not folder.is_dir():
        return None
    if not (folder / RECORD).exists():
        return _without_record(folder)
    match holder_of(folder):
        case Holder.RUN:
            return None
        case Holder.RECOVERY:
            return TakenRun(folder)
        case None:
            return _left(folder)


def _left(folder: Path) -> LeftRun | UnreadableRun:
    """Raises OSError."""
    try:
        record = _record(folder)
        return LeftRun(folder, record, _seconds(folder, record))
    except StoreError as exc:
        remedy = exc.suggestion or _by_hand(folder)
        return _unreadable(folder, exc.message, remedy, type(exc))
    except (NotOurs, UnicodeDecodeError):
        return _unreadable(folder, _DAMAGED, _by_hand(folder))


def _record(folder: Path) -> RunRecord:
    """Raises OSError, StoreError and UnicodeDecodeError."""
    return decode_record(read_kept(folder / RECORD, _LONGEST_RECORD).decode())


def _without_record(folder: Path) -> UnreadableRun | None:
    """One that has no words either is none yet, or trash."""
    files = _sound_in(folder) or [folder]
    if time.time() - max(path.stat().st_mtime for path in files) < _UNFINISHED:
        return None
    if holder_of(folder) is not None:
        return None
    if _size(_sound_in(folder)) > _NO_WORDS:
        return _unreadable(folder, f"its {RECORD} is missing", _by_hand(folder))
    lock = lock_folder(folder)
    if not (folder / RECORD).exists():  # a run that stood still may have gone on
        remove_folder(folder, lock)
    lock.release()
    return None


def _unreadable(
    folder: Path, why: str, remedy: str, kind: type[StoreError] = StoreError
) -> UnreadableRun:
    message = f"what a run left in {folder} cannot be recovered: {why}"
    return UnreadableRun(folder, kind(message, suggestion=remedy))


def _by_hand(folder: Path) -> str:
    """What to do with sound of which nothing is known."""
    if not _size(_sound_in(folder)):
        return "it holds no sound: delete it"
    files = f"{shlex.quote(str(folder))}/0-*.pcm"
    return (
        f"`cat {files} | symbl stream - --sample-rate 16000` hears its sound (give the "
        "rate that it was recorded at); then delete it"
    )


def _sound_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if read_name(path.name)]


def _size(paths: Iterable[Path]) -> int:
    """Bytes of those that are files."""
    return sum(path.stat().st_size for path in paths if path.is_file())


def _seconds(folder: Path, record: RunRecord) -> float:
    """Of the stream that has most."""
    return max(
        _size(path for _, path in segments_of(folder, number)) / stream.format.size(1.0)
        for number, stream in enumerate(record.streams)
    )
