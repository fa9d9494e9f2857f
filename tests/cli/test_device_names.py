"""Device names are what somebody's hardware says: nothing raw reaches a terminal."""

import os
import sys
from pathlib import Path

import pytest

from tests.command_line import Home
from tests.hidden_modules import hiding
from tests.terminal import terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")

NAMES = ("Yeti\x1b]0;owned\x07\x1b[2J", "Desk\u202egro.eliv\u2066", "Desk\x9b31m")
RAW = ("\x1b]0;", "\x1b[2J", "\x07", "\x9b", "\u202e", "\u2066")


@pytest.fixture
def odd_devices(tmp_path: Path) -> dict[str, str]:
    """An environment whose sound server has devices of those names, all silent."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "sources").write_text(
        "".join(f"{number}\t{name}\ts16\n" for number, name in enumerate(NAMES))
    )
    _program(folder, "pactl", f'[ "$1" = list ] && cat {folder}/sources')
    _program(folder, "parec", "while printf %03200d 0; do sleep 0.1; done")
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return hiding(tmp_path, "pyaudio", "sounddevice") | {"PATH": path}


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("devices",), 0),
        (("devices", "--fields", "name,index"), 0),
        (("devices", "--json"), 0),
        (("devices", "test", "0", "--duration", "0.2"), 0),
        (("stream", "--device", "0", "--duration", "0.3", "-v"), 0),
        (("stream", "--device", NAMES[1], "--duration", "0.3", "--json"), 0),
        (("stream", "--device", "desk"), 2),
        (("stream", "--device", "absent\x1b[2J"), 3),
    ],
)
def test_nothing_that_a_terminal_obeys_is_shown_of_a_device(
    scripted: Home,
    odd_devices: dict[str, str],
    arguments: tuple[str, ...],
    code: int,
) -> None:
    with terminal(scripted, *arguments, environment=odd_devices) as window:
        ended = window.news()

    assert ended == f"ended {code}"
    assert not [raw for raw in RAW if raw in window.written]
