"""A meeting whose store was lost, or never there, comes back with `symbl recover`."""

from pathlib import Path

import pytest
import soundfile

from tests.command_line import ROOT, Home, Ran, finished, read_until
from tests.runs.killed import words_of
from tests.scripted_speech import speech
from tests.small_disk import fill, small_disk

SECOND = ROOT / "tests" / "fixtures" / "second.flac"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    return home


def _meeting(home: Home, *arguments: str) -> tuple[Ran, list[str]]:
    """One whose store is lost after its first words, and all that was told of it."""
    words = ["so be it", *(f"nobody knows {word} yet" for word in ("it", "that"))]
    with home.process("stream", "-", "--json", *arguments) as run:
        assert run.stdin is not None
        run.stdin.write(speech(words[0]))
        run.stdin.flush()
        read_until(run, lambda line: words[0] in line and "final" in line)
        fill(home.folder / "data")
        run.stdin.write(speech(words[1]) + speech(words[2]))
        return finished(run), words


def test_a_meeting_whose_store_was_lost_comes_back(home: Home) -> None:
    with small_disk(home.folder / "data", "2m") as disk, home.scripted_server():
        ran, words = _meeting(home)

        assert ran.code == 1
        last = ran.notices[-1]["warning"]
        assert "not all of this conversation is in the store" in str(last["message"])
        assert "`symbl recover`" in str(last["suggestion"])
        (folder,) = home.runs.iterdir()
        failed = home.run("recover", "last")
        assert (failed.code, failed.stdout) == (1, "")
        assert "no space left" in failed.stderr
        (disk / "others").unlink()
        recovered = home.run("recover", "last")
        assert recovered.code == 0
        assert recovered.stdout.strip() == ran.lines[-1]["conversation_id"]
        assert words_of(home, recovered.stdout.strip()) == " ".join(words)
        assert len(home.run("conversation", "list").stdout.splitlines()) == 1
        assert not folder.exists()


def test_nothing_is_left_of_a_meeting_that_nothing_is_kept_of(home: Home) -> None:
    with small_disk(home.folder / "data", "2m"), home.scripted_server():
        ran, _ = _meeting(home, "--no-store")

    assert ran.code == 0
    assert not list(home.runs.glob("*"))


def test_a_meeting_without_a_store_comes_back_once_there_is_one(home: Home) -> None:
    in_the_way = home.folder / "data"
    in_the_way.write_text("a file")
    ran = home.run("stream", _spoken(home.folder), "--json")
    (warning,) = (one["warning"] for one in ran.notices if "warning" in one)
    assert "`symbl recover` brings it back" in str(warning["suggestion"])
    assert home.run("recover", "last").code == 1
    in_the_way.unlink()

    recovered = home.run("recover", "last")

    conversation = recovered.stdout.strip()
    assert conversation == ran.lines[-1]["conversation_id"]
    assert words_of(home, conversation) == " ".join(map(str, ran.texts))
    assert ran.texts
    home.end_server()


def _spoken(folder: Path) -> Path:
    """The beginning of real speech."""
    samples, rate = soundfile.read(SECOND, frames=22 * 16000, dtype="int16")
    soundfile.write(folder / "talk.wav", samples, rate, subtype="PCM_16")
    return folder / "talk.wav"
