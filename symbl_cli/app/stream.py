"""`symbl stream`: every part put together for one run."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid4

from .. import __version__
from ..config.endpoint import Server
from ..config.places import find_places
from ..config.resolve import Configuration, load
from ..config.settings import Engine
from ..connect.choice import endpoint_for, engine_of
from ..connect.launcher import LocalServer
from ..connect.lease import hold_lease
from ..errors import ExitCode
from ..lines import EndReason, Line, State, Status
from ..sinks.notices import Notices
from ..sinks.sink import Sink
from ..streaming.run import Control, Run
from ..streaming.transcribe import transcribe
from .demo import Demo, read_demo
from .detection import config_of, trackers_of, vocabulary_of
from .first_time import tell_first_time
from .meter import MeteredSource
from .options import Form, StreamOptions
from .outputs import Outputs, open_outputs
from .signals import EXIT_CODES, ending_on_signals, pausing_on_stop
from .sources import OpenedSources, is_stdin, open_sources


def run_stream(options: StreamOptions, notices: Notices) -> int:
    """Returns the exit code; raises what is told in one sentence (SymblError)."""
    configuration = load(options.flags(), environment=os.environ, places=find_places())
    demo = read_demo() if options.demo else None
    engine = engine_of(configuration)
    server = endpoint_for(configuration)
    control = Control()
    reader = _Reader(control)
    lease = uuid4()
    with ExitStack() as stack:
        sources = _open(options, configuration, engine, demo, notices)
        stack.callback(sources.close)
        if sources.is_microphone and engine is Engine.LOCAL:
            is_stored = configuration.settings.store
            tell_first_time(configuration.places, notices, is_stored=is_stored)
        meters = [MeteredSource(source) for source in sources.sources]
        outputs = open_outputs(
            options, configuration.settings, meters, notices, reader.leave
        )
        run = _run(options, configuration, engine, demo, sources, outputs, lease)
        if options.max_retries is not None:
            run = replace(run, max_retries=options.max_retries)
        stack.enter_context(_signals(control, sources, outputs))
        stack.enter_context(hold_lease(server, lease))
        told = _TellingOfServer(outputs.sink, server, notices)
        transcribe(
            meters,
            server,
            run,
            told,
            control=control,
            on_frame=outputs.on_frame,
        )
    if outputs.sink.failure is not None:
        return int(ExitCode.FAILED)
    return int(EXIT_CODES.get(control.reason or EndReason.STOPPED, ExitCode.OK))


def print_schema() -> None:
    """The JSON Schema of the lines, as it ships."""
    schema = files("symbl_cli") / "resources" / "lines.schema.json"
    sys.stdout.write(schema.read_text(encoding="utf-8"))


class _Reader:
    """Whoever reads stdout: when they leave, the run ends quietly."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def leave(self) -> None:
        self._control.stop(EndReason.STOPPED)


class _TellingOfServer:
    """Says, once the server listens, what became of its store."""

    def __init__(self, sink: Sink, server: Server, notices: Notices) -> None:
        self._sink = sink
        self._server = server
        self._notices = notices
        self._is_told = False

    def handle(self, line: Line) -> None:
        match line.body:
            case Status(state=State.LISTENING) if not self._is_told:
                self._is_told = True
                self._tell()
            case _:
                pass
        self._sink.handle(line)

    def close(self) -> None:
        self._sink.close()

    def _tell(self) -> None:
        match self._server:
            case LocalServer(why_no_store=why, notices=said):
                for notice in said:
                    self._notices.warning(notice)
                if why:
                    self._notices.warning(
                        f"this conversation is not kept: {why}",
                        suggestion="Save it with --jsonl FILE or --markdown FILE.",
                    )
            case _:
                pass


def _open(
    options: StreamOptions,
    configuration: Configuration,
    engine: Engine,
    demo: Demo | None,
    notices: Notices,
) -> OpenedSources:
    settings = configuration.settings
    is_fast = _is_fast(options, engine, demo)
    if is_stdin(options, settings.device):
        rate, channels = options.sample_rate or 16000, options.channels or 1
        sound = "mono" if channels == 1 else f"{channels} channels"
        notices.status(f"reading audio from stdin (raw {rate / 1000:g} kHz {sound})")
    return open_sources(
        options,
        devices=settings.device,
        speakers=settings.speaker,
        is_fast=is_fast,
        demo=demo,
    )


def _is_fast(options: StreamOptions, engine: Engine, demo: Demo | None) -> bool:
    """Whether a file is sent as fast as it is taken."""
    if options.pace is not None:
        return options.pace == "fast"
    if demo is not None and options.form is Form.TEXT:
        return not sys.stdout.isatty()
    return engine is Engine.LOCAL


def _run(
    options: StreamOptions,
    configuration: Configuration,
    engine: Engine,
    demo: Demo | None,
    sources: OpenedSources,
    outputs: Outputs,
    lease: UUID,
) -> Run:
    settings = configuration.settings
    now = datetime.now().astimezone()
    trackers = (*trackers_of(options), *(demo.trackers if demo else ()))
    return Run(
        connection_id=options.connection_id or str(uuid4()),
        started_at=now,
        engine=engine.value,
        version=__version__,
        title=settings.title or (demo.title if demo else None) or _title(options),
        insight_types=settings.insights,
        trackers=trackers,
        vocabulary=vocabulary_of(options, settings),
        config=config_of(settings, configuration.environment, now, options.fixes),
        people=sources.people,
        store=None if settings.store else False,
        client=str(lease) if engine is Engine.LOCAL else None,
        duration=options.duration,
        no_reconnect=options.no_reconnect,
        has_lag=sources.is_live or not _is_fast(options, engine, demo),
        files=outputs.files,
    )


def _title(options: StreamOptions) -> str | None:
    """A recording names its conversation."""
    if options.source in {None, "-"}:
        return None
    return Path(options.source or "").stem or None


@contextmanager
def _signals(
    control: Control, sources: OpenedSources, outputs: Outputs
) -> Iterator[None]:
    def leave(reason: EndReason) -> None:
        outputs.restore()
        os._exit(EXIT_CODES[reason])

    def pause() -> None:
        sources.pause()
        outputs.pause()

    def resume() -> None:
        outputs.resume()
        sources.resume()

    with (
        ending_on_signals(control.stop, leave),
        pausing_on_stop(pause, resume),
    ):
        yield
