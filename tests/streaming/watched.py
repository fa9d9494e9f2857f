"""Runs that another thread follows."""

from collections.abc import Callable
from dataclasses import replace

from symbl_cli.lines import State, Status
from symbl_cli.streaming.run import Control
from symbl_cli.streaming.transcribe import transcribe
from tests.fakes import ListSource, LiveSource, WatchedSink, chunks_of
from tests.streaming.runs import RUN, SECOND
from tests.streaming.service import Peer, Service


def run_against(
    *scripts: Callable[[Peer], None],
    source: ListSource | LiveSource | None = None,
    control: Control | None = None,
    sink: WatchedSink | None = None,
    **changes: object,
) -> WatchedSink:
    sink = sink or WatchedSink()
    with Service(*scripts) as service:
        transcribe(
            [source or ListSource(chunks_of(SECOND))],
            service.server(),
            replace(RUN, **changes),  # type: ignore[arg-type]  # fields of a run
            sink,
            control=control or Control(),
        )
    return sink


def is_state(body: object, state: State) -> bool:
    return isinstance(body, Status) and body.state is state


def states_of(sink: WatchedSink) -> list[State]:
    return [body.state for body in sink.bodies if isinstance(body, Status)]
