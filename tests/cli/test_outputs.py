"""What a run writes where: stdout, stderr, files, the store."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import Home
from tests.scripted_speech import speech

RICH = (
    QUESTION,
    "The delivery van is running late again.",
    "Let us meet again on Monday about the delivery van.",
    TASK,
)


def test_text_has_a_line_for_each_thing_and_no_more(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, *RICH)

    ran = scripted.run(
        *("stream", talk, "--tracker", "Delay=running late", "--speaker", "Ann")
    )

    assert ran.code == 0
    said = ran.stdout.splitlines()
    assert [line for line in said if "] Ann: " in line] == [
        f"[00:01] Ann: {QUESTION}",
        "[00:03] Ann: The delivery van is running late again.",
        "[00:07] Ann: Let us meet again on Monday about the delivery van.",
        f"[00:11] Ann: {TASK}",
    ]
    assert f"[00:01] ? Ann: {QUESTION}" in said
    assert "[00:03] # Delay: running late" in said
    signs = {line.split("] ", 1)[1][:2] for line in said if line[0] == "["} - {"An"}
    assert sorted(signs) == ["! ", "# ", "> ", "? "]
    task = next(line for line in said if line.startswith("[00:11] ! "))
    assert re.fullmatch(
        r"\[00:11\] ! Ann will send the draft by Friday\. \(Ann, \d{4}-\d\d-\d\d\)",
        task,
    )
    assert said[-1].startswith("Topics: ")
    assert "delivery van" in said[-1]
    assert "\x1b" not in ran.stdout + ran.stderr


def test_a_pipe_gets_no_interim_words_unless_asked_for(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path)

    plain = scripted.run("stream", talk, "--json")
    asked = scripted.run("stream", talk, "--json", "--interim")

    assert {line["final"] for line in plain.of("transcript")} == {True}
    assert {line["final"] for line in asked.of("transcript")} == {True, False}


def test_the_summary_goes_to_stderr(scripted: Home, tmp_path: Path) -> None:
    ran = scripted.run("stream", talk_in(tmp_path))

    assert ran.stderr.splitlines()[-1] == (
        "00:06 of sound, 2 messages, 1 question, 1 action item."
    )


@pytest.mark.parametrize("interim", ["--interim", "--no-interim"])
def test_a_jsonl_file_has_the_lines_of_stdout(
    scripted: Home, tmp_path: Path, interim: str
) -> None:
    file = tmp_path / "lines.jsonl"

    ran = scripted.run(
        *("stream", talk_in(tmp_path), "--json", "--jsonl", file, interim)
    )

    assert file.read_text() == ran.stdout
    assert ran.lines[-1]["files"] == [str(file)]


def test_a_text_file_has_the_lines_of_stdout(scripted: Home, tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"

    ran = scripted.run("stream", talk_in(tmp_path, *RICH), "--text", file)

    assert QUESTION in ran.stdout
    assert file.read_text() == ran.stdout


def test_a_file_that_is_there_is_not_overwritten(
    scripted: Home, tmp_path: Path
) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text("precious\n")

    ran = scripted.run("stream", talk_in(tmp_path), "--json", "--jsonl", file)

    assert (ran.code, ran.stdout) == (2, "")
    assert [notice["error"]["type"] for notice in ran.notices] == ["output"]
    assert file.read_text() == "precious\n"


def test_the_wire_form_is_what_the_server_says(scripted: Home, tmp_path: Path) -> None:
    ran = scripted.run("stream", talk_in(tmp_path), "-o", "wire")

    frames = [json.loads(line) for line in ran.stdout.splitlines()]
    messages = [
        frame["message"]["type"] for frame in frames if frame["type"] == "message"
    ]
    assert ran.code == 0
    assert messages[:3] == [
        "started_listening",
        "conversation_created",
        "recognition_started",
    ]
    assert messages[-2:] == ["conversation_completed", "recognition_stopped"]
    (asked,) = [
        insight["payload"]["content"]
        for frame in frames
        if frame["type"] == "insight_response"
        for insight in frame["insights"]
        if insight["type"] == "question"
    ]
    assert asked == QUESTION


def test_nothing_is_kept_where_that_is_asked_for(
    tmp_path: Path, own_home: Home
) -> None:
    secret = "The password is swordfish."
    with own_home.scripted_server():
        kept = own_home.run("stream", talk_in(tmp_path), "--json")
        ran = own_home.run("stream", talk_in(tmp_path, secret), "--no-store", "--json")
        listed = own_home.run("conversation", "list", "--json")

    assert ran.texts == [secret]
    assert [one["id"] for one in json.loads(listed.stdout)] == [
        kept.lines[-1]["conversation_id"]
    ]
    assert not _holding(own_home.folder, b"swordfish", but=tmp_path / "talk.wav")
    assert _holding(own_home.folder, b"draft by Friday", but=tmp_path / "talk.wav")
    assert not own_home.runs.exists() or not list(own_home.runs.iterdir())


def _holding(folder: Path, text: bytes, *, but: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file() and path != but)
    return [path for path in files if text in path.read_bytes()]


def test_quiet_says_nothing_but_errors(scripted: Home, tmp_path: Path) -> None:
    talk = talk_in(tmp_path)

    plain = scripted.run("stream", talk, "-q")
    lines = scripted.run("stream", "-", "-q", "--json", sound=speech(QUESTION))
    failed = scripted.run("stream", "nowhere.wav", "-q")

    assert (plain.code, plain.stderr) == (0, "")
    assert (lines.code, lines.stderr) == (0, "")
    assert failed.stderr == "Error: there is no file 'nowhere.wav'\n"


def test_what_is_logged_keeps_stderr_readable_for_programs(scripted: Home) -> None:
    ran = scripted.run("stream", "nowhere.wav", "-vv", "--json")

    statuses = [notice["status"] for notice in ran.notices if "status" in notice]
    logged = [status for status in statuses if "logger" in status]
    assert ran.code == 2
    assert any("Traceback" in str(one["message"]) for one in logged)
    assert [n["error"]["type"] for n in ran.notices if "error" in n] == ["usage"]


def test_a_log_file_tells_the_whole_run_and_no_secret(
    scripted: Home, tmp_path: Path
) -> None:
    file = tmp_path / "symbl.log"
    token = json.loads((scripted.data / "server.json").read_text())["token"]

    ran = scripted.run("stream", talk_in(tmp_path), "--json", "--log-file", file)

    log = file.read_text()
    assert ran.stderr == ""
    assert QUESTION in log
    assert token not in log
    assert "Traceback" not in log


def test_the_schema_is_printed(scripted: Home) -> None:
    ran = scripted.run("stream", "--json-schema")

    assert ran.code == 0
    assert json.loads(ran.stdout)["$schema"].endswith("2020-12/schema")


def test_what_is_said_survives_every_locale(scripted: Home, tmp_path: Path) -> None:
    talk = talk_in(tmp_path, "Größe spielt 一 Rolle")

    ran = scripted.run("stream", talk, environment={"LC_ALL": "C", "PYTHONUTF8": "0"})

    assert "Größe spielt 一 Rolle\n" in ran.stdout


def test_a_reader_who_has_left_is_no_failure(scripted: Home, tmp_path: Path) -> None:
    scripted.run("stream", talk_in(tmp_path))

    for asked in ("conversation list", "conversation messages last", "config list"):
        ran = scripted.shell(f'symbl {asked} | true; echo "${{PIPESTATUS[0]}}"')
        assert (asked, ran.stdout, ran.stderr) == (asked, "0\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    "asked", ["conversation list", "config list", "stream --json-schema", "stream talk"]
)
def test_stdout_on_a_full_disk_is_a_failure(
    scripted: Home, tmp_path: Path, asked: str
) -> None:
    talk = talk_in(tmp_path)

    ran = scripted.shell(f"symbl {asked.replace('talk', str(talk))} > /dev/full")

    assert ran.code == 1
    assert "Error: no space left" in ran.stderr
    assert "Traceback" not in ran.stderr
