"""The vendor's Python SDK (symbl 2.0.6, symbl_rest 1.0.14) against our server."""

from pathlib import Path

from tests.command_line import Ran
from tests.scripted_speech import speech
from tests.sdk.programs import SAMPLES, run_program
from tests.sdk.test_samples import TALK, assert_all_was_answered, assert_all_was_said
from tests.vendor.conftest import Served

RUNNER = Path(__file__).with_name("with_vendor_sdk.py")


def run(served: Served, python_sdk: Path, sample: str, *texts: str) -> Ran:
    ran = run_program(
        served.home,
        *(RUNNER, served.url, SAMPLES / sample),
        sound=speech(*texts),
        environment={"PYTHONPATH": str(python_sdk)},
    )
    assert ran.code == 0, ran.stderr
    return ran


def test_a_program_says_the_same_as_with_ours(served: Served, python_sdk: Path) -> None:
    assert_all_was_said(run(served, python_sdk, "sound.py", *TALK))


def test_a_program_may_ask_for_everything(served: Served, python_sdk: Path) -> None:
    assert_all_was_answered(run(served, python_sdk, "getters.py", TALK[1]))
