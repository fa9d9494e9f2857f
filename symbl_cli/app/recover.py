"""`symbl recover`: what interrupted runs left behind becomes conversations."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..config.places import Places, find_places
from ..connect.launcher import LocalServer
from ..documents.times import clock
from ..errors import (
    NotFoundError,
    SymblError,
)
from ..protocol.events import Json
from ..sinks.json_form import to_json
from ..sinks.notices import Notices
from ..streaming.left_runs import (
    AlreadyRecovered,
    LeftRun,
    TakenRun,
    UnreadableRun,
    left_behind,
)
from ..text.terminal import terminal_safe
from .ending import Ending

LAST = "last"

_Told: TypeAlias = Callable[[LeftRun, str], str]
"""A line about the conversation of that id, which the run has become."""


def list_left(*, as_json: bool, notices: Notices) -> int:
    """One line for each run, the oldest first; returns the exit code."""
    left = _left(find_places())
    _tell(left.others, notices)
    if left.is_empty and not as_json:
        notices.status("there is nothing to recover")
    for run in left.runs:
        row = to_json(_fields(run)) if as_json else _row(run)
        sys.stdout.write(f"{row}\n")
    return 0


def recover(
    name: str | None, *, everything: bool, as_json: bool, notices: Notices
) -> int:
    """Recover the run called *name*, or all, and print the conversations' ids.

    One that fails keeps what it has, and the next is tried. Returns the exit code.
    A signal ends it at once: the run that it was at can be recovered again.
    """
    places = find_places()
    left = _left(places)
    told = _object if as_json else _id
    with Ending(notices).on_signals() as ending:
        if everything:
            return _recover_all(left, places, ending, notices, told)
        run = _named(name or LAST, left)
        if name == LAST:  # it may be another one that is meant
            _tell(left.others, notices)
        _recover(run, places, ending, notices, told)
        return 0


def _recover_all(
    left: "_Left", places: Places, ending: Ending, notices: Notices, told: _Told
) -> int:
    if left.is_empty:
        notices.status("there is nothing to recover")
    failures: list[SymblError] = [one.error for one in left.others]
    for run in left.runs:
        try:
            _recover(run, places, ending, notices, told)
        except AlreadyRecovered as exc:  # whoever did has told the conversation
            notices.status(exc.message)
        except SymblError as exc:
            failures.append(exc)
    for failure in failures:
        notices.error(failure)
    return next((int(one.exit_code) for one in failures), 0)


def _recover(
    run: LeftRun, places: Places, ending: Ending, notices: Notices, told: _Told
) -> None:
    """*run* becomes a conversation, which is printed as *told*; raises SymblError."""
    from .recovered import recovered

    server = LocalServer(places, needs_store=True)
    with run.taken() as remove, ending.of(run.id):
        became = recovered(run, server, notices)
        with ending.put_off():
            sys.stdout.write(f"{told(run, became.conversation_id)}\n")
            sys.stdout.flush()
            if became.is_whole:
                remove()


@dataclass(frozen=True, slots=True)
class _Left:
    """What interrupted runs left behind."""

    runs: list[LeftRun]
    others: list[UnreadableRun | TakenRun]
    """Those that cannot be recovered now."""

    @property
    def is_empty(self) -> bool:
        return not (self.runs or self.others)


def _left(places: Places) -> _Left:
    if not isinstance(places.runs, Path):
        return _Left([], [])
    others: list[UnreadableRun | TakenRun] = []
    return _Left(left_behind(places.runs, others.append, others.append), others)


def _tell(others: Sequence[UnreadableRun | TakenRun], notices: Notices) -> None:
    for error in (one.error for one in others):
        notices.warning(error.message, suggestion=error.suggestion)


def _named(name: str, left: _Left) -> LeftRun:
    """By id or the beginning of one, or the last; raises SymblError."""
    if left.is_empty:
        raise NotFoundError("there is nothing to recover")
    if name == LAST:
        if left.runs:
            return left.runs[-1]
        raise left.others[-1].error
    every: list[LeftRun | UnreadableRun | TakenRun] = [*left.runs, *left.others]
    exact = [run for run in every if run.id == name]
    match exact or [run for run in every if run.id.startswith(name)]:
        case [LeftRun() as run]:
            return run
        case [UnreadableRun() | TakenRun() as other]:
            raise other.error
        case found:
            raise NotFoundError(
                f"{len(found)} runs begin with {name!r}"
                if found
                else f"no interrupted run is called {name!r}",
                suggestion="see `symbl recover`",
            )


def _row(run: LeftRun) -> str:
    record = run.record
    what = "-" if record.file else clock(run.seconds)
    named = terminal_safe(record.title or "") or ", ".join(_names(run))
    started = record.started_at.astimezone()
    return f"{terminal_safe(run.id)}\t{started:%Y-%m-%d %H:%M}\t{what}\t{named}"


def _fields(run: LeftRun) -> dict[str, Json]:
    record = run.record
    return {
        "id": run.id,
        "started_at": record.started_at.isoformat(),
        "seconds": round(run.seconds, 3),
        "title": record.title,
        "sources": list(_names(run)),
        "file": None if record.file is None else str(record.file),
        "engine": record.engine,
    }


def _id(_: LeftRun, conversation_id: str) -> str:
    return conversation_id


def _object(run: LeftRun, conversation_id: str) -> str:
    """The conversation of that id, with what is listed of its *run*."""
    return to_json(_fields(run) | {"id": conversation_id, "run": run.id})


def _names(run: LeftRun) -> list[str]:
    return [terminal_safe(stream.name) for stream in run.record.streams]
