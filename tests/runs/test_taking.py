"""Who looks at what runs left behind, and who recovers it, at the same time."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from symbl_cli.errors import ConflictError
from symbl_cli.locks import is_locked, take
from symbl_cli.streaming.left_runs import (
    AlreadyRecovered,
    LeftRun,
    TakenRun,
    left_behind,
)
from symbl_cli.streaming.runs import lock_folder, make_folder, write_record
from tests.fakes import TIMEOUT
from tests.runs.kept import LISTENING, LOOK, keeping, record


def leave(runs: Path, name: str = "room") -> Path:
    """What a run leaves behind that is killed at once."""
    with keeping(runs) as kept:
        kept.keeper.note(LISTENING)
    return kept.folder.rename(runs / name)


def only(runs: Path) -> LeftRun:
    (left,) = left_behind(runs)
    return left


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def looking_at(folder: Path) -> Iterator[Callable[[], None]]:
    """Somebody is in the midst of looking; gives what ends that."""
    with ExitStack() as looking:
        descriptor = os.open(folder / "lock", os.O_RDWR)
        looking.callback(os.close, descriptor)
        assert not is_locked(descriptor)
        yield looking.close


def test_who_looks_misses_no_run_that_another_looks_at(tmp_path: Path) -> None:
    with looking_at(leave(tmp_path)):
        assert len(left_behind(tmp_path)) == 1


def test_who_looks_keeps_nobody_from_recovering(tmp_path: Path) -> None:
    folder = leave(tmp_path)

    with looking_at(folder) as look_away:
        lock = take(folder / "lock", wait=lambda _: look_away())
        assert left_behind(tmp_path) == []
        lock.release()


def test_who_looks_leaves_no_trace(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "room")
    write_record(folder, record())

    assert only(tmp_path).record == record()
    assert names(folder) == ["run.json"]


def test_a_run_that_is_recovered_is_told_apart_from_one_that_goes_on(
    tmp_path: Path,
) -> None:
    taken: list[TakenRun] = []
    with keeping(tmp_path) as kept:
        kept.keeper.note(LISTENING)
        kept.until((tmp_path / "room" / "run.json").exists)
        assert left_behind(tmp_path, tell_taken=taken.append) == []
    assert taken == []

    with only(tmp_path).taken():
        assert left_behind(tmp_path, tell_taken=taken.append) == []

    assert taken == [TakenRun(tmp_path / "room")]
    # A recovery that failed, or was killed, is none that goes on.
    assert only(tmp_path).id == "room"


def test_a_run_is_recovered_once_however_many_found_it(tmp_path: Path) -> None:
    leave(tmp_path)
    one, other = only(tmp_path), only(tmp_path)

    with one.taken() as remove:
        with pytest.raises(ConflictError, match="is being recovered just now"):
            other.taken().__enter__()
        remove()

    with pytest.raises(AlreadyRecovered, match="has been recovered meanwhile"):
        other.taken().__enter__()
    assert names(tmp_path) == []


def test_who_waited_for_a_run_takes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    folder = leave(tmp_path)
    left, lock = only(tmp_path), lock_folder(folder)

    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(left.taken().__enter__)
        until(lambda: bool((folder / "lock").stat().st_size))  # it has found the run
        # As far as whoever removes it has come when the lock is free.
        (folder / "run.json").unlink()
        lock.release()

        with pytest.raises(AlreadyRecovered):
            waiting.result()
    assert names(tmp_path) == []


def until(is_so: Callable[[], bool]) -> None:
    pause, deadline = Event(), time.monotonic() + TIMEOUT
    while not is_so():
        assert time.monotonic() < deadline
        pause.wait(LOOK)


def test_another_run_of_the_same_name_is_not_taken_for_the_one_that_was_found(
    tmp_path: Path,
) -> None:
    folder = leave(tmp_path)
    left = only(tmp_path)
    write_record(folder, replace(record(), url="wss://example.com"))

    with pytest.raises(AlreadyRecovered):
        left.taken().__enter__()
    assert only(tmp_path).record.url == "wss://example.com"


def test_a_lock_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        take(tmp_path / "gone" / "lock")

    assert names(tmp_path) == []
