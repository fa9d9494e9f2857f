"""`symbl recover`: what interrupted runs left behind becomes conversations."""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
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
    NotFoundError,
    StoreError,
    SymblError,
    UsageError,
)
from ..lines import Fold, Line, Revised
from ..protocol.events import Json, StartRequest
from ..sinks.notices import Notices
from ..streaming.kept_source import KeptSource
from ..streaming.run import Control, Run
from ..streaming.runs import LeftRun, left_behind
from ..streaming.transcribe import transcribe
from ..text.terminal import terminal_safe

LAST = "last"


def list_left(*, as_json: bool, notices: Notices) -> int:
    """One line for each run, the oldest first; returns the exit code."""
    found = _left(find_places(), notices)
    if not found and not as_json:
        notices.status("there is nothing to recover")
    for run in found:
        row = json.dumps(_fields(run)) if as_json else _row(run)
        sys.stdout.write(f"{row}\n")
    return 0


def recover(name: str | None, *, everything: bool, notices: Notices) -> int:
    """Recover the run called *name*, or all, and print the conversations' ids.

    One that fails keeps what it has, and the next is tried. Returns the exit code.
    """
    places = find_places()
    found = _left(places, notices)
    chosen = found if everything else [_named(name or LAST, found)]
    if not chosen:
        notices.status("there is nothing to recover")
    code = 0
    for run in chosen:
        try:
            sys.stdout.write(f"{_recovered(run, places)}\n")
        except SymblError as exc:
            if not everything:
                raise
            notices.error(exc)
            code = code or int(exc.exit_code)
    return code


def _left(places: Places, notices: Notices) -> list[LeftRun]:
    def tell(folder: Path, why: StoreError) -> None:
        notices.warning(
            f"the run in {folder} cannot be recovered: {why.message}",
            suggestion=why.suggestion,
        )

    runs = places.runs
    return left_behind(runs, tell) if isinstance(runs, Path) else []


def _named(name: str, found: Sequence[LeftRun]) -> LeftRun:
    """By id or the beginning of one, or the last."""
    if not found:
        raise NotFoundError("there is nothing to recover")
    if name == LAST:
        return found[-1]
    exact = [run for run in found if run.id == name]
    matching = exact or [run for run in found if run.id.startswith(name)]
    if len(matching) == 1:
        return matching[0]
    raise NotFoundError(
        f"{len(matching)} runs begin with {name!r}"
        if matching
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


def _recovered(run: LeftRun, places: Places) -> str:
    """The id of the conversation that *run* has become."""
    server = LocalServer(places, needs_store=True)
    with run.taken() as remove:
        if run.record.engine == Engine.LOCAL.value:
            conversation_id = _go_on(run, server)
        else:
            conversation_id = _import(run, server)
        remove()
    return conversation_id


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


def _import(run: LeftRun, server: LocalServer) -> str:
    """What was heard, and what this computer hears in the rest, become one."""
    from ..conversations.client import ConversationsClient
    from ..conversations.http import Http
    from .salvage import export_of

    journal = run.journal()
    starts = [journal.end(number) for number, _ in enumerate(run.record.streams)]
    requests = tuple(
        replace(stream.request, stream_id=uuid4().hex, store=False)
        for stream in run.record.streams
    )
    gathered = _transcribed(run, server, starts, requests, epoch=0)
    export = export_of(
        journal.conversation_id or gathered.conversation_id,
        run.record.title,
        run.record.started_at,
        [*journal.kept, *gathered.kept],
    )
    with hold_lease(server, uuid4()), ConversationsClient(Http(server)) as client:
        try:
            return client.import_(export).id
        except ConflictError:  # imported before, and then interrupted
            return export.conversation.id


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
    if end.error is not None:
        raise ConnectionLost(end.error.message, suggestion=end.error.suggestion)
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
        raise UsageError(f"{str(path)!r} is not the recording that it was")
    return sources
