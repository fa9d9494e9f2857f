"""The live display on a real terminal, tmux's, as people see it."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shlex import join

import pytest

PATIENCE = 20.0
"""Seconds after which a wait has failed."""

DRIVER = """
import sys
from symbl_cli.sinks.live import LiveDisplay, open_console
from symbl_cli.lines import InsightKind, State, Status
from tests.sinks.examples import insight, line, transcript

display = LiveDisplay(open_console("never"), lambda: (), clock=lambda: 0.0)
display.handle(line(Status(State.LISTENING)))
display.handle(line(transcript("Let us begin.", id_="u-1")))
asked = "Who books the room for the kick-off?"
display.handle(line(insight(InsightKind.QUESTION, asked)))
text = "and then I would like to talk about the brochures"
display.handle(line(transcript(text, id_="u-2", final=False)))
sys.stdin.readline()
display.handle(line(transcript(text + ".", id_="u-2", rev=2)))
display.close()
print("over")
sys.stdin.readline()
"""


class Terminal:
    """A window of tmux in which the driver runs."""

    def __init__(self, socket: Path, width: int) -> None:
        self._tmux = ("tmux", "-f", "/dev/null", "-S", str(socket))
        # As a shell leaves them that once exported them: they do not follow a resize.
        stale = ["env", "COLUMNS=80", "LINES=24"]
        command = join([*stale, sys.executable, "-c", DRIVER])
        size = ("-x", str(width), "-y", "20")
        self._run("new-session", "-d", "-s", "live", *size, command)

    def resize(self, width: int) -> None:
        self._run("resize-window", "-t", "live", "-x", str(width), "-y", "20")

    def press_enter(self) -> None:
        self._run("send-keys", "-t", "live", "Enter")

    def close(self) -> None:
        self._run("kill-server")

    def shows(self, rows: list[str]) -> None:
        """Wait until it and its history show *rows* and nothing else."""
        end = time.monotonic() + PATIENCE
        while (shown := self._shown()) != rows:
            assert time.monotonic() < end, shown

    def _shown(self) -> list[str]:
        shown = self._run("capture-pane", "-p", "-S", "-", "-t", "live")
        return [row.rstrip() for row in shown.rstrip().splitlines()]

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "tmux", width=60)
    yield terminal
    terminal.close()


WIDE = [
    "[00:38] Ann: Let us begin.",
    "[00:41] ? Bea: Who books the room for the kick-off?",
    "00:00  listening",
    "Ann: and then I would like to talk about the brochures",
    "? Bea: Who books the room for the kick-off?",
]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_resize_does_not_break_the_region(terminal: Terminal) -> None:
    terminal.shows(WIDE)

    terminal.resize(40)
    terminal.shows(
        [
            "[00:38] Ann: Let us begin.",
            "[00:41] ? Bea: Who books the room for th",
            "e kick-off?",
            "00:00  listening",
            "Ann: …like to talk about the brochures",
            "? Bea: Who books the room for the kick…",
        ]
    )

    terminal.resize(60)
    terminal.shows(WIDE)

    terminal.press_enter()
    terminal.shows(
        [
            *WIDE[:2],
            "[00:38] Ann: and then I would like to talk about the",
            "brochures.",
            "over",
        ]
    )
