"""A computer that is not as it should be: settings, folders, disks, the store."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import LIMIT, Home, Ran, checked, command
from tests.hidden_modules import hiding
from tests.scripted_speech import speech
from tests.small_disk import fill, small_disk


def _settings(home: Home, text: str) -> Path:
    file = home.folder / "config" / "symbl" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def _error(ran: Ran) -> dict[str, object]:
    (error,) = [notice["error"] for notice in ran.notices if "error" in notice]
    return error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("device = mic", "line 1"),
        ("devise = 'mic'", "'devise'; did you mean 'device'?"),
        ("live = 'perhaps'", "live in"),
        ("live = " + "[" * 9_000, "nested too deeply"),
        ("app_secret = 'swordfish'", "no place for a secret"),
    ],
)
def test_settings_that_make_no_sense_are_told_with_their_place(
    own_home: Home, tmp_path: Path, text: str, said: str
) -> None:
    file = _settings(own_home, text)

    plain = own_home.run("stream", talk_in(tmp_path))
    lines = own_home.run("conversation", "list", "--json")

    assert (plain.code, plain.stdout) == (lines.code, lines.stdout) == (2, "")
    assert str(file) in plain.stderr
    assert said in plain.stderr
    assert str(_error(lines)["message"]) in plain.stderr
    assert "swordfish" not in plain.stderr + lines.stderr


def test_settings_that_cannot_be_read_are_told(own_home: Home, tmp_path: Path) -> None:
    file = own_home.folder / "config" / "symbl" / "config.toml"
    file.mkdir(parents=True)

    ran = own_home.run("stream", talk_in(tmp_path))

    assert (ran.code, ran.stdout) == (2, "")
    assert f"{file} cannot be read: Is a directory" in ran.stderr


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (os.mkfifo, "It is a device or a pipe"),
        (lambda file: file.symlink_to("/dev/zero"), "It is a device or a pipe"),
        (lambda file: file.write_text("#" * 2_000_000), "It is longer than settings"),
    ],
    ids=["pipe", "device", "long"],
)
def test_a_folder_that_came_from_elsewhere_brings_nothing_that_is_read_for_ever(
    own_home: Home, tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    make(tmp_path / "symbl.toml")

    ran = own_home.run("config", "list", cwd=tmp_path)

    assert (ran.code, ran.stdout) == (2, "")
    assert "symbl.toml cannot be read: " + said in ran.stderr


def test_a_folder_that_came_from_elsewhere_has_no_say_in_where_sound_goes(
    own_home: Home, tmp_path: Path
) -> None:
    (own_home.folder / "symbl.toml").write_text("api_url = 'wss://evil.invalid'\n")

    ran = own_home.run("stream", talk_in(tmp_path))

    assert (ran.code, ran.stdout) == (2, "")
    assert "symbl.toml may not set 'api_url'" in ran.stderr


def test_without_a_folder_for_it_the_meeting_goes_on_unkept(
    own_home: Home, tmp_path: Path
) -> None:
    own_home.data.parent.mkdir()
    own_home.data.write_text("in the way")

    plain = own_home.run("stream", talk_in(tmp_path))
    lines = own_home.run("stream", talk_in(tmp_path), "--json")

    assert (plain.code, lines.code) == (0, 0)
    assert "this conversation is not kept" in plain.stderr
    assert str(own_home.data) in plain.stderr
    # The second is about what the first run left, for want of a store.
    assert [set(notice) for notice in lines.notices] == [{"warning"}] * 2, lines.stderr
    assert "was interrupted" in lines.stderr
    assert lines.lines[-1]["reason"] == "end_of_input"


@pytest.mark.skipif(sys.platform == "win32", reason="another idea of a home")
@pytest.mark.parametrize("home", ["/proc/nobody", None], ids=["unusable", "unset"])
def test_without_a_home_the_meeting_goes_on_unkept(
    own_home: Home, tmp_path: Path, home: str | None
) -> None:
    nobody = hiding(tmp_path, more="import pwd; pwd.getpwuid = {}.__getitem__")
    environment = {
        name: value
        for name, value in (own_home.environment() | nobody).items()
        if not name.startswith("XDG_") and name != "HOME"
    }
    if home is not None:
        environment["HOME"] = home

    done = subprocess.run(
        command(("stream", "-", "--json")),
        input=speech(QUESTION),
        capture_output=True,
        timeout=LIMIT,
        env=environment,
        check=False,
    )

    ran = checked(("stream", "--json"), done.returncode, done.stdout, done.stderr)
    assert (ran.code, ran.lines[-1]["reason"]) == (0, "end_of_input")
    (warning,) = [n["warning"] for n in ran.notices if "warning" in n]
    assert "this conversation is not kept" in str(warning["message"])


@pytest.mark.skipif(sys.platform != "linux", reason="memory that is a file")
def test_without_a_temporary_folder_a_server_is_started_all_the_same(
    own_home: Home, tmp_path: Path
) -> None:
    nowhere = hiding(tmp_path, more="import tempfile; tempfile.tempdir = '/nowhere'")

    ran = own_home.run("stream", talk_in(tmp_path), "--json", environment=nowhere)

    assert (ran.code, ran.lines[-1]["reason"]) == (0, "end_of_input")
    assert ran.notices == []


def test_a_time_zone_that_no_clock_has_is_told(scripted: Home, tmp_path: Path) -> None:
    zone = {"TZ": "<+9999>-99:59:59"}

    ran = scripted.run("stream", talk_in(tmp_path), environment=zone)

    assert (ran.code, ran.stdout) == (2, "")
    assert "there is no such time zone as TZ=<+9999>-99:59:59" in ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="another idea of zones")
def test_a_time_zone_whose_name_is_no_text_is_left_out(
    scripted: Home, tmp_path: Path
) -> None:
    zone = {"TZ": os.fsdecode(b"Europe/\xff")}

    ran = scripted.run("stream", talk_in(tmp_path), "--json", environment=zone)

    assert (ran.code, ran.notices) == (0, [])


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_a_process_that_may_open_no_more_files_says_so(scripted: Home) -> None:
    ran = scripted.shell("ulimit -n 6; symbl stream --demo")

    assert (ran.code, ran.stdout) == (1, "")
    assert "no more files can be opened here; raise `ulimit -n`" in ran.stderr


def _run_nowhere(home: Home, folder: Path, *arguments: str | Path) -> Ran:
    """In a folder that is removed before it begins."""
    folder.mkdir()
    return home.run(*arguments, cwd=folder, before=folder.rmdir)


@pytest.mark.skipif(sys.platform == "win32", reason="keeps folders that are in use")
def test_where_its_folder_is_gone_a_run_goes_on(scripted: Home, tmp_path: Path) -> None:
    arguments = ("stream", talk_in(tmp_path), "--text", tmp_path / "talk.txt", "--json")

    ran = _run_nowhere(scripted, tmp_path / "gone", *arguments)

    assert (ran.code, ran.stderr) == (0, "")
    assert ran.texts == [QUESTION, TASK]
    assert QUESTION in (tmp_path / "talk.txt").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="keeps folders that are in use")
@pytest.mark.parametrize(
    "arguments",
    [
        ("stream", "talk.wav"),
        ("stream", "--demo", "--jsonl", "lines.jsonl"),
        ("models", "add", "tiny-en"),
    ],
    ids=lambda arguments: arguments[0] + arguments[-1],
)
def test_what_is_named_in_a_folder_that_is_gone_is_not_to_be_had(
    scripted: Home, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ran = _run_nowhere(scripted, tmp_path / "gone", *arguments)

    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == (
        "Error: the folder that this was started in is not there any more; `cd` to "
        "another one, or name files by their whole path\n"
    )


def test_a_full_disk_ends_a_file_and_not_the_run(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, *(QUESTION,) * 12)
    with small_disk(tmp_path / "disk", "4k") as disk:
        ran = scripted.run("stream", talk, "--json", "--jsonl", disk / "lines.jsonl")
        kept = (disk / "lines.jsonl").read_text()

    assert ran.code == 1
    assert ran.texts == [QUESTION] * 12
    error = _error(ran)
    assert error["type"] == "disk_full"
    assert "no space left to write" in str(error["message"])
    assert kept
    assert ran.stdout.startswith(kept)
    assert kept.endswith("\n")


def test_a_disk_without_room_for_a_header_keeps_no_file_in_the_way(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path)
    with small_disk(tmp_path / "disk", "4k") as disk:
        fill(disk)
        ran = scripted.run("stream", talk, "--save-audio", disk / "talk.wav", "--json")
        left = [path.name for path in disk.iterdir()]

    assert (ran.code, left) == (1, ["others"])
    assert _error(ran)["type"] == "disk_full"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has none")
def test_a_log_on_a_full_disk_is_given_up_with_one_warning(
    scripted: Home, tmp_path: Path
) -> None:
    ran = scripted.run(
        *("stream", talk_in(tmp_path), "--json", "--log-file", "/dev/full")
    )

    assert ran.code == 0
    (warning,) = ran.notices
    assert "the log '/dev/full' ends early: No space left on device" in str(warning)


def test_what_a_full_disk_has_cut_off_is_not_called_saved(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, *(QUESTION,) * 12)
    with small_disk(tmp_path / "disk", "4k") as disk:
        captions, sound = disk / "talk.srt", disk / "talk.wav"
        cut = ("--srt", captions, "--save-audio", sound)
        lines = scripted.run(
            *("stream", talk, "--json", "--text", tmp_path / "one.txt", *cut)
        )
        for path in (captions, sound):
            path.unlink()
        plain = scripted.run("stream", talk, "--text", tmp_path / "two.txt", *cut)

    end = lines.lines[-1]
    assert (lines.code, plain.code) == (1, 1)
    assert end["files"] == [str(tmp_path / "one.txt")]
    assert end["incomplete"] == [
        {
            "path": str(captions),
            "error": {
                "type": "disk_full",
                "message": f"no space left to write {captions}",
                "suggestion": "free some; see `df -h`",
            },
        },
        {
            "path": str(sound),
            "error": {
                "type": "disk_full",
                "message": f"the disk is full: '{sound}' ends early",
                "suggestion": "",
            },
        },
    ]
    assert f"Saved: {tmp_path / 'two.txt'}. " in plain.stderr
    assert f"Incomplete: {captions}, {sound}.\n" in plain.stderr


def test_notes_whose_last_lists_have_no_room_are_not_called_saved(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, *(QUESTION, TASK) * 36)
    with small_disk(tmp_path / "disk", "4k") as disk:
        ran = scripted.run("stream", talk, "--json", "--markdown", disk / "talk.md")
        kept = (disk / "talk.md").read_text()

    cut = ran.lines[-1]["incomplete"]
    assert isinstance(cut, list)
    assert kept.count(TASK) == 36
    assert (ran.code, ran.lines[-1]["files"]) == (1, [])
    assert [one["path"] for one in cut] == [str(disk / "talk.md")]


def test_a_full_disk_for_the_store_is_told_and_the_meeting_goes_on(
    own_home: Home, tmp_path: Path
) -> None:
    with small_disk(own_home.folder / "data", "2m") as disk:
        (disk / "symbl").mkdir()
        with own_home.scripted_server():
            before = own_home.run("stream", talk_in(tmp_path), "--json")
            with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
                while filler.write(bytes(4096)):
                    pass
            talk = talk_in(tmp_path, *(QUESTION, TASK) * 30)
            ran = own_home.run("stream", talk, "--json")

    assert (before.texts, before.stderr) == ([QUESTION, TASK], "")
    assert ran.texts == [QUESTION, TASK] * 30
    assert ran.lines[-1]["reason"] == "end_of_input"
    assert "space" in ran.stderr


def _used_store(home: Home, tmp_path: Path) -> Path:
    """The database of a home that has been used before."""
    with home.scripted_server():
        home.run("stream", talk_in(tmp_path))
    (database,) = home.data.glob("*.db")
    return database


def test_a_store_of_a_newer_symbl_is_left_alone(own_home: Home, tmp_path: Path) -> None:
    database = _used_store(own_home, tmp_path)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    connection.close()
    before = _content(database)

    plain = own_home.run("stream", talk_in(tmp_path))
    lines = own_home.run("conversation", "list", "--json")

    assert (plain.code, plain.stdout) == (lines.code, lines.stdout) == (2, "")
    assert "a newer symbl wrote the conversations" in plain.stderr
    assert "newer symbl" in str(_error(lines)["message"])
    assert _content(database) == before


def _content(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def test_a_damaged_store_is_put_aside_and_said(own_home: Home, tmp_path: Path) -> None:
    database = _used_store(own_home, tmp_path)
    damaged = os.urandom(64) + database.read_bytes()[64:]
    database.write_bytes(damaged)

    ran = own_home.run("stream", talk_in(tmp_path), "--json")
    listed = own_home.run("conversation", "list", "--json")

    assert ran.code == 0
    (aside,) = own_home.data.glob("*.damaged-*")
    assert aside.read_bytes() == damaged
    (warning,) = [n["warning"] for n in ran.notices if "warning" in n]
    assert aside.name in str(warning["message"])
    assert [one["id"] for one in json.loads(listed.stdout)] == [
        ran.lines[-1]["conversation_id"]
    ]
