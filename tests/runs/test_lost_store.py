"""A meeting whose store was lost, or never there, comes back with `symbl recover`."""

import json
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
import soundfile

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.conversations.client import ConversationsClient
from symbl_cli.conversations.http import Http
from tests.command_line import LIMIT, ROOT, Home, Ran, finished, read_until
from tests.runs.killed import words_of
from tests.scripted_speech import speech
from tests.server_process import stored_at
from tests.small_disk import fill, small_disk
from tests.streaming.service import KnownServer

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


def test_a_meeting_whose_only_disk_was_full_for_a_while_comes_back(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "home", "4m") as disk, Home(disk).scripted_server():
        home = Home(disk)
        ran, words = _meeting_on(home, is_freed=True)
        recovered = home.run("recover", "--all")

        assert (ran.code, ran.texts) == (1, words)
        assert "spool_off" in [line["state"] for line in ran.of("status")]
        assert "`symbl recover` brings it back" in ran.stderr
        assert (recovered.code, recovered.stderr) == (0, "")
        assert words_of(home, recovered.stdout.strip()) == " ".join(words)
        assert list(home.runs.iterdir()) == []


def test_of_a_meeting_whose_only_disk_stays_full_no_more_is_promised_than_was_kept(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "home", "4m") as disk, Home(disk).scripted_server():
        home = Home(disk)
        ran, words = _meeting_on(home, is_freed=False)
        (disk / "others").unlink()
        recovered = home.run("recover", "--all")
        back = words_of(home, recovered.stdout.strip())

    assert (ran.code, ran.texts) == (1, words)
    told = [one["warning"] for one in ran.notices if "warning" in one]
    unkept, lost = told[-2:]
    assert "No space left on device" in str(unkept["message"])
    until = re.search(r"nor was it kept from 00:(\d\d) on", str(lost["message"]))
    assert until is not None, ran.stderr
    assert "brings back what came before" in str(lost["suggestion"])
    assert recovered.code == 0
    assert "was not kept to its end" in recovered.stderr
    finals = [line for line in ran.of("transcript") if line["final"]]
    kept = [one["text"] for one in finals if float(str(one["end"])) <= int(until[1])]
    assert kept[0] == words[0]
    assert back.startswith(" ".join(map(str, kept)))
    assert words[-1] not in back


def _meeting_on(home: Home, *, is_freed: bool) -> tuple[Ran, list[str]]:
    """One whose disk is full after its first words, maybe for a while only."""
    others = ("it", "that", "us", "me", "her", "him", "you", "them", "who", "what")
    words = ["so be it", *(f"nobody knows {word} yet" for word in others)]
    with home.process("stream", "-", "--json") as run:
        assert run.stdin is not None
        run.stdin.write(speech(words[0]))
        run.stdin.flush()
        read = read_until(run, lambda line: words[0] in line and "final" in line)
        _wait(lambda: words[0] in _journal(home))
        fill(home.folder)
        run.stdin.write(speech(*words[1:-1]))
        run.stdin.flush()
        read += read_until(run, lambda line: words[-2] in line and "final" in line)
        if is_freed:
            (home.folder / "others").unlink()
        run.stdin.write(speech(words[-1]))
        ran = finished(run)
    return replace(ran, stdout="".join(read) + ran.stdout), words


def _journal(home: Home) -> str:
    return "".join(path.read_text() for path in home.runs.glob("*/journal.jsonl"))


def _wait(is_so: Callable[[], bool]) -> None:
    pause, deadline = Event(), time.monotonic() + LIMIT
    while not is_so():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def test_a_meeting_that_goes_on_is_not_ended_by_what_completes_it(home: Home) -> None:
    with home.scripted_server(), home.process("stream", "-", "--json") as run:
        assert run.stdin is not None
        run.stdin.write(speech("so be it"))
        run.stdin.flush()
        read_until(run, lambda line: "so be it" in line and "final" in line)
        address = home.address
        here = Endpoint("", address.url, lambda: address.token, is_local=True)
        with ConversationsClient(Http(KnownServer(here))) as client:
            completed = client.complete(client.export("last"))

            assert completed.end_time is None
            finished(run)
            assert client.find(completed.id).end_time is not None


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
