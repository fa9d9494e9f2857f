"""`symbl recover`: what interrupted runs left behind becomes conversations."""

import shlex
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from .. import __version__
from ..audio.source import AudioSource
from ..config.places import Places, find_places
from ..config.settings import Engine
from ..connect.launcher import LocalServer
from ..connect.lease import hold_lease
from ..documents.times import clock
from ..errors import (
    ConflictError,
    ConnectionLost,
    LanguageError,
    NotFoundError,
    StoreError,
    SymblError,
    UsageError,
)
from ..lines import Fold, Line, Revised
from ..protocol.events import Json, StartRequest
from ..sinks.json_form import to_json
from ..sinks.notices import Notices
from ..streaming.journal import Journal
from ..streaming.kept_source import KeptSource
from ..streaming.left_runs import LeftRun, UnreadableRun, left_behind
from ..streaming.run import Control, Run
from ..streaming.transcribe import transcribe
from ..text.counting import counted
from ..text.terminal import terminal_safe

LAST = "last"


def list_left(*, as_json: bool, notices: Notices) -> int:
    """One line for each run, the oldest first; returns the exit code."""
    left = _left(find_places())
    _tell(left.unreadable, notices)
    if left.is_empty and not as_json:
        notices.status("there is nothing to recover")
    for run in left.runs:
        row = to_json(_fields(run)) if as_json else _row(run)
        sys.stdout.write(f"{row}\n")
    return 0


def recover(name: str | None, *, everything: bool, notices: Notices) -> int:
    """Recover the run called *name*, or all, and print the conversations' ids.

    One that fails keeps what it has, and the next is tried. Returns the exit code.
    """
    places = find_places()
    left = _left(places)
    if not everything:
        run = _named(name or LAST, left)
        if name == LAST:  # it may be another one that is meant
            _tell(left.unreadable, notices)
        sys.stdout.write(f"{_recovered(run, places, notices)}\n")
        return 0
    if left.is_empty:
        notices.status("there is nothing to recover")
    failures: list[SymblError] = [one.error for one in left.unreadable]
    for run in left.runs:
        try:
            sys.stdout.write(f"{_recovered(run, places, notices)}\n")
        except SymblError as exc:
            failures.append(exc)
    for failure in failures:
        notices.error(failure)
    return next((int(one.exit_code) for one in failures), 0)


@dataclass(frozen=True, slots=True)
class _Left:
    """What interrupted runs left behind."""

    runs: list[LeftRun]
    unreadable: list[UnreadableRun]

    @property
    def is_empty(self) -> bool:
        return not (self.runs or self.unreadable)


def _left(places: Places) -> _Left:
    unreadable: list[UnreadableRun] = []
    runs = places.runs
    found = left_behind(runs, unreadable.append) if isinstance(runs, Path) else []
    return _Left(found, unreadable)


def _tell(unreadable: Sequence[UnreadableRun], notices: Notices) -> None:
    for error in (one.error for one in unreadable):
        notices.warning(error.message, suggestion=error.suggestion)


def _named(name: str, left: _Left) -> LeftRun:
    """By id or the beginning of one, or the last; raises SymblError."""
    if left.is_empty:
        raise NotFoundError("there is nothing to recover")
    if name == LAST:
        if left.runs:
            return left.runs[-1]
        raise left.unreadable[-1].error
    every: list[LeftRun | UnreadableRun] = [*left.runs, *left.unreadable]
    exact = [run for run in every if run.id == name]
    match exact or [run for run in every if run.id.startswith(name)]:
        case [LeftRun() as run]:
            return run
        case [UnreadableRun(error=error)]:
            raise error
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


def _names(run: LeftRun) -> list[str]:
    return [terminal_safe(stream.name) for stream in run.record.streams]


def _recovered(run: LeftRun, places: Places, notices: Notices) -> str:
    """The id of the conversation that *run* has become."""
    server = LocalServer(places, needs_store=True)
    with run.taken() as remove:
        run.check_sound()
        _tell_missing(run, notices)
        if run.record.engine == Engine.LOCAL.value:
            conversation_id, is_whole = _go_on(run, server), True
        else:
            conversation_id, is_whole = _import(run, server, notices)
        if is_whole:
            remove()
    return conversation_id


def _tell_missing(run: LeftRun, notices: Notices) -> None:
    """Say what of the sound is not there any more, as far as that can be seen."""
    if run.record.file is not None:
        return
    ends = run.ends()
    for number, stream in enumerate(run.record.streams):
        of = f"the sound of {stream.speaker or stream.name} in run {run.id}"
        seconds = run.missing(number, ends[number])
        if not run.has_sound(number):
            lost = f"{of} is not there"
        elif seconds:
            lost = f"{seconds:.1f} s of {of} are not there any more"
        else:
            continue
        notices.warning(lost, suggestion="only what was heard of it before comes back")


