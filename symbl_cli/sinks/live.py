"""The live display: history scrolls, below it a region shows what is going on."""

import os
import select
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from threading import Event, Lock, Thread
from typing import Literal, TypeAlias

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType, Segment
from rich.style import Style
from rich.text import Text

from ..errors import SymblError
from ..lines import (
    Body,
    End,
    Insight,
    InsightKind,
    Line,
    State,
    Status,
    Tracker,
    Transcript,
)
from ..text.terminal import columns, terminal_safe
from .live_view import Level, Row, Tone, View, render
from .status import TROUBLES, sentence, summary
from .terminal_mode import TerminalMode
from .text_form import Telling

Levels: TypeAlias = Callable[[], tuple[Level, ...]]
"""How loud each source was since it was last asked."""
Color: TypeAlias = Literal["auto", "always", "never"]

_PERIOD = 0.1
"""Seconds from one update to the next."""
_MOST_INTERIMS = 1_000
"""Lines that may wait for a terminal that stands still before interims are left out."""
_MOST_WAITING = 100_000
"""Lines: days of speech."""
_PATIENCE = 1.0
"""Seconds that drawing may take before it counts as standing still."""
_SHOW_CURSOR = b"\x1b[?25h\n"

_STYLES = {
    Tone.STATE: Style(dim=True),
    Tone.TROUBLE: Style(color="red"),
    Tone.SPEECH: Style(italic=True),
    Tone.FINAL: Style(),
    Tone.QUESTION: Style(color="yellow"),
    Tone.ACTION: Style(color="green"),
    Tone.FOLLOW_UP: Style(color="cyan"),
    Tone.TRACKER: Style(color="magenta"),
}
_INSIGHT_TONES = {
    InsightKind.QUESTION: Tone.QUESTION,
    InsightKind.ACTION_ITEM: Tone.ACTION,
    InsightKind.FOLLOW_UP: Tone.FOLLOW_UP,
}


