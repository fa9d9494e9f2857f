"""Where the lines of a run go: stdout, a terminal, files."""

import logging
import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..config.settings import Color, Settings
from ..errors import OutputError
from ..lines import End, Line, State, Status
from ..sinks.jsonl import JsonLines
from ..sinks.many import Many
from ..sinks.notices import Notices
from ..sinks.output import Output, open_stdout
from ..sinks.sink import Sink
from ..sinks.status import StatusSink
from ..sinks.text import Text
from ..sinks.wire import Wire
from .files import FilePaths, open_file_sinks, open_wire_file
from .meter import MeteredSource
from .options import Form, StreamOptions

if TYPE_CHECKING:
    from ..sinks.live import LiveDisplay
    from ..sinks.live_view import Level


@dataclass(frozen=True, slots=True)
class Outputs:
    """The sinks of a run as one, and how to stand aside for Ctrl-Z."""

    sink: Many
    frames: tuple["FrameSink", ...]
    display: "LateDisplay | None"

    def on_frame(self, text: str) -> None:
        for sink in self.frames:
            sink.frame(text)

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
    paths: FilePaths,
    meters: Sequence[MeteredSource],
    notices: Notices,
    on_reader_gone: Callable[[], None],
) -> Outputs:
    """Raises OutputError where one cannot be written, UsageError for a bad hook."""
    sinks = open_file_sinks(paths, interim=bool(options.interim))
    frames = [FrameSink(wire)] if (wire := open_wire_file(paths)) else []
    display: LateDisplay | None = None
    if _is_live(options, settings):
        display = LateDisplay(settings.color, meters)
        sinks.append(display)
    elif options.form is Form.WIRE:
        frames.append(FrameSink(Wire(open_stdout(on_reader_gone))))
    else:
        sinks.append(_stdout_sink(options, open_stdout(on_reader_gone)))
    if display is None and options.form is not Form.JSON:
        sinks.append(StatusSink(notices))
    sinks += [*_hooks(options, notices), *frames]
    return Outputs(Many(sinks, notices.error), tuple(frames), display)


def _stdout_sink(options: StreamOptions, stdout: Output) -> Sink:
    match options.form:
        case Form.JSON:
            return JsonLines(stdout, interim=bool(options.interim))
        case Form.SRT:
            from ..sinks.captions import Srt

            return Srt(stdout)
        case Form.VTT:
            from ..sinks.captions import Vtt

            return Vtt(stdout)
        case Form.MARKDOWN:
            from ..sinks.markdown import Markdown

            return Markdown(stdout)
        case _:
            return Text(stdout)


def _hooks(options: StreamOptions, notices: Notices) -> list[Sink]:
    """Commands and webhooks: loaded only where asked for."""
    sinks: list[Sink] = []
    if options.hooks:
        from ..sinks.commands import Commands, read_hook

        hooks = tuple(read_hook(when, command) for when, command in options.hooks)
        sinks.append(Commands(hooks, notices))
    if options.webhook is not None:
        from ..sinks.hooks import Webhook

        secret = os.environ.get("SYMBL_WEBHOOK_SECRET", "")
        sinks.append(Webhook(options.webhook, notices, secret=secret))
    return sinks


def _is_live(options: StreamOptions, settings: Settings) -> bool:
    """Whether people watch: cheap to find out, as it is asked before the dial."""
    if options.form is not Form.TEXT or not settings.live:
        return False
    if os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        return False
    streams = (sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


class FrameSink:
    """Takes frames beside lines: what fails at a frame is told at the next line."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._failure: OutputError | None = None

    def frame(self, text: str) -> None:
        if self._failure is None:
            try:
                self._wire.frame(text)
            except OutputError as exc:
                self._failure = exc

    def handle(self, line: Line) -> None:
        if self._failure is not None:
            raise self._failure

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
