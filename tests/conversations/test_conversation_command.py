"""`symbl conversation`, as scripts use it, against a real server."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from symbl_cli.cli.main import run
from symbl_cli.conversations.client import ConversationsClient
from tests.server_process import ServerProcess
from tests.small_disk import small_disk

from .examples import meeting


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


LONG = "a" * 50_000
Symbl = Callable[..., Outcome]


@pytest.fixture
def symbl(
    server: ServerProcess,
    client: ConversationsClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Symbl:
    """Runs `symbl conversation …`; one conversation is there."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SYMBL_API_URL", server.address.url)
    monkeypatch.setenv("SYMBL_ACCESS_TOKEN", server.address.token)
    monkeypatch.chdir(tmp_path)
    client.import_(meeting("1001", title="Weekly"))

    def call(*arguments: str) -> Outcome:
        code = run(["conversation", *arguments])
        written = capsys.readouterr()
        return Outcome(code, written.out, written.err)

    return call


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (
            "messages last",
            "[00:38] Ana: Who books the room?\n[00:52] Bea: Bea will send the draft.\n",
        ),
        (
            "transcript 1001",
            "[00:38] Ana: Who books the room?\n[00:52] Bea: Bea will send the draft.\n",
        ),
        (
            "transcript last -o markdown",
            "Ana: Who books the room?\n\nBea: Bea will send the draft.\n",
        ),
        (
            "transcript last -o srt",
            (
                "1\n00:00:38,000 --> 00:00:40,000\nAna: Who books the room?\n\n"
                "2\n00:00:52,000 --> 00:00:54,000\nBea: Bea will send the draft.\n"
            ),
        ),
        ("questions last --open", "[00:38] ? Ana: Who books the room?\n"),
        ("action-items 10", "[00:52] ! Bea will send the draft. (Bea, 2024-05-03)\n"),
        ("follow-ups last", ""),
        ("topics last", ""),
        ("entities last", ""),
        ("trackers last", ""),
        ("members last --fields name,id", "Ana\tmember-ana\nBea\tmember-bea\n"),
        ("list --fields id,name", "1001\tWeekly\n"),
        ("list --search ROOM --fields id", "1001\n"),
        ("list --search zebra", ""),
        ("summary last", "Bea will send the draft.\n"),
        ("members last --rename Bea=Host --fields name", "Ana\nHost\n"),
    ],
)
def test_text_is_lines(symbl: Symbl, arguments: str, printed: str) -> None:
    assert symbl(*arguments.split()) == Outcome(0, printed, "")


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        ("messages last --json", ["Who books the room?", "Bea will send the draft."]),
        ("questions last --json", ["Who books the room?"]),
        ("action-items last -o json", ["Bea will send the draft."]),
        ("follow-ups last --json", []),
        ("topics last --json", []),
        ("entities last --json", []),
        ("trackers last --json", []),
        ("summary last --json", ["Bea will send the draft."]),
    ],
)
def test_json_of_a_list_is_an_array(
    symbl: Symbl, arguments: str, texts: list[str]
) -> None:
    outcome = symbl(*arguments.split())

    assert (outcome.code, outcome.err) == (0, "")
    assert [item["text"] for item in json.loads(outcome.out)] == texts


def test_json_of_one_thing_is_an_object(symbl: Symbl) -> None:
    shown = json.loads(symbl("show", "last", "--json").out)
    measured = json.loads(symbl("analytics", "last", "--json").out)
    transcript = json.loads(symbl("transcript", "last", "--json").out)

    assert (shown["id"], shown["name"]) == ("1001", "Weekly")
    assert [member["name"] for member in measured["members"]] == ["Ana", "Bea"]
    assert transcript["contentType"] == "text/markdown"


def test_show_tells_how_much_there_is(symbl: Symbl) -> None:
    lines = symbl("show", "last").out.splitlines()

    assert lines[:2] == ["ID\t1001", "Name\tWeekly"]
    assert lines[3:] == [
        "Length\t01:30",
        "Who\tAna, Bea",
        "Messages\t2",
        "Questions\t1",
        "Action items\t1",
        "Follow-ups\t0",
        "Topics\t0",
    ]


