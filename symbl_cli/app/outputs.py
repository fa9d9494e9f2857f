"""Where the lines of a run go: stdout, a terminal, files."""

import logging
import math
import os
import sys
from collections.abc import Callable, Sequence
from threading import Thread
from typing import TYPE_CHECKING

from ..config.settings import Color, Settings
from ..errors import OutputError
from ..frozen import dataclass
from ..lines import End, Line, State, Status
from ..sinks.jsonl import JsonLines
from ..sinks.many import Many
from ..sinks.notices import Notices, NoticesOfARun, PlainNotices
from ..sinks.output import Output, open_stdout
from ..sinks.sink import Sink
from ..sinks.status import StatusSink
from ..sinks.text import Text
from ..sinks.wire import Wire
from ..sinks.writer import Writer
from ..text.terminal import terminal_safe
from .files import RunFiles
from .meter import MeteredSource
from .options import Form, StreamOptions

if TYPE_CHECKING:
    from ..sinks.commands import Commands
    from ..sinks.live import LiveDisplay
    from ..sinks.live_view import Level


_LEAVING = 3.0
"""Seconds that hooks may take to be ended where the process leaves at once."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The sinks of a run as one, and how to stand aside for Ctrl-Z."""

    sink: Many
    frames: tuple["FrameSink", ...]
    commands: tuple["Commands", ...]
    display: "LateDisplay | None"
    stdout: Writer | None
    """Where lines or frames go there; the display has its own way."""
    notices: Notices
    """Of the run: they do not tear the live region."""

    def hurry(self) -> None:
        """Wait for nobody who does not read; takes no lock."""
        if self.stdout is not None:
            self.stdout.hurry()

    @property
    def unread(self) -> tuple[str, ...]:
        """Stdout, if it was given up with what waited for its reader."""
        return ("stdout",) if self.stdout is not None and self.stdout.gave_up else ()

    def on_frame(self, text: str) -> None:
        for sink in self.frames:
            sink.frame(text)

    def pause(self) -> None:
        if self.display is not None:
            self.display.pause()

    def resume(self) -> None:
        if self.display is not None:
            self.display.resume()

    def abandon(self) -> None:
        """Give the terminal back and end hooks at once: the process is ending."""
        if self.display is not None:
            self.display.restore()
        # Elsewhere: a signal may have come while this thread had a lock of theirs.
        ending = [
            Thread(target=commands.kill, daemon=True) for commands in self.commands
        ]
        for thread in ending:
            thread.start()
            thread.join(_LEAVING)


def open_outputs(
    options: StreamOptions,
    settings: Settings,
    files: RunFiles,
    meters: Sequence[MeteredSource],
    notices: Notices,
    on_reader_gone: Callable[[], None],
) -> Outputs:
    """Raises OutputError where stdout is closed, UsageError for a bad hook."""
    sinks = [*files.sinks(interim=bool(options.interim)), files]
    frames = [FrameSink(wire) for wire in files.wires()]
    display: LateDisplay | None = None
    stdout: Writer | None = None
    if _is_live(options, settings):
        display = LateDisplay(settings.color, meters)
        notices = PlainNotices(display)
        sinks.append(display)
    else:
        stdout = open_stdout(on_reader_gone)
        if options.form is Form.WIRE:
            frames.append(FrameSink(_stdout_wire(stdout)))
        else:
            sinks.append(_stdout_sink(options, stdout))
    told: list[Sink] = []
    if display is None:
        notices = later = NoticesOfARun(notices)
        told.append(later)
    if display is None and options.form is not Form.JSON:
        sinks.append(StatusSink(notices))
    commands = _commands(options, notices)
    sinks += [*_together(*commands, *_webhooks(options, notices)), *frames, *told]
    many = Many(sinks, notices.error, amend=files.amended)
    return Outputs(many, tuple(frames), commands, display, stdout, notices)


def _stdout_wire(stdout: Writer) -> Wire:
    """Untouched in a pipe; on a terminal nothing moves its cursor."""
    return Wire(stdout, terminal_safe) if sys.stdout.isatty() else Wire(stdout)


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


def _commands(options: StreamOptions, notices: Notices) -> "tuple[Commands, ...]":
    """Loaded only where asked for, as are webhooks."""
    if not options.hooks:
        return ()
    from ..sinks.commands import Commands, read_hook

    hooks = tuple(read_hook(when, command) for when, command in options.hooks)
    return (Commands(hooks, notices),)


def _webhooks(options: StreamOptions, notices: Notices) -> tuple[Sink, ...]:
    if options.webhook is None:
        return ()
    from ..sinks.hooks import Webhook

    secret = os.environ.get("SYMBL_WEBHOOK_SECRET", "")
    return (Webhook(options.webhook, notices, secret=secret),)


def _together(*sinks: Sink) -> tuple[Sink, ...]:
    """Those that wait for others at the end wait at the same time."""
    if not sinks:
        return ()
    from ..sinks.together import Together

    return (Together(sinks),)


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

    def write(self, text: str) -> int:
        """Text for stderr: above the region, once there is one."""
        if self._display is not None:
            return self._display.write(text)
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

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
