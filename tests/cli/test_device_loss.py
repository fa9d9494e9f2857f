"""`symbl stream` on a microphone that is unplugged while somebody speaks."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path

import pytest

from tests.cli.at_once import at_once
from tests.command_line import Home, Ran, finished, read_until
from tests.fake_microphone import desk
from tests.hidden_modules import hiding
from tests.scripted_speech import speech

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

RECORD = ("stream", "--device", "yeti", "--sample-rate", "16000", "--no-interim")
BEFORE, AFTER = speech("so be it"), speech("or ever will")


class Loss(StrEnum):
    FOUND_BY_PYAUDIO = "pyaudio"
    FOUND_BY_SOUNDDEVICE = "sounddevice"
    PLUGGED_IN_AGAIN = "plugged-in-again"
    READ_BY_PEOPLE = "read-by-people"


Play = Callable[[Loss], Ran]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, scripted: Home) -> Iterator[Play]:
    folder = tmp_path_factory.mktemp("losses")
    plays = {loss: partial(play, scripted, folder / loss, loss) for loss in Loss}
    with at_once(plays, len(Loss)) as outcome:
        yield outcome


def play(home: Home, folder: Path, loss: Loss) -> Ran:
    folder.mkdir()
    hidden = ("pyaudio",) if loss is Loss.FOUND_BY_SOUNDDEVICE else ()
    form = () if loss is Loss.READ_BY_PEOPLE else ("--json",)
    with desk(folder) as microphones:
        environment = microphones.environment | hiding(folder, *hidden)
        with home.process(*RECORD, *form, **environment) as run:
            microphones.yeti.say(BEFORE)
            said = _heard(run, "so be it")
            if loss is Loss.PLUGGED_IN_AGAIN:
                microphones.yeti.unplug()
                said += _heard(run, '"device_lost"')
                microphones.yeti.plug_in()
                microphones.yeti.say(AFTER)
            else:
                microphones.unplug_yeti()
                microphones.built_in.say(AFTER)
            said += _heard(run, "or ever will")
            return _ended(run, said)


def _heard(run: subprocess.Popen[bytes], text: str) -> str:
    """All lines up to the first with *text* in it."""
    return "".join(read_until(run, lambda line: text in line))


def _ended(run: subprocess.Popen[bytes], before: str) -> Ran:
    """The whole of a run that is asked to end."""
    run.send_signal(signal.SIGTERM)
    ran = finished(run)
    return Ran(ran.code, before + ran.stdout, ran.stderr)


def _told(ran: Ran) -> list[tuple[object, object]]:
    """What is said of the device, with its name."""
    return [
        (line["state"], line.get("device"))
        for line in ran.of("status")
        if line["state"] in {"device_lost", "device_changed", "gap", "audio_dropped"}
    ]


@pytest.mark.parametrize(
    ("loss", "heard_on"),
    [
        (Loss.FOUND_BY_PYAUDIO, "default"),
        (Loss.FOUND_BY_SOUNDDEVICE, "default"),
        (Loss.PLUGGED_IN_AGAIN, "yeti"),
    ],
)
def test_an_unplugged_microphone_gives_way_to_the_default_one_until_it_is_back(
    played: Play, loss: Loss, heard_on: str
) -> None:
    ran = played(loss)

    assert (ran.code, ran.texts) == (143, ["so be it", "or ever will"])
    assert _told(ran) == [
        ("device_lost", "yeti"),
        ("device_changed", heard_on),
        ("gap", None),
    ]
    _check_gap(ran)


def _check_gap(ran: Ran) -> None:
    """Nothing after it is earlier than it was said, here and in the conversation."""
    (gap,) = [line for line in ran.of("status") if line["state"] == "gap"]
    first, second = (line for line in ran.of("transcript") if line["text"])
    assert float(str(second["start"])) > float(str(first["end"])) + float(
        str(gap["seconds"])
    )
    assert gap["cause"] == "device"
    assert ran.lines[-1]["audio_dropped"] == 0


def test_people_read_that_another_microphone_is_recorded_and_what_is_missing(
    played: Play,
) -> None:
    ran = played(Loss.READ_BY_PEOPLE)

    texts = [line.split("] ")[1] for line in ran.stdout.splitlines()[:3]]
    before, missing, after = texts
    assert (before, after) == ("Speaker 1: so be it", "Speaker 1: or ever will")
    assert missing.startswith("~ nothing was recorded for ")
    assert "Warning: The microphone is gone: plug it in again." in ran.stderr
    assert "Warning: Recording from default." in ran.stderr
    (gap,) = [line for line in ran.stderr.splitlines() if "A gap: for " in line]
    assert gap.endswith(" s nothing was recorded, as the microphone was away.")
