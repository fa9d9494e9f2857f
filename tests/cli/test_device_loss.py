"""`symbl stream` on a microphone that is unplugged while somebody speaks."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Home, Ran, finished, read_until
from tests.fake_microphone import Desk, desk
from tests.hidden_modules import hiding
from tests.scripted_speech import speech

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

RECORD = ("stream", "--device", "yeti", "--sample-rate", "16000", "--no-interim")
BEFORE, AFTER = speech("so be it"), speech("or ever will")


@pytest.fixture
def microphones(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


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


@pytest.mark.parametrize("hidden", [(), ("pyaudio",)], ids=["pyaudio", "sounddevice"])
def test_an_unplugged_microphone_gives_way_to_the_default_one(
    scripted: Home, tmp_path: Path, microphones: Desk, hidden: tuple[str, ...]
) -> None:
    environment = microphones.environment | hiding(tmp_path, *hidden)
    with scripted.process(*RECORD, "--json", **environment) as run:
        microphones.yeti.say(BEFORE)
        said = _heard(run, "so be it")
        microphones.unplug_yeti()
        said += _heard(run, '"device_changed"')
        microphones.built_in.say(AFTER)
        said += _heard(run, "or ever will")
        ran = _ended(run, said)

    assert (ran.code, ran.texts) == (143, ["so be it", "or ever will"])
    assert _told(ran) == [
        ("device_lost", "yeti"),
        ("device_changed", "default"),
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
    assert ran.lines[-1]["audio_dropped"] == 0


def test_a_microphone_that_is_plugged_in_again_is_recorded_again(
    scripted: Home, microphones: Desk
) -> None:
    with scripted.process(*RECORD, "--json", **microphones.environment) as run:
        microphones.yeti.say(BEFORE)
        said = _heard(run, "so be it")
        microphones.yeti.unplug()
        said += _heard(run, '"device_lost"')
        microphones.yeti.plug_in()
        said += _heard(run, '"device_changed"')
        microphones.yeti.say(AFTER)
        said += _heard(run, "or ever will")
        ran = _ended(run, said)

    assert (ran.code, ran.texts) == (143, ["so be it", "or ever will"])
    assert _told(ran) == [
        ("device_lost", "yeti"),
        ("device_changed", "yeti"),
        ("gap", None),
    ]
    _check_gap(ran)


def test_people_read_that_another_microphone_is_recorded_and_what_is_missing(
    scripted: Home, microphones: Desk
) -> None:
    with scripted.process(*RECORD, **microphones.environment) as run:
        microphones.yeti.say(BEFORE)
        said = _heard(run, "so be it")
        microphones.unplug_yeti()
        microphones.built_in.say(AFTER)
        said += _heard(run, "or ever will")
        ran = _ended(run, said)

    texts = [line.split("] ")[1] for line in ran.stdout.splitlines()[:2]]
    assert texts == ["Speaker 1: so be it", "Speaker 1: or ever will"]
    assert "Warning: The microphone is gone: plug it in again." in ran.stderr
    assert "Warning: Recording from default." in ran.stderr
    assert "Warning: A gap: for " in ran.stderr
