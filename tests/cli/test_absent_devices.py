"""`symbl stream` on a microphone that is unplugged for good, with no other there."""

import signal
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path

import pytest

from tests.cli.at_once import at_once
from tests.cli.test_states import stderr_until
from tests.command_line import Home, Ran, check_lines, finished, read_until
from tests.fake_microphone import desk
from tests.hidden_modules import hiding
from tests.scripted_speech import say, speech

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

RECORD = ("stream", "--device", "yeti", "--sample-rate", "16000")
SOUND = speech("so be it") + say("or ever")
"""It is unplugged in the middle of a word."""
DURATION = ("--duration", "9")
GONE = (
    "Warning: The microphone is gone: plug it in again. Recording goes on with it, or"
    " with the default one.\n"
)


class Absence(StrEnum):
    """Who ends the run, and how it is read."""

    INTERRUPTED = "interrupted"
    OVER = "over"
    OVER_BY_SOUNDDEVICE = "over-by-sounddevice"
    TERMINATED_FOR_PEOPLE = "terminated-for-people"
    OVER_FOR_PEOPLE = "over-for-people"


FOR_PEOPLE = (Absence.TERMINATED_FOR_PEOPLE, Absence.OVER_FOR_PEOPLE)
SIGNALS = {
    Absence.INTERRUPTED: signal.SIGINT,
    Absence.TERMINATED_FOR_PEOPLE: signal.SIGTERM,
}
Play = Callable[[Absence], Ran]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, scripted: Home) -> Iterator[Play]:
    folder = tmp_path_factory.mktemp("absent")
    plays = {one: partial(play, scripted, folder / one, one) for one in Absence}
    with at_once(plays, len(Absence)) as outcome:
        yield outcome


def play(home: Home, folder: Path, absence: Absence) -> Ran:
    folder.mkdir()
    hidden = ("pyaudio",) if absence is Absence.OVER_BY_SOUNDDEVICE else ()
    form = () if absence in FOR_PEOPLE else ("--json", "--interim")
    limit = () if absence in SIGNALS else DURATION
    with desk(folder) as microphones:
        environment = microphones.environment | hiding(folder, *hidden)
        with home.process(*RECORD, *form, *limit, **environment) as run:
            microphones.yeti.say(SOUND)
            said = "".join(read_until(run, lambda line: "or ever" in line))
            microphones.unplug_all()
            told = ""
            if absence in FOR_PEOPLE:
                told = stderr_until(run, "microphone is gone")
            else:
                said += "".join(read_until(run, lambda line: '"device_lost"' in line))
            if absence in SIGNALS:
                run.send_signal(SIGNALS[absence])
            ran = finished(run)
    return Ran(ran.code, said + ran.stdout, told + ran.stderr)


@pytest.mark.parametrize(
    ("absence", "code", "reason"),
    [
        (Absence.INTERRUPTED, 130, "interrupted"),
        (Absence.OVER, 0, "duration"),
        (Absence.OVER_BY_SOUNDDEVICE, 0, "duration"),
    ],
)
def test_a_run_whose_microphone_stays_away_ends_as_it_is_told(
    played: Play, absence: Absence, code: int, reason: str
) -> None:
    ran = played(absence)
    told = [line["state"] for line in ran.of("status")]
    device = [line["device"] for line in ran.of("status") if "device" in line]

    check_lines(ran.lines)
    assert (ran.code, ran.lines[-1]["reason"]) == (code, reason)
    assert ran.texts == ["so be it", "or ever"]
    assert told[-2:] == ["device_lost", "draining"]
    assert device == ["yeti"]
    assert _place(ran, text="or ever", final=True) < _place(ran, state="draining")


def _place(ran: Ran, **fields: object) -> int:
    """Of the first line that has *fields*."""
    numbered = enumerate(ran.lines)
    return next(place for place, line in numbered if fields.items() <= line.items())


@pytest.mark.parametrize(
    ("absence", "code"),
    [(Absence.TERMINATED_FOR_PEOPLE, 143), (Absence.OVER_FOR_PEOPLE, 0)],
)
def test_people_read_that_the_microphone_is_gone_and_lose_no_word(
    played: Play, absence: Absence, code: int
) -> None:
    ran = played(absence)

    assert ran.code == code
    assert GONE in ran.stderr
    assert ran.stdout.endswith(" Speaker 1: or ever\n")
    assert "Traceback" not in ran.stderr