def open_console(color: Color = "auto") -> Console:
    """Stdout as a terminal, in UTF-8 whatever the locale."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    no_color = {"auto": None, "always": False, "never": True}[color]
    return Console(force_terminal=True, force_interactive=True, no_color=no_color)


class LiveDisplay:
    """A sink for people who watch.

    A thread of its own draws, ten times a second at most: a terminal that stands still
    stalls nobody. `close` draws what is left, removes the region, restores the mode of
    the terminal. Once the terminal is gone, lines are dropped.
    """

    def __init__(
        self,
        console: Console,
        levels: Levels,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._levels = levels
        self._clock = clock
        self._began = clock()
        self._mode = TerminalMode(console.file)
        self._telling = Telling()
        self._view = View()
        self._frame: tuple[Row, ...] = ()
        self._width = 0
        self._waiting: deque[Body | str] = deque()
        self._live = self._new_region()
        self._drawing = Lock()
        self._is_paused = False
        self._is_gone = False
        self._closing = Event()
        # Not joined when the terminal never takes what we write.
        self._thread = Thread(target=self._run, name="live display", daemon=True)
        self._thread.start()

    def handle(self, line: Line) -> None:
        match line.body:
            case _ if self._is_gone:
                pass
            case Transcript(final=False) if len(self._waiting) > _MOST_INTERIMS:
                pass
            case body if len(self._waiting) < _MOST_WAITING:
                self._waiting.append(body)
            case _:
                raise SymblError("the terminal has shown nothing for hours")

    def write(self, text: str) -> int:
        """Text for stderr goes above the region: what draws here is one thread."""
        self._waiting.append(text)
        return len(text)

    def flush(self) -> None:
        """With *write* all that a log or a notice needs of a stream."""

    def pause(self) -> None:
        """Take the region away and restore the terminal, before Ctrl-Z."""
        self._is_paused = True
        with self._undisturbed() as can_draw:
            if can_draw:
                self._live.stop()
        self._mode.restore()

    def resume(self) -> None:
        """Show the region again, below whatever was written meanwhile."""
        with self._undisturbed() as can_draw:
            self._is_paused = False
            if can_draw:
                self._show()

    def restore(self) -> None:
        """Give the terminal back at once, by any thread: the process is ending."""
        self._mode.restore()
        with suppress(OSError):
            descriptor = self._console.file.fileno()
            # Past the buffer: whoever waits for the terminal has that locked.
            if sys.platform == "win32" or select.select([], [descriptor], [], 0)[1]:
                os.write(descriptor, _SHOW_CURSOR)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    @contextmanager
    def _undisturbed(self) -> Iterator[bool]:
        """While nobody draws; False where the terminal stands still meanwhile."""
        can_draw = self._drawing.acquire(timeout=_PATIENCE)
        try:
            yield can_draw
        finally:
            if can_draw:
                self._drawing.release()

    def _run(self) -> None:
        try:
            with self._drawing:
                self._show()
            while not self._closing.wait(_PERIOD):
                self._draw()
            with self._drawing:
                self._update()
                self._live.stop()
        except OSError:  # the terminal is gone; the run is told by a signal
            self._is_gone = True
            self._waiting.clear()
        finally:
            self._mode.restore()

    def _show(self) -> None:
        self._live.stop()
        self._mode.quiet()
        self._frame = ()
        self._live = self._new_region()
        self._live.start()

    def _new_region(self) -> Live:
        return Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def _draw(self) -> None:
        with self._drawing:
            if not self._is_paused:
                self._update()

    def _update(self) -> None:
        history = [row for waiting in self._taken() for row in self._history(waiting)]
        self._measure()
        width, height = self._console.size
        self._erase_wrapped(width)
        view = self._view.at(self._clock() - self._began, self._levels())
        frame = render(view, width, height)
        if frame != self._frame or history:
            self._frame = frame
            with self._console:  # one write for both: nothing flickers
                if history:
                    self._console.print(Group(*map(_text, history)))
                self._live.update(_Region(frame), refresh=True)

    def _taken(self) -> Iterator[Body | str]:
        for _ in range(len(self._waiting)):
            yield self._waiting.popleft()

    def _history(self, waiting: Body | str) -> Iterator[Row]:
        """What scrolls by; what only the region shows goes into the view."""
        match waiting:
            case str():
                yield Row(terminal_safe(waiting.rstrip()), Tone.TROUBLE)
                return
            case End():
                yield from self._ending(waiting)
            case Status(state=state) if state in TROUBLES or state is State.MARKED:
                yield Row(terminal_safe(sentence(waiting)), Tone.TROUBLE)
            case _ if text := self._telling.tell(waiting):
                yield Row(text, _tone(waiting))
            case _:
                pass
        self._view = self._view.after(waiting)

    def _ending(self, end: End) -> Iterator[Row]:
        if topics := self._telling.topics():
            yield Row(topics, Tone.FINAL)
        if said := summary(end):
            yield Row(terminal_safe(said), Tone.STATE)

    def _measure(self) -> None:
        """Ask the terminal how large it is: COLUMNS, if set, is of long ago."""
        with suppress(OSError):  # what is no terminal keeps the size it was given
            size = os.get_terminal_size(self._console.file.fileno())
            if size.columns and size.lines:
                self._console.size = size

    def _erase_wrapped(self, width: int) -> None:
        """A terminal that became narrower has wrapped our rows: erase the surplus."""
        if width < self._width:
            surplus = sum((columns(row.text) - 1) // width for row in self._frame)
            self._console.control(Control(*_ERASE_ROW * surplus))
        self._width = width


_ERASE_ROW = (
    (ControlType.CARRIAGE_RETURN,),
    (ControlType.ERASE_IN_LINE, 2),
    (ControlType.CURSOR_UP, 1),
)


def _tone(body: Body) -> Tone:
    match body:
        case Insight(kind=kind):
            return _INSIGHT_TONES[kind]
        case Tracker():
            return Tone.TRACKER
        case _:
            return Tone.FINAL


def _text(row: Row) -> Text:
    return Text(row.text, _STYLES[row.tone])


class _Region:
    """Rows as Rich draws them: each fits, so nothing is wrapped or measured."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self._rows = rows

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        for row in self._rows:
            yield Segment(row.text, _STYLES[row.tone])
            yield Segment.line()
