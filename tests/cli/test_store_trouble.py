"""The store in trouble, as the command line tells it (each fault is made for real)."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.talks import talk_in
from tests.command_line import ROOT, Home, Ran, finished, read_until
from tests.scripted_speech import speech
from tests.small_disk import fill, small_disk

FIRST = ROOT / "tests" / "fixtures" / "store-schema-1.db"
DATABASE = "conversations.db"


def _first_store(home: Home) -> Path:
    home.data.mkdir(parents=True)
    return Path(shutil.copy(FIRST, home.data / DATABASE))


def _texts(table: str, column: str, where: str = "1") -> list[str]:
    """What the first version of symbl had written."""
    query = f"SELECT {column} FROM {table} WHERE {where}"
    with closing(sqlite3.connect(f"file:{FIRST}?immutable=1", uri=True)) as connection:
        return sorted(text for (text,) in connection.execute(query))


def _warning(ran: Ran) -> str:
    (warning,) = [notice["warning"] for notice in ran.notices if "warning" in notice]
    return f"{warning['message']} {warning.get('suggestion')}"


def _is_told_and_survived(home: Home, tmp_path: Path, *said: str) -> None:
    """The meeting goes on and says *said*; what asks for the store fails so too."""
    ran = home.run("stream", talk_in(tmp_path), "--json")
    listed = home.run("conversation", "list")
    recovered = home.run("recover", "--all")

    assert (ran.code, ran.lines[-1]["reason"]) == (0, "end_of_input")
    assert (listed.code, listed.stdout) == (1, "")
    assert (recovered.code, recovered.stdout) == (1, "")
    for words in said:
        assert words in _warning(ran)
        assert words in listed.stderr
        assert words in recovered.stderr
    assert "`symbl recover` brings it back" in _warning(ran)
    assert len(list(home.runs.iterdir())) == 1
    assert "this conversation is not kept" in _warning(ran)


def test_a_store_of_the_first_symbl_is_read_on(own_home: Home, tmp_path: Path) -> None:
    _first_store(own_home)

    ran = own_home.run("stream", talk_in(tmp_path), "--json")
    ids = _texts("conversations", "id")
    messages = [
        one["text"]
        for name in ids
        for one in json.loads(
            own_home.run("conversation", "messages", name, "--json").stdout
        )
    ]
    questions = [
        one["text"]
        for name in ids
        for one in json.loads(
            own_home.run("conversation", "questions", name, "--json").stdout
        )
    ]

    (copy,) = own_home.data.glob(f"{DATABASE}.schema-1-*")
    assert "brought up to date" in _warning(ran)
    assert f"{copy}: delete it" in _warning(ran)
    assert sorted(messages) == _texts("messages", "text")
    is_question = "kind = 'question' AND NOT removed"
    text = "json_extract(body, '$.text')"
    assert sorted(questions) == _texts("findings", text, is_question)
    assert messages
    assert questions


def test_a_migration_that_cannot_be_leaves_the_store_and_the_meeting(
    own_home: Home, tmp_path: Path
) -> None:
    database = _first_store(own_home)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'no');"
            " END"
        )
    before = _content(database)

    ran = own_home.run("stream", talk_in(tmp_path), "--json")

    assert (ran.code, ran.lines[-1]["reason"]) == (0, "end_of_input")
    assert "this conversation is not kept" in _warning(ran)
    assert _content(database) == before
    assert list(own_home.data.glob(f"{DATABASE}.schema-1-*")) == []


@pytest.mark.parametrize("fault", ["empty", "folder", "truncated"])
def test_what_is_no_store_is_set_aside_and_said(
    own_home: Home, tmp_path: Path, fault: str
) -> None:
    database = _first_store(own_home)
    match fault:
        case "empty":
            database.write_bytes(b"")
        case "folder":
            database.unlink()
            database.mkdir()
        case _:
            database.write_bytes(database.read_bytes()[: 50 * 1024])

    ran = own_home.run("stream", talk_in(tmp_path), "--json")
    listed = own_home.run("conversation", "list", "--json")

    (aside,) = own_home.data.glob("*.damaged-*")
    remedy = ".recover" if fault == "truncated" else "backup"
    assert ran.code == 0
    assert "damaged" in _warning(ran)
    assert str(aside) in _warning(ran)
    assert remedy in _warning(ran)
    assert [one["id"] for one in json.loads(listed.stdout)] == [
        ran.lines[-1]["conversation_id"]
    ]


def test_a_store_that_cannot_be_written_costs_no_meeting(
    own_home: Home, tmp_path: Path
) -> None:
    with small_disk(own_home.folder / "data", "2m") as disk:
        own_home.data.mkdir()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

        said = (f"{own_home.data} cannot be written", "that you can write to")
        _is_told_and_survived(own_home, tmp_path, *said)


def test_a_disk_that_is_full_from_the_start_costs_no_meeting(
    own_home: Home, tmp_path: Path
) -> None:
    with small_disk(own_home.folder / "data", "16k"):
        said = ("no space left on the disk for conversations", "free some space")
        _is_told_and_survived(own_home, tmp_path, *said)


def test_a_disk_that_fills_in_mid_meeting_costs_no_word(tmp_path: Path) -> None:
    home = Home(tmp_path)
    words = ["so be it", *(f"nobody knows {word} yet" for word in ("it", "that"))]
    with (
        small_disk(home.folder / "data", "2m") as disk,
        home.scripted_server(),
        home.process("stream", "-", "--json") as run,
    ):
        assert run.stdin is not None
        run.stdin.write(speech(words[0]))
        run.stdin.flush()
        heard = read_until(run, lambda line: "so be it" in line and "final" in line)
        fill(disk)
        run.stdin.write(speech(words[1]) + speech(words[2]))
        ran = finished(run)

    before = [json.loads(line) for line in heard]
    finals = [one["text"] for one in (*before, *ran.lines) if one.get("final")]
    assert finals == words
    assert (ran.code, ran.lines[-1]["reason"]) == (1, "end_of_input")
    told, last = [one["warning"] for one in ran.notices if "warning" in one]
    assert "this conversation is no longer stored" in str(told["message"])
    assert "no space left" in str(told["message"])
    assert "free some space" in str(told["suggestion"])
    assert "`symbl recover`" in str(last["suggestion"])


def test_a_store_that_another_program_writes_costs_no_meeting(
    own_home: Home, tmp_path: Path
) -> None:
    database = _first_store(own_home)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        said = ("another program is writing the conversations", "end it")
        _is_told_and_survived(own_home, tmp_path, *said)


@pytest.mark.parametrize("keep", ["90", "soon", "0d"])
def test_a_time_to_keep_that_makes_no_sense_is_told(own_home: Home, keep: str) -> None:
    ran = own_home.run("config", "set", "keep", keep)

    assert (ran.code, ran.stdout) == (2, "")
    assert "keep must be a time such as 90d" in ran.stderr


def test_what_is_older_than_it_is_to_be_kept_goes_unless_it_goes_on(
    own_home: Home,
) -> None:
    database = _first_store(own_home)
    old, young = _texts("conversations", "id")
    own_home.run("conversation", "list")  # brings it up to date
    own_home.end_server()
    _set_end(database, old, timedelta(days=91))
    _set_end(database, young, timedelta(days=89))
    own_home.run("config", "set", "keep", "90d")

    with own_home.scripted_server():
        left = _until_fewer(own_home, 2)

    assert left == [young]


def _content(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def _set_end(database: Path, name: str, ago: timedelta) -> None:
    moment = int((datetime.now(UTC) - ago).timestamp() * 1e6)
    change = "UPDATE conversations SET ended_at = ? WHERE id = ?"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(change, (moment, name))


def _until_fewer(home: Home, count: int) -> list[str]:
    """The ids of those that are left; fails where that is long in coming."""
    ids: list[str] = []
    for _ in range(100):
        listed = json.loads(home.run("conversation", "list", "--json").stdout)
        ids = [one["id"] for one in listed]
        if len(ids) < count:
            break
    return ids
