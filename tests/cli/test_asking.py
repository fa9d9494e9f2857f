"""`symbl conversation` beside a run that goes on, and after it."""

import json
from pathlib import Path

from tests.cli.talks import QUESTION
from tests.command_line import Home, finished, read_until
from tests.scripted_speech import silence, speech
from tests.wavs import wav_file


def test_a_conversation_can_be_read_while_it_runs_and_after(own_home: Home) -> None:
    def read(part: str) -> list[object]:
        answer = own_home.run("conversation", part, "last", "--json")
        return [one["text"] for one in json.loads(answer.stdout)]

    with (
        own_home.scripted_server(),
        own_home.process("stream", "-", "--json", "--title", "Weekly") as run,
    ):
        assert run.stdin is not None
        run.stdin.write(speech(QUESTION) + silence(1))
        run.stdin.flush()
        early = read_until(run, lambda line: '"question"' in line)
        during = read("messages"), read("questions")
        run.stdin.write(speech("Nobody does."))
        ran = finished(run)
        after = read("messages"), read("questions")
        shown = own_home.run("conversation", "show", "last", "--json")
        told = own_home.run("conversation", "messages", "last")

    assert during == ([QUESTION], [QUESTION])
    assert after == ([QUESTION, "Nobody does."], [QUESTION])
    assert ran.code == 0
    assert json.loads(shown.stdout)["name"] == "Weekly"
    assert json.loads(shown.stdout)["id"] == json.loads(early[-1])["conversation_id"]
    assert f"Speaker 1: {QUESTION}\n" in told.stdout


def test_an_id_that_nobody_knows_is_a_mistake(scripted: Home) -> None:
    plain = scripted.run("conversation", "messages", "nosuch")
    lines = scripted.run("conversation", "messages", "nosuch", "--json")

    assert (plain.code, plain.stdout) == (lines.code, lines.stdout) == (2, "")
    assert plain.stderr.startswith("Error: there is no conversation 'nosuch'")
    assert lines.notices == [
        {
            "error": {
                "type": "not_found",
                "message": "there is no conversation 'nosuch'",
                "suggestion": "see `symbl conversation list`",
            }
        }
    ]


def test_without_any_conversation_there_is_no_last_one(own_home: Home) -> None:
    with own_home.scripted_server():
        ran = own_home.run("conversation", "messages", "last", "--json")

    assert (ran.code, ran.stdout) == (2, "")
    assert [notice["error"]["type"] for notice in ran.notices] == ["not_found"]


def test_all_is_all_though_a_recording_was_heard_faster_than_it_plays(
    own_home: Home, tmp_path: Path
) -> None:
    recording = tmp_path / "talk.wav"
    recording.write_bytes(wav_file(speech(QUESTION) + silence(600)))

    with own_home.scripted_server():
        own_home.run("stream", recording)
        deleted = own_home.run("conversation", "delete", "last", "--all", "--yes")
        left = own_home.run("conversation", "list")

    assert (deleted.code, deleted.stderr) == (0, "deleted: 1\n")
    assert left.stdout == ""
