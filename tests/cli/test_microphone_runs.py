"""`symbl stream` on a microphone, through each driver (tests/fake_microphone.py)."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

from tests.cli.talks import QUESTION
from tests.command_line import Home
from tests.fake_microphone import fake_microphone
from tests.hidden_modules import hiding
from tests.scripted_speech import speech

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

ABSENT = (
    "there is no device 'Yeti', nor any other that records; plug it in;"
    " `symbl devices` lists those that are there"
)


@pytest.mark.parametrize(
    ("driver", "hidden"),
    [
        pytest.param(
            "PyAudio",
            (),
            marks=pytest.mark.skipif(not find_spec("pyaudio"), reason="no PyAudio"),
        ),
        ("sounddevice", ("pyaudio",)),
        pytest.param(
            "arecord",
            ("pyaudio", "sounddevice"),
            marks=pytest.mark.skipif(not which("arecord"), reason="no arecord"),
        ),
    ],
)
def test_what_is_said_into_a_microphone_is_heard(
    scripted: Home, tmp_path: Path, driver: str, hidden: tuple[str, ...]
) -> None:
    sound = speech("so be it", pause=0.6)

    with fake_microphone(tmp_path, sound) as environment:
        ran = scripted.run(
            *("stream", "--device", "default", "--sample-rate", "16000"),
            *("--duration", "3", "--json", "-v"),
            environment=environment | hiding(tmp_path, *hidden),
        )

    assert (ran.code, ran.texts) == (0, ["so be it"])
    end = ran.lines[-1]
    assert (end["reason"], end["duration"]) == ("duration", 3.0)
    assert ran.of("transcript")[0]["lag"] is not None
    assert f"recording through {driver}" in ran.stderr


def test_the_first_recording_says_once_where_it_is_kept(
    own_home: Home, tmp_path: Path
) -> None:
    record = ("stream", "--device", "mic", "--duration", "0.5")
    with own_home.scripted_server(), fake_microphone(tmp_path, b"") as environment:
        first = own_home.run(*record, environment=environment)
        second = own_home.run(*record, environment=environment)

    told = "Others may have to agree to being recorded."
    assert (told in first.stderr, told in second.stderr) == (True, False)
    assert str(own_home.data) in first.stderr
    assert "\nListening." in second.stderr


def test_two_devices_are_two_speakers(scripted: Home, tmp_path: Path) -> None:
    devices = ("--device", "default=Ann", "--device", "fakemic=Bea")
    with fake_microphone(tmp_path, speech(QUESTION)) as environment:
        ran = scripted.run(
            *("stream", *devices, "--duration", "1", "--sample-rate", "16000"),
            "--json",
            environment=environment,
        )

    sources = ran.lines[0]["sources"]
    assert isinstance(sources, list)
    assert ran.code == 0, ran.stderr
    assert [source["speaker"] for source in sources] == ["Ann", "Bea"]


def test_two_speakers_at_one_device_end_after_their_time(
    scripted: Home, tmp_path: Path
) -> None:
    record = ("stream", "--device", "default", "--sample-rate", "8000", "--json")
    two = ("--channels", "2", "--speaker", "Ann", "--speaker", "Bea")
    with fake_microphone(tmp_path, b"", rate=8000, channels=2) as environment:
        ran = scripted.run(*record, *two, "--duration", "1", environment=environment)

    assert (ran.code, ran.lines[-1]["reason"]) == (0, "duration")


def test_a_device_that_is_not_there_is_missing(scripted: Home, tmp_path: Path) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        ran = scripted.run(
            *("stream", "--device", "Yeti", "--json"), environment=environment
        )

    assert (ran.code, ran.stdout) == (3, "")
    assert [notice["error"]["type"] for notice in ran.notices] == ["missing"]
    assert "there is no device 'Yeti'" in ran.stderr
    assert "one of 0: 'fakemic', 1: 'default'" in ran.stderr


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (("--device", "Yeti=Ann"), ABSENT),
        (("--device", "mic"), "there is no microphone; plug one in, or name a file"),
        ((), "there is no microphone; plug one in, or name a file"),
    ],
)
def test_without_any_device_the_one_that_was_asked_for_is_missing(
    scripted: Home, wanted: tuple[str, ...], said: str
) -> None:
    without_a_card = {"ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf", "PATH": ""}

    ran = scripted.run("stream", *wanted, environment=without_a_card)

    assert (ran.code, ran.stdout) == (3, "")
    assert said in ran.stderr


@pytest.mark.parametrize("hidden", [(), ("pyaudio",)], ids=["pyaudio", "sounddevice"])
@pytest.mark.parametrize(
    "command", [("devices",), ("stream",), ("stream", "--device", "Yeti")], ids=str
)
def test_a_sound_system_that_lacks_its_configuration_is_said(
    scripted: Home, tmp_path: Path, command: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    """Where the library that we use would end the process."""
    nothing = hiding(tmp_path, *hidden) | {"PATH": "", "ALSA_CONFIG_PATH": os.devnull}
    mistaken = tmp_path / "mistaken.conf"
    mistaken.write_text("pcm.default { type")

    ran = scripted.run(*command, environment=nothing)
    other = scripted.run(
        *command, environment=nothing | {"ALSA_CONFIG_PATH": str(mistaken)}
    )

    assert (ran.code, ran.stdout) == (3, "")
    assert ran.stderr.count("the configuration of ALSA, the sound system, is miss") == 1
    assert "look at ~/.asoundrc, or: install libasound2-data\n" in ran.stderr
    assert other == ran


def test_a_name_that_may_be_two_devices_is_a_mistake(
    scripted: Home, tmp_path: Path
) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        ran = scripted.run("stream", "--device", "a", environment=environment)

    assert (ran.code, ran.stdout) == (2, "")
    assert "'a' may be any of 0: 'fakemic', 1: 'default'" in ran.stderr


def test_without_anything_that_records_it_is_said_what_to_install(
    scripted: Home, tmp_path: Path
) -> None:
    nothing = hiding(tmp_path, "pyaudio", "sounddevice") | {"PATH": str(tmp_path)}

    plain = scripted.run("stream", environment=nothing)
    lines = scripted.run("stream", "--json", environment=nothing)

    assert (plain.code, plain.stdout) == (lines.code, lines.stdout) == (3, "")
    assert plain.stderr.startswith("Error: ")
    assert "install" in plain.stderr
    assert [notice["error"]["type"] for notice in lines.notices] == ["missing"]
