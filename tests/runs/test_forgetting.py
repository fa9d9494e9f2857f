"""What is deleted does not come back with a run that was killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Home
from tests.runs.killed import sentence
from tests.runs.left import Left, left_in

SAID = "so be it"


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Left]:
    """Of a run whose conversation has ended since."""
    home = Home(tmp_path)
    with home.scripted_server():
        ran = home.run("stream", "-", "--json", sound=sentence(SAID))
        left = left_in(home, SAID)
        left.journal.write_text(ran.stdout)
        yield left


def _delete(home: Home) -> str:
    ran = home.run("conversation", "delete", "last", "--yes")
    assert ran.code == 0
    return ran.stderr


def test_a_conversation_is_deleted_with_what_a_killed_run_left(left: Left) -> None:
    said = _delete(left.home)
    recovered = left.home.run("recover", "--all")
    listed = left.home.run("conversation", "list")

    assert said == f"deleted, too: what run {left.name} had left of it\ndeleted: 1\n"
    assert recovered.stderr == "there is nothing to recover\n"
    assert (recovered.stdout, listed.stdout) == ("", "")
    assert not left.folder.exists()


def test_a_run_that_holds_another_conversation_stays_and_is_named(left: Left) -> None:
    (listed,) = left.home.run("conversation", "list").stdout.splitlines()
    name = listed.split()[0]
    whole = left.journal.read_text()
    left.journal.write_text(whole + whole.replace(name, "4711"))

    said = _delete(left.home)

    assert "another conversation is in it, too" in said
    assert f"`symbl recover {left.name}` would bring it back" in said
    assert left.record.exists()


def test_what_a_killed_run_left_of_others_stays(left: Left) -> None:
    left.journal.unlink()

    assert _delete(left.home) == "deleted: 1\n"
    assert left.record.exists()
