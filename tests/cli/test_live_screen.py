"""What people see: the live display on the screen of a real terminal program."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.command_line import Home, command
from tests.scripted_speech import say, silence, speech

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux")

LIMIT = 30.0
_GLANCE = 0.05


@dataclass(frozen=True)
class Screen:
    """A window of tmux in which somebody is heard."""

    socket: Path
    voice: int

    def say(self, pcm: bytes) -> None:
        left = memoryview(pcm)
        while left:
            left = left[os.write(self.voice, left) :]

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), "-f", os.devnull, *arguments],
            capture_output=True,
            check=True,
            timeout=LIMIT,
        )
        return done.stdout.decode()

    def rows(self, *options: str) -> list[str]:
        """What is on the screen."""
        shown = self.tmux("capture-pane", "-p", *options)
        return [row.rstrip() for row in shown.splitlines()]

    def until(self, wanted: Callable[[list[str]], bool]) -> list[str]:
        """Look until the rows are as *wanted*."""
        deadline = time.monotonic() + LIMIT
        while not wanted(rows := self.rows()):
            assert time.monotonic() < deadline, rows
            time.sleep(_GLANCE)
        return rows


@contextmanager
def watched(
    home: Home,
    folder: Path,
    *options: str,
    columns: int = 80,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Screen]:
    pipe = folder / "sound.pipe"
    os.mkfifo(pipe)
    screen = Screen(folder / "tmux", os.open(pipe, os.O_RDWR))
    # The window stays when the run has ended, so that its end can be seen.
    line = ("sh", "-c", 'trap : INT; "$@"; echo "code $?"; sleep 60', "sh")
    # Named behind tmux, which has a TERM of its own.
    named = ("env", *(f"{name}={value}" for name, value in environment.items()))
    run = command(("stream", pipe, *options))
    subprocess.run(
        (
            *("tmux", "-S", str(screen.socket), "-f", os.devnull),
            *("new-session", "-d", "-x", str(columns), "-y", "24"),
            *(*line, *named, *run),
        ),
        env=home.environment(),
        cwd=home.folder,
        check=True,
        timeout=LIMIT,
    )
    try:
        yield screen
    finally:
        os.close(screen.voice)
        screen.tmux("kill-server")


def _shows(text: str) -> Callable[[list[str]], bool]:
    return lambda rows: any(text in row for row in rows)


def test_words_are_seen_while_they_are_said_and_then_as_history(
    scripted: Home, tmp_path: Path
) -> None:
    with watched(scripted, tmp_path) as screen:
        screen.say(silence(1.2) + say("Who books the"))
        early = screen.until(_shows("Speaker 1: Who"))
        screen.say(say(" room?") + silence(1.2))
        late = screen.until(_shows("? Speaker 1: Who books the room?"))

    assert not _shows("] Speaker 1:")(early)
    assert _shows("listening")(early)
    assert "[00:01] Speaker 1: Who books the room?" in late
    assert "[00:01] ? Speaker 1: Who books the room?" in late
    assert _shows("listening")(late)


def test_forty_columns_are_enough(scripted: Home, tmp_path: Path) -> None:
    words = "the van is late and nobody knows whether the driver will ever come"
    with watched(scripted, tmp_path, columns=40) as screen:
        screen.say(silence(1.2) + say(words))
        # Only the end of what is longer than a row, whichever interim it is.
        early = screen.until(_shows("Speaker 1: …"))
        screen.say(silence(1.2))
        late = screen.until(_shows("[00:01] Speaker 1: the van"))

    (speaking,) = [row for row in early if row.startswith("Speaker 1: ")]
    assert len(speaking) < 40
    assert " ".join(row.strip() for row in late).count("the van is late") == 1


def test_a_window_that_changes_its_size_shows_everything_once(
    scripted: Home, tmp_path: Path
) -> None:
    with watched(scripted, tmp_path) as screen:
        screen.say(speech("so be it") + say("nobody knows it yet"))
        screen.until(_shows("Speaker 1: nobody"))
        for width in ("50", "100", "40"):
            screen.tmux("resize-window", "-x", width)
        screen.say(say(" or so it seems") + silence(1.2))
        rows = screen.until(_shows("[00:02] Speaker 1: nobody"))
        screen.until(lambda rows: sum("listening" in row for row in rows) == 1)

    text = "".join(rows).replace(" ", "")
    assert text.count("sobeit") == 1
    assert text.count("nobodyknowsityetorsoitseems") == 1


def test_at_the_end_the_region_gives_way_to_a_summary(
    scripted: Home, tmp_path: Path
) -> None:
    with watched(scripted, tmp_path) as screen:
        screen.say(speech("so be it"))
        screen.until(_shows("[00:01] Speaker 1: so be it"))
        screen.tmux("send-keys", "C-c")
        rows = screen.until(_shows("code "))

    assert [row for row in rows if row][-3:] == [
        "[00:01] Speaker 1: so be it",
        "00:02 of sound, 1 message.",
        "code 130",
    ]


@pytest.mark.parametrize(
    ("options", "more"),
    [(("--no-live",), {}), ((), {"TERM": "dumb"}), ((), {"CI": "true"})],
    ids=["no-live", "dumb", "CI"],
)
def test_whoever_wants_plain_lines_gets_them(
    scripted: Home, tmp_path: Path, options: tuple[str, ...], more: dict[str, str]
) -> None:
    with watched(scripted, tmp_path, *options, environment=more) as screen:
        screen.say(speech("so be it"))
        rows = screen.until(_shows("Speaker 1: so be it"))

    assert [row for row in rows if row] == [
        "waiting for sound from sound.pipe",
        "Connecting.",
        "Listening.",
        "[00:01] Speaker 1: so be it",
    ]


def test_no_color_means_no_colour(scripted: Home, tmp_path: Path) -> None:
    def is_coloured(folder: Path, **more: str) -> bool:
        folder.mkdir()
        with watched(scripted, folder, environment=more) as screen:
            screen.say(speech("Who books the room?"))
            screen.until(_shows("? Speaker 1: Who"))
            shown = "".join(screen.rows("-e"))
        return bool(re.search(r"\x1b\[(?:\d+;)*[34][0-7]m", shown))

    assert is_coloured(tmp_path / "plain")
    assert not is_coloured(tmp_path / "bare", NO_COLOR="1")
