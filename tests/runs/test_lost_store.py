"""A meeting whose store was lost, or never there, comes back with `symbl recover`."""

import json
import os
import re
import signal
from pathlib import Path

import pytest
import soundfile

from tests.command_line import ROOT, Home, Ran, finished, read_until
from tests.runs.killed import words_of
from tests.scripted_speech import speech
from tests.server_process import stored_at
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
        (listed,) = home.run("conversation", "list").stdout.splitlines()
        assert "live" not in listed
        assert not folder.exists()
        assert home.run("conversation", "delete", "last", "--yes").code == 0


@pytest.mark.parametrize("is_piped", [False, True], ids=["recording", "pipe"])
def test_a_meeting_whose_store_was_another_in_the_end_comes_back(
    home: Home, *, is_piped: bool
) -> None:
    talk = _spoken(home.folder)
    undisturbed = list(map(str, home.run("stream", talk, "--json").texts))
    source = ("-",) if is_piped else (talk, "--pace", "realtime")
    with home.process("stream", *source, "--json") as run:
        if is_piped:
            assert run.stdin is not None
            run.stdin.write(talk.read_bytes())
            run.stdin.flush()
        read_until(run, lambda line: json.loads(line).get("final") is True)
        for path in home.data.glob("conversations.db*"):
            path.unlink()
        os.kill(home.address.pid, signal.SIGKILL)
        ran = finished(run)

    recovered = home.run("recover", "last")

    conversation = recovered.stdout.strip()
    said = stored_at(home.address, conversation)
    home.end_server()
    assert ran.code == 1
    assert "`symbl recover`" in ran.stderr
    assert conversation == ran.lines[-1]["conversation_id"]
    assert said[0] == undisturbed[0]
    assert len(set(said)) == len(said)
    assert _words(undisturbed) - _words(said) == set()
    assert list(home.runs.iterdir()) == []


def _words(texts: list[str]) -> set[str]:
    return set(re.findall(r"[a-z']+", " ".join(texts).lower()))


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