class _Gathering:
    """Folds what is said."""

    def __init__(self) -> None:
        self.conversation_id = ""
        self._fold = Fold()

    @property
    def kept(self) -> list[Revised]:
        return self._fold.kept()

    def handle(self, line: Line) -> None:
        self.conversation_id = line.conversation_id or self.conversation_id
        self._fold.add(line.body)

    def close(self) -> None: ...


def _go_on(run: LeftRun, server: LocalServer) -> str:
    """The server takes what it has not got, into the conversation that it has."""
    starts = [0] * len(run.record.streams)
    requests = tuple(stream.request for stream in run.record.streams)
    # Time grows: no dial of the run, nor of an earlier recovery, had a higher epoch.
    gathered = _transcribed(run, server, starts, requests, epoch=int(time.time()))
    return gathered.conversation_id


def _import(run: LeftRun, server: LocalServer, notices: Notices) -> tuple[str, bool]:
    """What was heard, and what this computer hears in the rest, become one.

    And whether that is all: another server may have understood another language.
    """
    from ..conversations.client import ConversationsClient
    from ..conversations.http import Http
    from .salvage import export_of

    journal = run.journal()
    if damaged := journal.damaged:
        lines, are = counted(damaged, "line"), "is" if damaged == 1 else "are"
        notices.warning(
            f"{lines} of what run {run.id} had heard {are} damaged",
            suggestion="only the others come back",
        )
    rest = _heard_here(run, server, journal, notices)
    export = export_of(
        journal.conversation_id or rest.conversation_id,
        run.record.title,
        run.record.started_at,
        [*journal.kept, *rest.kept],
    )
    is_whole = bool(rest.conversation_id)
    with hold_lease(server, uuid4()), ConversationsClient(Http(server)) as client:
        try:
            return client.import_(export).id, is_whole
        except ConflictError:  # imported before, and then interrupted
            return export.conversation.id, is_whole


def _heard_here(
    run: LeftRun, server: LocalServer, journal: Journal, notices: Notices
) -> "_Gathering":
    """What follows what *journal* knows; nothing where its language is not ours.

    Raises LanguageError where *journal* knows nothing either.
    """
    starts = [journal.end(number) for number, _ in enumerate(run.record.streams)]
    requests = tuple(
        replace(stream.request, stream_id=uuid4().hex, store=False)
        for stream in run.record.streams
    )
    try:
        return _transcribed(run, server, starts, requests, epoch=0)
    except LanguageError as exc:
        message = f"the rest of run {run.id} stays where it is: {exc.message}"
        suggestion = f"its sound is in {run.folder}"
        if journal.conversation_id is None:
            raise LanguageError(message, suggestion=suggestion) from exc
        notices.warning(message, suggestion=suggestion)
        return _Gathering()


def _transcribed(
    run: LeftRun,
    server: LocalServer,
    starts: Sequence[int],
    requests: tuple[StartRequest, ...],
    *,
    epoch: int,
) -> _Gathering:
    """Send all that is left of *run*, until its last words came; raises SymblError."""
    record, lease, gathering = run.record, uuid4(), _Gathering()
    is_new = not epoch
    with closing(_Sources(run, starts)) as opened, hold_lease(server, lease):
        end = transcribe(
            opened.sources,
            server,
            Run(
                connection_id=str(uuid4()) if is_new else record.connection_id,
                started_at=record.started_at,
                engine=Engine.LOCAL.value,
                version=__version__,
                client=str(lease),
                has_lag=False,
                resumed=tuple(replace(one, is_live=False) for one in requests),
                epoch=epoch,
                people=tuple(one.speaker for one in requests),
            ),
            gathering,
            control=Control(),
        )
    if (error := end.error) is not None:
        cls = StoreError if error.type == StoreError.kind else ConnectionLost
        raise cls(error.message, suggestion=error.suggestion)
    return gathering


class _Sources:
    """The sound of a run: what lies in its folder, or the recording that it read."""

    def __init__(self, run: LeftRun, starts: Sequence[int]) -> None:
        streams = run.record.streams
        if run.record.file is None:
            self.sources: tuple[AudioSource, ...] = tuple(
                KeptSource(run.folder, number, stream, start=start)
                for number, (stream, start) in enumerate(
                    zip(streams, starts, strict=True)
                )
            )
        else:
            self.sources = _recording(run, run.record.file)

    def close(self) -> None:
        for source in self.sources:
            source.close()


def _recording(run: LeftRun, path: Path) -> tuple[AudioSource, ...]:
    from ..audio.channels import split
    from ..audio.files import Pace, open_file

    streams = run.record.streams
    if not path.is_file():
        raise UsageError(
            f"the recording {str(path)!r} of run {run.id} is not there any more",
            suggestion="put it back, and try again",
        )
    names = [stream.speaker for stream in streams if stream.speaker]
    sources = split(open_file(path, pace=Pace.FAST), names)
    if [one.format for one in sources] != [one.format for one in streams]:
        raise UsageError(
            f"{str(path)!r} is not the recording that run {run.id} read: its channels "
            "or sample rate are others",
            suggestion="put that one back and try again, or hear this one with "
            f"`symbl stream {shlex.quote(str(path))}`",
        )
    return sources
