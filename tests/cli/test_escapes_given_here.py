"""What is given here (names, titles, files, hooks) is obeyed by no terminal."""

import json
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

import pytest

from symbl_cli.app.files import Kind
from symbl_cli.streaming.runs import write_record
from symbl_cli.streaming.segments import Segment
from tests.cli.talks import talk_in
from tests.command_line import Home, Ran
from tests.runs.kept import record
from tests.runs.killed import sentence
from tests.terminal import terminal

EVIL = "Mara\x1b]0;owned\x07\x9b2J\x1b[31m\r\x08\u202eX"
"""Sets the title, clears the screen, turns red, goes back, turns letters round."""
QUESTION = "Who books the room?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("escapes"))
    with home.scripted_server():
        yield home


def obeyed(text: str) -> set[str]:
    """What in *text* is more than letters and lines."""
    return {one for one in text if category(one) in {"Cc", "Cf", "Zl", "Zp"}} - {"\n"}


def evil_talk(folder: Path, text: str = QUESTION) -> Path:
    return talk_in(folder, text).rename(folder / f"{EVIL}.wav")


def saying(home: Home) -> Path:
    """A hook that says on both streams what a terminal would obey, and fails."""
    script = home.folder / "hook"
    script.write_text(f"#!/bin/sh\nprintf '%s' '{EVIL}' | tee /dev/stderr\nexit 3\n")
    script.chmod(0o700)
    return script


@pytest.mark.parametrize(
    "form", ["--no-live", "--json", "-osrt", "-ovtt", "-omarkdown"]
)
def test_nothing_that_is_given_reaches_an_output_raw(
    home: Home, tmp_path: Path, form: str
) -> None:
    saved = tmp_path / EVIL
    ran = home.run(
        *("stream", evil_talk(tmp_path), form, "-vv", "--interim"),
        *("--log-file", tmp_path / "log", "--save-dir", saved),
        *("--speaker", EVIL, "--title", EVIL, "--vocab", EVIL),
        *("--tracker", f"{EVIL}=room", "--on", "question", str(saying(home))),
    )

    assert ran.code == 0, ran.stderr
    assert "owned" in ran.stdout
    assert "owned" in ran.stderr
    assert obeyed(ran.stdout) == set()
    assert obeyed(ran.stderr) == set()
    written = [tmp_path / "log", *saved.iterdir()]
    assert len(written) == len(("log", *Kind))
    for path in written:
        assert obeyed(path.name) == set()
        if path.suffix != ".wav":
            content = path.read_text("utf-8")
            assert "owned" in content, path
            allowed = {"\x9b", "\u202e"} if ".wire" in path.name else set()
            assert obeyed(content) <= allowed, path


def test_a_terminal_shows_what_is_given_and_obeys_none_of_it(
    home: Home, tmp_path: Path
) -> None:
    arguments = ("stream", str(evil_talk(tmp_path)), "--pace", "realtime", "-v")
    named = ("--speaker", EVIL, "--title", EVIL, "--on", "question", str(saying(home)))
    with terminal(home, *arguments, *named) as shown:
        assert shown.news().startswith("ended")

    assert "owned" in shown.written
    for one in ("\x1b]0;owned", "\x07", "\x9b", "\x08", "\u202e"):
        assert one not in shown.written


@pytest.fixture
def cloned(tmp_path: Path) -> Home:
    """A home in a folder whose file says what a terminal would obey."""
    folder = tmp_path / EVIL
    folder.mkdir()
    escaped = json.dumps(EVIL)
    (folder / "symbl.toml").write_text(
        f"title = {escaped}\nspeaker = [{escaped}]\nvocab = [{escaped}]\n"
    )
    return Home(folder)


@pytest.mark.parametrize(
    "asked",
    [
        ("get", "title"),
        ("get", "speaker"),
        ("get", "vocab"),
        ("list",),
        ("list", "--show-origin"),
        ("list", "--json"),
        ("path",),
        ("path", "data"),
        ("path", "--json"),
    ],
    ids=" ".join,
)
def test_what_a_folder_sets_is_obeyed_by_no_terminal(
    cloned: Home, asked: tuple[str, ...]
) -> None:
    with terminal(cloned, "config", *asked) as shown:
        assert shown.news() == "ended 0"

    assert "owned" in shown.written
    assert obeyed(shown.written) - {"\r"} == set()


@pytest.mark.parametrize("asked", [("list", "--show-origin"), ("path",)], ids=" ".join)
def test_no_table_of_settings_holds_what_a_terminal_would_obey(
    cloned: Home, asked: tuple[str, ...]
) -> None:
    ran = cloned.run("config", *asked)

    assert "owned" in ran.stdout
    assert obeyed(ran.stdout) == set()


def test_a_program_gets_a_setting_as_it_is(cloned: Home) -> None:
    (cloned.folder / "symbl.toml").write_text('title = "a\\tb\\u200ec"\n')

    assert cloned.run("config", "get", "title").stdout == "a\tb\u200ec\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("stream", EVIL),
        ("stream", "talk.wav", "--srt", f"{EVIL}/a.srt"),
        ("stream", "talk.wav", "--trackers", EVIL),
        ("stream", "talk.wav", "--tracker", EVIL),
        ("stream", "talk.wav", "--log-file", f"{EVIL}/log"),
        ("stream", "talk.wav", "--profile", EVIL),
        ("stream", "talk.wav", f"--{EVIL}"),
        ("config", "get", EVIL),
        ("config", "set", EVIL, EVIL),
        ("conversation", "show", EVIL),
        ("conversation", "import", EVIL),
        ("conversation", "list", "--fields", EVIL),
        (EVIL,),
    ],
    ids=lambda arguments: " ".join(arguments).replace(EVIL, "EVIL"),
)
def test_an_error_about_what_is_given_is_obeyed_by_no_terminal(
    home: Home, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    talk_in(tmp_path)

    ran = home.run(*arguments, cwd=tmp_path)

    assert ran.code != 0
    _is_told(ran)


def _is_told(ran: Ran) -> None:
    assert ran.stdout == ""
    assert "owned" in ran.stderr
    assert obeyed(ran.stderr) == set()


def test_the_names_of_what_can_be_recovered_are_obeyed_by_no_terminal(
    home: Home,
) -> None:
    for name, damage in ((f"room{EVIL}", ""), (f"other{EVIL}", "{")):
        folder = home.runs / name
        folder.mkdir(parents=True)
        write_record(folder, record(connection_id=name))
        (folder / Segment(0, 0, 0).name).write_bytes(sentence("One van is late."))
        if damage:
            (folder / "run.json").write_text(damage)

    told = home.run("stream", talk_in(home.folder), "--no-live")
    assert "owned" in told.stderr
    assert obeyed(told.stderr) == set()
    for arguments in ((), ("--json",), ("--all",)):
        ran = home.run("recover", *arguments)
        assert "owned" in ran.stderr
        assert obeyed(ran.stdout + ran.stderr) - {"\t"} == set()
    assert json.loads(home.run("conversation", "list", "--json").stdout)
