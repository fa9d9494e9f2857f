"""Documented programs, as files, with nothing changed but their import."""

import sys
from pathlib import Path

import pytest

from tests.command_line import Home
from tests.fake_microphone import fake_microphone
from tests.scripted_speech import speech
from tests.sdk.programs import SAMPLES, run_program, run_until

TALK = ("Who books the room?", "I will send the report. The van is running late.")


def test_a_program_that_sends_its_own_sound(home: Home) -> None:
    ran = run_program(home, SAMPLES / "sound.py", sound=speech(*TALK))

    assert (ran.code, ran.stderr) == (0, "")
    said = ran.stdout.splitlines()
    ending = said.index("ended: True")
    assert sorted(line for line in said[:ending] if not line.startswith("live:")) == [
        "insight: [('action_item', 'Ann will send the report.')]",
        "insight: [('question', 'Who books the room?')]",
        "message: ['I will send the report. The van is running late.']",
        "message: ['Who books the room?']",
    ]
    assert said[ending + 1 :] == [
        "Ann: Who books the room?",
        "Ann: I will send the report. The van is running late.",
        "topics: []",
        "action items: ['Ann will send the report.']",
        "questions: ['Who books the room?']",
    ]


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
