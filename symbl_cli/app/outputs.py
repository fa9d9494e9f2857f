"""Where the lines of a run go: stdout, a terminal, files."""

import logging
import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.settings import Color, Settings
from ..lines import End, Line, State, Status
from ..sinks.jsonl import JsonLines
from ..sinks.many import Many
from ..sinks.notices import Notices
from ..sinks.output import Output, OutputFile, open_stdout
from ..sinks.sink import Sink
from ..sinks.status import StatusSink
from ..sinks.text import Text
from ..sinks.wire import Wire
from .meter import MeteredSource
from .options import Form, StreamOptions

if TYPE_CHECKING:
    from ..sinks.live import LiveDisplay
    from ..sinks.live_view import Level


@dataclass(frozen=True, slots=True)
class Outputs:
    """The sinks of a run as one, and how to stand aside for Ctrl-Z."""

    sink: Many
    on_frame: Callable[[str], None]
    files: tuple[str, ...]
    display: "LateDisplay | None"

    def pause(self) -> None:
        if self.display is not None:
            self.display.pause()

    def resume(self) -> None:
        if self.display is not None:
            self.display.resume()

    def restore(self) -> None:
        """Give the terminal back at once: the process is ending."""
        if self.display is not None:
            self.display.restore()


def open_outputs(
    options: StreamOptions,
    settings: Settings,
    meters: Sequence[MeteredSource],
    notices: Notices,
    on_reader_gone: Callable[[], None],
) -> Outputs:
    """Raises OutputError where one cannot be written: before anything is recorded."""
    files = _file_sinks(options)
    sinks: list[Sink] = [sink for _, sink in files]
    display: LateDisplay | None = None
    on_frame: Callable[[str], None] = _nothing
    if _is_live(options, settings):
        display = LateDisplay(settings.color, meters)
        sinks.append(display)
    elif options.form is Form.WIRE:
        wire = Wire(open_stdout(on_reader_gone))
        on_frame = wire.frame
        sinks.append(_Closing(wire))
    else:
        stdout = open_stdout(on_reader_gone)
        sinks.append(_stdout_sink(options, stdout))
    if display is None and options.form is not Form.JSON:
        sinks.append(StatusSink(notices))
    many = Many(sinks, notices.error)
    names = tuple(str(path) for path, _ in files)
    return Outputs(many, on_frame, names, display)


def _stdout_sink(options: StreamOptions, stdout: Output) -> Sink:
    match options.form:
        case Form.JSON:
            return JsonLines(stdout, interim=bool(options.interim))
        case _:
            return Text(stdout)


def _file_sinks(options: StreamOptions) -> list[tuple[Path, Sink]]:
    sinks: list[tuple[Path, Sink]] = []
    if options.jsonl is not None:
        output = OutputFile(options.jsonl)
        sinks.append((options.jsonl, JsonLines(output, interim=bool(options.interim))))
    if options.text is not None:
        sinks.append((options.text, Text(OutputFile(options.text))))
    return sinks


def _is_live(options: StreamOptions, settings: Settings) -> bool:
    """Whether people watch: cheap to find out, as it is asked before the dial."""
    if options.form is not Form.TEXT or not settings.live:
        return False
    if os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        return False
    streams = (sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def _nothing(_frame: str) -> None:
    """Frames are for nobody."""


class _Closing:
    """What takes frames rather than lines, closed with the other sinks."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def handle(self, line: Line) -> None:
        """Its frames come another way."""

    def close(self) -> None:
        self._wire.close()


class LateDisplay:
    """The live display, made once the server listens.

    Rich costs more to load than everything that is needed for the first sound to
    be on its way.
    """

    def __init__(self, color: Color, meters: Sequence[MeteredSource]) -> None:
        self._color = color
        self._meters = meters
        self._waiting: list[Line] = []
        self._display: LiveDisplay | None = None

    def handle(self, line: Line) -> None:
        if self._display is not None:
            self._display.handle(line)
            return
        self._waiting.append(line)
        match line.body:
            case Status(state=State.LISTENING) | End():
                self._open()
            case _:
                pass

    def close(self) -> None:
        if self._display is not None:
            self._display.close()

    def pause(self) -> None:
        if self._display is not None:
            self._display.pause()

    def resume(self) -> None:
        if self._display is not None:
            self._display.resume()

    def restore(self) -> None:
        if self._display is not None:
            self._display.restore()

    def _open(self) -> None:
        from ..sinks.live import LiveDisplay, open_console

        self._display = LiveDisplay(open_console(self._color.value), self._levels)
        _log_above(self._display)
        for line in self._waiting:
            self._display.handle(line)
        self._waiting.clear()

    def _levels(self) -> "tuple[Level, ...]":
        from ..sinks.live_view import Level

        several = len(self._meters) > 1
        return tuple(
            Level(meter.peak, (meter.speaker or meter.name) if several else "")
            for meter in self._meters
            if meter.is_live or meter.peak > -math.inf
        )


def _log_above(display: "LiveDisplay") -> None:
    """What is logged to stderr must not tear the live region."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
            handler.setStream(display)