def test_a_conversation_is_renamed(symbl: Symbl) -> None:
    assert symbl("rename", "last", "Planning", "-q") == Outcome(0, "", "")
    assert symbl("list", "--fields", "name").out == "Planning\n"


@pytest.mark.parametrize("last", ["1001", "--all", "--older-than=30d"])
def test_what_is_deleted_is_gone(symbl: Symbl, last: str) -> None:
    assert symbl("delete", last, "--yes") == Outcome(0, "", "deleted: 1\n")
    assert symbl("list") == Outcome(0, "", "")


def test_nothing_is_deleted_that_is_not_as_old(symbl: Symbl) -> None:
    ever = symbl("delete", "--older-than", "36500d", "--yes")

    assert ever == Outcome(0, "", "deleted: 0\n")
    assert symbl("list", "--fields", "id").out == "1001\n"


def test_an_export_is_a_file_that_can_be_imported(symbl: Symbl, tmp_path: Path) -> None:
    file = tmp_path / "out.json"

    assert symbl("export", "last", str(file)) == Outcome(0, "", "exported: 1\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["version"] == 1
    assert symbl("import", str(file)) == Outcome(
        0, "", "Warning: conversation 1001 is here already\n"
    )
    symbl("delete", "--all", "--yes")
    assert symbl("import", str(file)) == Outcome(0, "1001\n", "")
    assert symbl("export", "--all", "-").out == file.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("messages 7", 2, "there is no conversation '7'"),
        ("show", 2, "Missing argument 'ID'"),
        ("messages last --fields colour", 2, "there is no field colour"),
        ("members last --rename Zed=X", 2, "no member is called 'Zed'"),
        ("members last --rename Zed", 2, "'Zed' is not OLD=NEW"),
        ("delete", 2, "name a conversation"),
        ("delete last", 2, "nobody can be asked here: give --yes"),
        ("delete --older-than soon --yes", 2, "--older-than"),
        ("export last", 2, "give ID FILE, or --all FILE"),
        ("export --all a b", 2, "give --all FILE"),
        ("export last /nowhere/out.json", 2, "cannot write /nowhere/out.json"),
        ("export last /dev/null", 2, "/dev/null is there already"),
        ("import /nowhere/in.json", 2, "cannot read /nowhere/in.json"),
        ("import /dev/null", 2, "/dev/null is no export of conversations"),
        pytest.param(
            f"list --search {LONG}", 2, "is too long for the server", id="search"
        ),
        pytest.param(f"messages {LONG}", 2, "is too long for the server", id="id"),
        ("list --api-url http://127.0.0.1:1", 5, "cannot be reached"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    symbl: Symbl, arguments: str, code: int, told: str
) -> None:
    outcome = symbl(*arguments.split())

    assert (outcome.code, outcome.out) == (code, "")
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


def test_errors_are_json_where_answers_are(symbl: Symbl) -> None:
    outcome = symbl("messages", "7", "--json")

    assert (outcome.code, outcome.out) == (2, "")
    assert json.loads(outcome.err)["error"]["type"] == "not_found"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not json", "the body is not JSON"),
        (b"[]", "the body must be an object"),
        (b'{"version": 2}', "written by a newer symbl (version 2)"),
        (b'{"version": 1, "conversations": [{}]}', "conversation is missing"),
        (b'{"conversations": []}', "version is missing"),
    ],
)
def test_a_file_that_is_no_export_is_refused(
    symbl: Symbl, tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "in.json"
    file.write_bytes(content)

    outcome = symbl("import", str(file))

    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err


def test_a_full_disk_leaves_no_half_export(symbl: Symbl, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "4k") as folder:
        (folder / "filler").write_bytes(b"x" * 4096)

        outcome = symbl("export", "last", str(folder / "out.json"))

        assert (outcome.code, outcome.out) == (1, "")
        assert "No space left on device" in outcome.err
        assert [file.name for file in folder.iterdir()] == ["filler"]
