"""Whole Python programs: how they end, and whom they trust."""

import symbl_cli as symbl
from tests.command_line import Home
from tests.scripted_speech import speech
from tests.sdk.programs import run_program
from tests.sdk.test_connection import QUESTION, TASK

SPEAK = """
import sys, symbl_cli as symbl
connection = symbl.Streaming.start_connection(
    credentials={"app_id": "mine", "app_secret": "secret"},
    config={"speechRecognition": {"sampleRateHertz": 16000}},
)
connection.subscribe({"message_response": lambda response: print(
    response["messages"][0]["payload"]["content"])})
connection.send_audio(sys.stdin.buffer.read())
"""


def test_a_program_that_forgets_to_stop_still_gets_the_last_words(home: Home) -> None:
    ran = run_program(home, "-c", SPEAK, sound=speech(QUESTION, TASK))

    assert (ran.code, ran.stdout) == (0, f"{QUESTION}\n{TASK}\n")
    assert len(ran.stderr.splitlines()) == 1
    assert "credentials are not used" in ran.stderr


def test_a_program_that_fails_ends_with_its_own_error(home: Home) -> None:
    ran = run_program(home, "-c", f"{SPEAK}\nraise KeyError(7)", sound=speech(QUESTION))

    assert (ran.code, ran.stdout) == (1, f"{QUESTION}\n")
    assert ran.stderr.splitlines()[-1] == "KeyError: 7"


def test_a_version_is_had_without_loading_the_sdk(home: Home) -> None:
    loaded = "'symbl_cli.sdk' in sys.modules"
    show = f"import sys, symbl_cli as s; print(s.__version__, {loaded})"
    ran = run_program(home, "-c", show)

    assert ran.stdout == f"{symbl.__version__} False\n"
