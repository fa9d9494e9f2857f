"""`symbl stream`: every part put together for one run."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from uuid import uuid4

from ..config.endpoint import Server
from ..config.places import find_places
from ..config.resolve import load
from ..config.settings import Engine
from ..connect.choice import endpoint_for, engine_of
from ..connect.lease import hold_lease
from ..errors import ExitCode, OutputError, UsageError
from ..lines import EndReason, Failure, Line, State, Status
from ..sinks.notices import Notices, NoticesOfARun
from ..sinks.sink import Sink
from ..streaming.keeping import Keeping
from ..streaming.run import Complaint, Control
from ..streaming.transcribe import transcribe
from .demo import read_demo
from .files import RunFiles
from .first_time import tell_first_time
from .hiding import tell_what_is_not_hidden
from .keeping import Storing, open_keeping, tell_of_interrupted
from .leaving import Leaving
from .meter import MeteredSource
from .options import StreamOptions
from .outputs import Outputs, open_outputs
from .plan import Plan
from .signals import EXIT_CODES, pausing_on_stop, restoring_on_quit
from .sources import (
    OpenedSources,
    is_stdin,
    is_stdin_a_file,
    named_pipe,
    open_sources,
    stdin_sound,
)


def run_stream(options: StreamOptions, notices: Notices) -> int:
    """Returns the exit code; raises what is told in one sentence (SymblError)."""
    configuration = load(options.flags(), environment=os.environ, places=find_places())
    plan = Plan(
        options=options,
        configuration=configuration,
        engine=engine_of(configuration),
        demo=read_demo() if options.demo else None,
        now=_now(),
    )
    plan.check()
    tell_what_is_not_hidden(options, plan.settings, plan.engine, notices)
    return _run(plan, endpoint_for(configuration), notices)


def _now() -> datetime:
    """In this computer's zone, which may be of the user's own making."""
    try:
        return datetime.now().astimezone()
    except ValueError as exc:
        raise UsageError(
            f"there is no such time zone as TZ={os.environ.get('TZ', '')}",
            suggestion="name one, as in TZ=Europe/Berlin, or leave TZ out",
        ) from exc


def print_schema() -> None:
    """The JSON Schema of the lines, as it ships."""
    from importlib.resources import files

    schema = files("symbl_cli") / "resources" / "lines.schema.json"
    sys.stdout.write(schema.read_text(encoding="utf-8"))


def _run(plan: Plan, server: Server, notices: Notices) -> int:
    control = Control()
    leaving = Leaving(control)
    with leaving.on_signals():
        try:
            return _carried_out(plan, server, notices, control, leaving)
        except KeyboardInterrupt:  # while the first sound was waited for
            return int(EXIT_CODES[leaving.reason or EndReason.INTERRUPTED])


def _carried_out(
    plan: Plan, server: Server, notices: Notices, control: Control, leaving: Leaving
) -> int:
    storing, lease = Storing(server), uuid4()
    keeping = open_keeping(plan, storing)
    with ExitStack() as stack:
        files = plan.files()
        stack.callback(files.displaced.restore)
        stack.callback(files.close)
        with leaving.waiting():
            sources = _open(plan, files, notices)
        stack.callback(plan.discard_recordings, sources, files)
        stack.callback(sources.close)
        meters = [MeteredSource(source) for source in sources.sources]
        outputs = open_outputs(
            plan.options,
            plan.settings,
            files,
            meters,
            notices,
            on_reader_gone=control.reader_gone,
        )
        complaints = _Complaints(outputs.notices, storing)
        leaving.hurry(files.hurry, outputs.hurry)
        leaving.abandon(outputs.abandon)
        stack.enter_context(_standing_still(sources, outputs))
        stack.enter_context(hold_lease(server, lease))
        end = transcribe(
            meters,
            server,
            plan.run(sources, lease, files),
            _TellingLater(outputs.sink, plan, storing, keeping, outputs.notices),
            control=control,
            on_frame=outputs.on_frame,
            on_complaint=complaints.tell,
            keeping=keeping,
        )
    unsaved = sources.failure
    missing = end.error or storing.what_is_lost(keeping)
    unread = (*outputs.unread, *files.unread)
    _say_at_the_end(notices, keeping, missing, unsaved, unread)
    is_lost = storing.is_lost or missing is not end.error
    if outputs.sink.failure or unsaved or keeping.failure or is_lost:
        return int(ExitCode.FAILED)
    return int(EXIT_CODES.get(control.reason or EndReason.STOPPED, ExitCode.OK))


def _say_at_the_end(
    notices: Notices,
    keeping: Keeping,
    missing: Failure | None,
    unsaved: OutputError | None,
    unread: tuple[str, ...],
) -> None:
    telling = NoticesOfARun(notices)
    if keeping.failure:
        telling.warning(
            f"this run was not kept on disk all the time: {keeping.failure}",
            suggestion="see whether there is room where `symbl config path runs` is",
        )
    if missing is not None:
        telling.warning(missing.message, suggestion=missing.suggestion)
    for name in unread:
        telling.warning(f"{name} was not read: what waited for its reader is lost")
    if unsaved is not None:
        telling.error(unsaved)
    telling.close()


def _open(plan: Plan, files: RunFiles, notices: Notices) -> OpenedSources:
    """The source that is meant; what has to be said of it is said."""
    settings = plan.settings
    if is_stdin(plan.options, settings.device):
        return _open_stdin(plan, files, notices)
    if (pipe := named_pipe(plan.options)) is not None:
        notices.status(f"waiting for sound from {pipe.name}")
    sources = _opened(plan, files)
    if plan.engine is Engine.LOCAL and sources.is_microphone:
        places = plan.configuration.places
        tell_first_time(places, notices, is_stored=settings.store)
    return sources


def _open_stdin(plan: Plan, files: RunFiles, notices: Notices) -> OpenedSources:
    """A pipe is told of at once, as its first byte may be late; what it is, then."""
    announced = stdin_sound(plan.options)
    if is_stdin_a_file():
        sources = _opened(plan, files)
        sound = sources.header or announced
        notices.status(f"reading audio from stdin ({sound})")
        return sources
    notices.status(f"reading audio from stdin ({announced})")
    sources = _opened(plan, files)
    if sources.header:
        notices.status(f"stdin says that it is {sources.header}")
    return sources


def _opened(plan: Plan, files: RunFiles) -> OpenedSources:
    sources = open_sources(
        plan.options,
        devices=plan.settings.device,
        speakers=plan.settings.speaker,
        is_fast=plan.is_fast,
        demo=plan.demo,
        recordings=files.recordings,
    )
    if plan.engine is Engine.REMOTE:
        from ..audio.files import require_api_rate

        for feed in sources.feeds:
            require_api_rate(feed.format, feed.name)
    return sources


class _Complaints:
    """Tells what the server complains of, and notes whether it keeps the talk."""

    def __init__(self, notices: Notices, storing: Storing) -> None:
        self._notices = notices
        self._storing = storing

    def tell(self, complaint: Complaint) -> None:
        self._storing.is_lost |= not complaint.is_stored
        self._notices.warning(complaint.message, suggestion=complaint.suggestion)


class _TellingLater:
    """Says, once the server listens, what became of its store, and of earlier runs."""

    def __init__(
        self,
        sink: Sink,
        plan: Plan,
        storing: Storing,
        keeping: Keeping,
        notices: Notices,
    ) -> None:
        self._sink = sink
        self._storing = storing
        self._keeping = keeping
        self._places = plan.configuration.places
        self._notices = notices
        self._is_told = False

    def handle(self, line: Line) -> None:
        match line.body:
            case Status(state=State.LISTENING) if not self._is_told:
                self._is_told = True
                self._tell()
                tell_of_interrupted(self._places, self._notices)
            case _:
                pass
        self._sink.handle(line)

    def close(self) -> None:
        self._sink.close()

    def _tell(self) -> None:
        for notice in self._storing.notices:
            self._notices.warning(notice)
        if why := self._storing.why_none:
            save = "save it with --jsonl FILE or --markdown FILE"
            later = "`symbl recover` brings it back once that is mended"
            self._notices.warning(
                f"this conversation is not kept: {why}",
                suggestion=f"{later}; or {save}" if self._keeping.keeps else save,
            )


@contextmanager
def _standing_still(sources: OpenedSources, outputs: Outputs) -> Iterator[None]:
    """For Ctrl-Z, and where the process is quit."""

    def pause() -> None:
        sources.pause()
        outputs.pause()

    def resume() -> None:
        outputs.resume()
        sources.resume()

    with pausing_on_stop(pause, resume), restoring_on_quit(outputs.abandon):
        yield
