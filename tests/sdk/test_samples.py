"""Documented programs, as files, with nothing changed but their import."""

import sys
from pathlib import Path

import pytest

from tests.command_line import Home, Ran
from tests.fake_microphone import fake_microphone
from tests.scripted_speech import speech
from tests.sdk.programs import SAMPLES, run_program, run_until

TALK = ("Who books the room?", "I will send the report. The van is running late.")


def assert_all_was_said(ran: Ran) -> None:
    """By samples/sound.py, of `TALK`; what comes of one message has no order."""
    said = [line for line in ran.stdout.splitlines() if not line.startswith("live:")]
    ending = said.index("ended: True")
    assert sorted(said[:ending]) == [
        "insight: [('action_item', 'Ann will send the report.')]",
        "insight: [('question', 'Who books the room?')]",
        "message: ['I will send the report. The van is running late.']",
        "message: ['Who books the room?']",
        "tracker: ['Delay']",
    ]
    assert said[ending + 1 :] == [
        "Ann: Who books the room?",
        "Ann: I will send the report. The van is running late.",
        "topics: []",
        "action items: ['Ann will send the report.']",
        "questions: ['Who books the room?']",
        "trackers: ['Delay']",
    ]


def assert_all_was_answered(ran: Ran) -> None:
    """By samples/getters.py."""
    answers = [line.split(" ", 1) for line in ran.stdout.splitlines()]
    assert len(answers) == 10
    assert {answer for _, answer in answers} == {"answered"}, ran.stdout


def test_a_program_may_ask_for_everything(home: Home) -> None:
    ran = run_program(home, SAMPLES / "getters.py", sound=speech(TALK[1]))

    assert (ran.code, ran.stderr) == (0, "")
    assert_all_was_answered(ran)


def test_a_program_that_sends_its_own_sound(home: Home) -> None:
    ran = run_program(home, SAMPLES / "sound.py", sound=speech(*TALK))

    assert (ran.code, ran.stderr) == (0, "")
    assert_all_was_said(ran)


@pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")
def test_a_program_that_records_until_ctrl_c(home: Home, tmp_path: Path) -> None:
    sound = speech(*TALK, sample_rate=16000)
    with fake_microphone(tmp_path, sound) as environment:
        ran = run_until(
            home,
            "tracker:",
            SAMPLES / "microphone.py",
            environment=environment,
        )

    said = ran.stdout.splitlines()
    assert ran.code == 0, ran.stderr
    assert "tracker: ['Delay']" in said
    assert "insight: [('question', 'Who books the room?')]" in said
    assert said[-3:] == [
        f"messages: {list(TALK)}",
        "questions: ['Who books the room?']",
        "members: ['Ann']",
    ]
