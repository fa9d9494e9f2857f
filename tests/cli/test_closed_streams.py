"""Started without stdout or stderr, as by some daemons: the exit code is the same."""

import sys
from pathlib import Path

import pytest

from tests.cli.talks import talk_in
from tests.command_line import Home

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell's `>&-`")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("symbl stream nothing.wav", 2),
        ("symbl stream nothing.wav --json", 2),
        ("symbl conversation show nobody", 2),
        ("symbl stream --api-url ws://127.0.0.1:9 --json", 4),
        ("symbl config list", 0),
        ("symbl --version", 0),
    ],
)
def test_without_stderr_the_exit_code_tells_as_much(
    scripted: Home, line: str, code: int
) -> None:
    ran = scripted.shell(f"{line} 2>&-")

    assert ran.code == code


@pytest.mark.parametrize(
    "line",
    [
        "symbl --version",
        "symbl --help",
        "symbl config list",
        "symbl conversation list --json",
        "symbl stream --json-schema",
        "symbl stream --demo",
    ],
)
def test_what_would_be_said_on_a_closed_stdout_is_missed_aloud(
    scripted: Home, line: str
) -> None:
    ran = scripted.shell(f"{line} >&-")
    alone = scripted.shell(f"{line} >&- 2>&-")

    assert (ran.code, alone.code) == (2, 2)
    assert "stdout is closed" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_what_says_nothing_needs_no_stdout(scripted: Home) -> None:
    ran = scripted.shell("symbl config set title standup >&- 2>&-")
    scripted.shell("symbl config unset title")

    assert ran.code == 0


def test_no_file_of_a_run_is_taken_for_a_stream_that_is_closed(
    scripted: Home, tmp_path: Path
) -> None:
    """Its number would be theirs, and what libraries say in it."""
    file = tmp_path / "talk.jsonl"
    line = f"symbl stream {talk_in(tmp_path)} --jsonl {file} >/dev/null 2>&-"

    ran = scripted.shell(f"{line}; code=$?; tail -n 1 {file}; exit $code")

    assert ran.code == 0
    assert '"type":"end"' in ran.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has none")
def test_a_version_that_has_no_room_is_told(scripted: Home) -> None:
    ran = scripted.shell("symbl --version >/dev/full")

    assert ran.code == 1
    assert "no space left for the output" in ran.stderr
