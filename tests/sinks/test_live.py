import os
import pty
import select
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from threading import Condition, Thread

import pytest
from rich.console import Console

from symbl_cli.lines import (
    Body,
    End,
    EndReason,
    InsightKind,
    State,
    Status,
    Topic,
    Tracker,
)
from symbl_cli.sinks.live import LiveDisplay
from symbl_cli.sinks.live_view import Level
from symbl_cli.sinks.notices import PlainNotices
from symbl_cli.sinks.terminal_mode import TerminalMode

from .examples import insight, line, transcript
from .screen import Screen

PATIENCE = 20.0
"""Seconds after which a wait has failed."""
END = End(EndReason.END_OF_INPUT, 60.0, {"transcript": 1})


class Looks:
    """A level meter that knows how often it was looked at."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._count = 0

    def __call__(self) -> tuple[Level, ...]:
        with self._changed:
            self._count += 1
            self._changed.notify_all()
        return (Level(-30.0),)

    def wait_for_a_whole_update(self) -> None:
        """Two more looks: what waited before the first is drawn at the second."""
        with self._changed:
            wanted = self._count + 3
            assert self._changed.wait_for(lambda: self._count >= wanted, PATIENCE)


class Watched:
    """A live display on a screen of sixty columns, with its clock standing still."""

    def __init__(self) -> None:
        self.file = StringIO()
        self.looks = Looks()
        console = Console(
            file=self.file,
            width=60,
            height=20,
            force_terminal=True,
            force_interactive=True,
            color_system=None,
        )
        self.display = LiveDisplay(console, self.looks, clock=lambda: 0.0)

    def after(self, *bodies: Body) -> list[str]:
        """What the screen shows after *bodies*."""
        for body in bodies:
            self.display.handle(line(body))
        self.looks.wait_for_a_whole_update()
        return self.screen().rows

    def screen(self) -> Screen:
        return Screen(self.file.getvalue())


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.display.close()


def test_finals_scroll_into_history_above_what_is_being_said(watched: Watched) -> None:
    assert watched.after(
        Status(State.LISTENING),
        transcript("Let us begin.", id_="u-1"),
        insight(InsightKind.QUESTION, "Who books the room?"),
        transcript("I can", id_="u-2", final=False),
    ) == [
        "[00:38] Ann: Let us begin.",
        "[00:41] ? Bea: Who books the room?",
        "00:00  listening  █████░░░░░",
        "Ann: I can",
        "? Bea: Who books the room?",
    ]


def test_interim_words_leave_no_trace(watched: Watched) -> None:
    watched.after(transcript("Let", final=False))
    watched.after(transcript("Let us be", rev=2, final=False))

    assert watched.after(transcript("Let us begin.", rev=3)) == [
        "[00:38] Ann: Let us begin.",
        "00:00  connecting  █████░░░░░",
    ]


def test_at_the_end_history_and_summary_stay_and_the_region_goes(
    watched: Watched,
) -> None:
    for body in (
        Status(State.LISTENING),
        transcript("Let us begin."),
        transcript("And", id_="u-2", final=False),
        Tracker("k-1", 1, "Start", "begin", True, ("u-1",), 39.0),  # noqa: FBT003
        Topic("t-1", 1, "beginnings", 0.5, (), ()),
        END,
    ):
        watched.display.handle(line(body))
    watched.display.close()

    screen = watched.screen()
    assert screen.rows == [
        "[00:38] Ann: Let us begin.",
        "[00:39] # Start: begin",
        "Topics: beginnings",
        "01:00 of sound, 1 message.",
    ]
    assert screen.shows_cursor


def test_long_finals_are_wrapped_at_words(watched: Watched) -> None:
    text = "We should settle today who writes to the printer about it."

    assert watched.after(transcript(text))[:2] == [
        "[00:38] Ann: We should settle today who writes to the",
        "printer about it.",
    ]


def test_troubles_scroll_into_history_and_plain_states_do_not(watched: Watched) -> None:
    rows = watched.after(
        Status(State.LISTENING),
        Status(State.GAP, seconds=3),
        Status(State.MARKED, id="b-1", text="here", start=4),
    )

    assert rows == [
        "A gap: for 3.0 s nothing was recorded.",
        "Marked at 00:04: here",
        "00:00  listening  █████░░░░░",
    ]


def test_what_is_said_on_stderr_goes_above_the_region(watched: Watched) -> None:
    PlainNotices(watched.display).warning("the hook\x1b[2J failed")

    assert watched.after() == [
        "Warning: the hook␛[2J failed",
        "00:00  connecting  █████░░░░░",
    ]


def test_rich_markup_in_a_transcript_is_only_text(watched: Watched) -> None:
    assert watched.after(transcript("[bold]Well[/bold] :smile:"))[0] == (
        "[00:38] Ann: [bold]Well[/bold] :smile:"
    )


def test_before_ctrl_z_the_region_goes_and_it_comes_back_after(
    watched: Watched,
) -> None:
    watched.after(transcript("One."))

    watched.display.pause()
    paused = watched.screen()
    watched.file.write("[1]+  Stopped\n")
    watched.display.resume()

    assert (paused.rows, paused.shows_cursor) == (["[00:38] Ann: One."], True)
    assert watched.after(transcript("Two.", id_="u-2")) == [
        "[00:38] Ann: One.",
        "[1]+  Stopped",
        "[00:38] Ann: Two.",
        "00:00  connecting  █████░░░░░",
    ]


def test_closing_twice_is_closing_once(watched: Watched) -> None:
    watched.display.close()
    watched.display.close()

    assert watched.screen().rows == []


@contextmanager
def on_a_terminal() -> Iterator[tuple[int, Console]]:
    """The other end of a real terminal, and a console on it."""
    ours, theirs = pty.openpty()
    file = os.fdopen(theirs, "w", encoding="utf-8")
    try:
        yield ours, Console(file=file, width=60, height=20, force_terminal=True)
    finally:
        with suppress(OSError):  # what was written to a closed terminal
            file.close()
        os.close(ours)


def read_until(terminal: int, mark: bytes) -> bytes:
    shown = b""
    while mark not in shown:
        assert select.select([terminal], [], [], PATIENCE)[0], shown
        shown += os.read(terminal, 1 << 16)
    return shown


def test_a_terminal_that_stands_still_stalls_nobody() -> None:
    with on_a_terminal() as (ours, console):
        display = LiveDisplay(console, lambda: ())
        for number in range(5_000):  # far more than the terminal takes unread
            display.handle(line(transcript("Words, words.", id_=f"u-{number}")))
        display.handle(line(END))

        closing = Thread(target=display.close)
        closing.start()
        shown = read_until(ours, b"of sound")
        closing.join(PATIENCE)

    assert shown.count(b"Words, words.") == 5_000


def test_a_terminal_that_stands_still_holds_up_neither_ctrl_z_nor_the_end() -> None:
    with on_a_terminal() as (ours, console):
        display = LiveDisplay(console, lambda: ())
        for number in range(5_000):
            display.handle(line(transcript("Words, words.", id_=f"u-{number}")))
        read_until(ours, b"Words")  # it draws, and soon waits for us

        display.pause()
        display.resume()
        display.restore()

        closing = Thread(target=display.close)
        closing.start()
        end = time.monotonic() + PATIENCE
        while closing.is_alive():
            assert time.monotonic() < end
            if select.select([ours], [], [], 0.1)[0]:
                os.read(ours, 1 << 16)


def test_a_terminal_that_is_closed_ends_the_drawing_quietly() -> None:
    with on_a_terminal() as (ours, console):
        looks = Looks()
        display = LiveDisplay(console, looks)
        looks.wait_for_a_whole_update()

        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, ours)
        os.close(null)
        for number in range(10):
            text = transcript("Nobody sees this.", id_=f"u-{number}")
            display.handle(line(text))
        display.close()


def test_a_stream_that_is_no_terminal_of_ours_keeps_its_mode() -> None:
    with on_a_terminal() as (_, console):
        # It is not the terminal that controls this process: echoing is not ours.
        mode = TerminalMode(console.file)
        before = termios.tcgetattr(console.file.fileno())

        mode.quiet()
        assert termios.tcgetattr(console.file.fileno()) == before
        mode.restore()
        assert termios.tcgetattr(console.file.fileno()) == before


DRIVER = """
import os, sys, termios
from tests.sinks.test_live import Looks
from symbl_cli.sinks.live import LiveDisplay, open_console

def echoes():
    return bool(termios.tcgetattr(1)[3] & termios.ECHO)

looks = Looks()
display = LiveDisplay(open_console("never"), looks)
looks.wait_for_a_whole_update()
echoing = [echoes()]
display.pause()
echoing.append(echoes())
display.resume()
echoing.append(echoes())
if sys.argv[1] == "restore":
    display.restore()
else:
    display.close()
echoing.append(echoes())
print("echoing", *echoing, "gone")
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("way", ["close", "restore"])
def test_what_is_typed_shows_again_whenever_the_region_is_gone(way: str) -> None:
    process, ours = pty.fork()
    if process == 0:
        os.execv(sys.executable, [sys.executable, "-c", DRIVER, way])
    shown = read_until(ours, b"gone")
    os.waitpid(process, 0)
    os.close(ours)

    assert b"echoing False True False True gone" in shown
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")
