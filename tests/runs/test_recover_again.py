"""What a run left stays until the store has it, whatever `symbl recover` meets."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from subprocess import Popen
from threading import Event

import pytest

from symbl_cli.lines import Line
from symbl_cli.server.recognition.scripted import DEADLY
from symbl_cli.streaming.journal import end_entry, entry
from tests.cli.talks import talk_in
from tests.command_line import LIMIT, ROOT, Home, Ran, finished
from tests.runs.kept import NOON
from tests.runs.killed import GAP, sentence, victim, words_of
from tests.runs.left import Left, left_in
from tests.scripted_speech import say, speech
from tests.server_process import stored_at
from tests.sinks.examples import transcript
from tests.small_disk import fill, small_disk

SECOND = ROOT / "tests" / "fixtures" / "second.flac"
MANY = tuple(f"Line {number}." for number in range(200))
FEW = MANY[:30]
OTHER = "The other one drives."
TASK = "I will send the draft by Friday."
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    return home


@pytest.fixture
def served(home: Home) -> Iterator[Home]:
    with home.scripted_server():
        yield home


def _content(folder: Path) -> dict[str, bytes]:
    """All but the lock, which says who has held it."""
    files = (path for path in folder.iterdir() if path.name != "lock")
    return {path.name: path.read_bytes() for path in files}


def _conversations(home: Home) -> list[str]:
    listed = home.run("conversation", "list", "--json")
    return [one["id"] for one in json.loads(listed.stdout)]


def _brought_back(home: Home, left: Left) -> str:
    """The words of the one conversation that *left* has become."""
    recovered = home.run("recover", left.name)
    assert recovered.code == 0, recovered.stderr
    assert _conversations(home) == [recovered.stdout.strip()]
    assert not left.folder.exists()
    return words_of(home, recovered.stdout.strip())


def _heard(home: Home) -> list[str]:
    try:
        return stored_at(home.address, "last")
    except OSError:  # nothing was said yet
        return []


def _signalled(home: Home, process: Popen[bytes], number: int) -> Ran:
    """What comes of a recovery that gets a signal when the first words were heard."""
    pause = Event()
    for _ in range(LIMIT * 50):
        if _heard(home):
            break
        pause.wait(0.02)
    process.send_signal(number)
    return finished(process)


@pytest.mark.parametrize("engine", ["local", "remote"])
@pytest.mark.parametrize("number", CODES)
def test_a_signal_ends_a_recovery_and_nothing_is_lost_or_comes_twice(
    served: Home, number: signal.Signals, engine: str
) -> None:
    left = left_in(served, *MANY, engine=engine)
    before = _content(left.folder)

    with served.process("recover", "last") as process:
        ran = _signalled(served, process, number)

    assert (ran.code, ran.stdout) == (CODES[number], "")
    assert f"`symbl recover {left.name}` goes on" in ran.stderr
    assert _content(left.folder) == before
    assert _brought_back(served, left) == " ".join(MANY)


def test_a_signal_ends_the_recovery_of_all_runs(served: Home) -> None:
    first, second = left_in(served, *MANY), left_in(served, OTHER)
    second.change_record(startedAt="2026-03-03T12:00:00+00:00")

    with served.process("recover", "--all") as process:
        ran = _signalled(served, process, signal.SIGINT)

    assert (ran.code, ran.stdout) == (130, "")
    assert first.folder.exists()
    assert second.folder.exists()
    recovered = served.run("recover", "--all")
    words = [words_of(served, one) for one in recovered.stdout.splitlines()]
    assert words == [" ".join(MANY), OTHER]
    assert len(_conversations(served)) == 2


@pytest.mark.parametrize("engine", ["local", "remote"])
def test_a_disk_that_is_full_while_recovering_costs_nothing(
    home: Home, engine: str
) -> None:
    left = left_in(home, *FEW, engine=engine)
    with small_disk(home.folder / "data", "2m") as disk, home.scripted_server():
        home.run("conversation", "list")
        fill(disk)

        failed = home.run("recover", left.name)

        assert (failed.code, failed.stdout) == (1, "")
        assert f"run {left.name} stays" in failed.stderr
        assert "no space left" in failed.stderr
        assert f"`symbl recover {left.name}`" in failed.stderr
        assert left.sound.exists()
        (disk / "others").unlink()
        copy = copytree(left.folder, home.folder / left.name)
        assert _brought_back(home, left) == " ".join(FEW)
        # As if it had been killed before it removed what is in the store now.
        copy.rename(left.folder)
        assert _brought_back(home, left) == " ".join(FEW)


@pytest.mark.parametrize("engine", ["local", "remote"])
def test_words_that_nobody_recognises_keep_the_run(served: Home, engine: str) -> None:
    left = left_in(served, "Before.", f"Deadly {DEADLY} words", "After.", engine=engine)
    sound = left.sound.read_bytes()

    failed = [served.run("recover", left.name) for _ in range(2)]

    (conversation,) = _conversations(served)
    for ran in failed:
        assert (ran.code, ran.stdout) == (1, "")
        assert "was not recognised" in ran.stderr
        assert f"all else is in conversation {conversation}" in ran.stderr
        assert f"cat {left.folder}/0-*.pcm | symbl stream -" in ran.stderr
        assert f"then delete {left.folder}" in ran.stderr
    assert words_of(served, conversation) == "Before. After."
    assert left.sound.read_bytes() == sound


def _killed_in_a_meeting(home: Home) -> str:
    """The id of the conversation; its last words lie in the run's folder alone."""
    with home.scripted_server(), victim(home) as run:
        for text in (TASK, *FEW):
            run.send(sentence(text))
            run.until(text)
        run.keep(GAP + say("And then we"))
        run.kill()
    return str(run.lines[-1]["conversation_id"])


def test_what_the_store_has_lost_comes_back_from_the_journal(home: Home) -> None:
    conversation = _killed_in_a_meeting(home)
    _remove_store(home)

    with home.scripted_server():
        recovered = home.run("recover", "last")

        assert (recovered.code, recovered.stdout.strip()) == (0, conversation)
        words = words_of(home, conversation)
        items = home.run("conversation", "action-items", conversation).stdout
        assert words == " ".join((TASK, *FEW, "And then we"))
        assert "draft" in items
        assert _conversations(home) == [conversation]
    assert list(home.runs.iterdir()) == []


def _remove_store(home: Home) -> None:
    for path in home.data.glob("conversations.db*"):
        path.unlink()


def test_a_recording_is_heard_on_where_another_server_was(
    served: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, TASK, OTHER)
    left = left_in(served, engine="remote", file=talk)
    end = len(speech(TASK)) // 2
    first = replace(transcript(TASK, start=1.2), at=NOON)
    said = Line(1, NOON, first, "4500000000000001")
    left.journal.write_text(str(entry(said)) + end_entry(0, end))

    assert _brought_back(served, left) == f"{TASK} {OTHER}"
