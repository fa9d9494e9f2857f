"""A computer that sleeps in mid-meeting: its clock is moved under a run."""

import json
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.test_states import stderr_until
from tests.command_line import Home, finished, read_until
from tests.fake_microphone import desk
from tests.hidden_modules import hiding
from tests.scripted_speech import speech

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

HOUR = 3600
RECORD = ("stream", "--device", "yeti", "--sample-rate", "16000")
_MOVED = (
    "import time; real = time.clock_gettime; time.clock_gettime = lambda which:"
    " real(which) + (float(open({path!r}).read()) if which == 7 else 0.0)"
)


def moving(folder: Path) -> tuple[Path, dict[str, str]]:
    """A file of how long a process has slept that has this in its environment."""
    slept = folder / "slept"
    slept.write_text("0")
    return slept, hiding(folder, more=_MOVED.format(path=str(slept)))


def test_an_hour_asleep_is_a_gap_that_is_said_and_counted_everywhere(
    own_home: Home, tmp_path: Path
) -> None:
    slept, moved = moving(tmp_path)
    files = (
        *("--srt", "talk.srt", "--text", "talk.txt", "--markdown", "talk.md"),
        *("--no-interim", "--json"),
    )
    with own_home.scripted_server(), desk(tmp_path) as microphones:
        environment = microphones.environment | moved
        with own_home.process(*RECORD, *files, **environment) as run:
            microphones.yeti.say(speech("so be it"))
            said = read_until(run, lambda line: "so be it" in line)
            slept.write_text(str(HOUR))
            microphones.yeti.say(speech("or ever will"))
            said += read_until(run, lambda line: "or ever will" in line)
            run.send_signal(signal.SIGTERM)
            ran = finished(run)
        stored = own_home.run("conversation", "messages", "last", "--json").stdout
    lines = [json.loads(line) for line in said]

    (gap,) = [line for line in lines if line.get("state") == "gap"]
    first, second = (line for line in lines if line["type"] == "transcript")
    assert (ran.code, ran.lines[-1]["audio_dropped"]) == (143, 0)
    assert HOUR - 1 < gap["seconds"] < HOUR + 1
    assert gap["cause"] == "computer"
    assert first["end"] <= gap["start"] <= second["start"] - gap["seconds"]
    assert first["start"] < HOUR < second["start"] < HOUR + 10
    offsets = [message["timeOffset"] for message in json.loads(stored)]
    assert offsets == [round(one["start"], 2) for one in (first, second)]
    _check_documents(own_home.folder)


def _check_documents(folder: Path) -> None:
    """The gap is seen in each, between what was said before and after it."""
    assert "\n01:00:0" in (folder / "talk.srt").read_text()
    before, mark, after = (folder / "talk.txt").read_text().splitlines()
    assert before.endswith("so be it")
    assert re.fullmatch(
        r"\[00:0\d\] ~ nothing was recorded for (1 h|59 min 59 s)", mark
    )
    assert after.startswith("[1:00:0")
    _, _, notes = (folder / "talk.md").read_text().partition("so be it")
    assert re.match(r"\n\n\*\(00:0\d\) Nothing was recorded for ", notes)
    assert notes.endswith("or ever will\n\n")


def test_people_read_that_the_computer_slept(scripted: Home, tmp_path: Path) -> None:
    slept, moved = moving(tmp_path)
    with desk(tmp_path) as microphones:
        environment = microphones.environment | moved
        with scripted.process(*RECORD, **environment) as run:
            microphones.yeti.say(speech("so be it"))
            read_until(run, lambda line: "so be it" in line)
            slept.write_text(str(HOUR))
            told = stderr_until(run, "A gap: for ")
            run.send_signal(signal.SIGTERM)
            ran = finished(run)

    assert told.endswith(
        " s nothing was recorded, as this computer slept or stood still: keep it"
        " awake.\n"
    )
    assert ran.code == 143
