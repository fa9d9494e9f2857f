"""Real recordings, of a microphone that is a pipe (tests/fake_microphone.py)."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

from tests.fake_microphone import fake_microphone
from tests.wavs import ramp

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

PYAUDIO, SOUNDDEVICE, ARECORD = "PyAudio", "sounddevice", "arecord"
HIDDEN = {
    PYAUDIO: (),
    SOUNDDEVICE: ("pyaudio",),
    ARECORD: ("pyaudio", "sounddevice"),
}
EVERY_DRIVER = [
    pytest.param(
        PYAUDIO,
        marks=pytest.mark.skipif(not find_spec("pyaudio"), reason="no PyAudio"),
    ),
    SOUNDDEVICE,
    pytest.param(
        ARECORD, marks=pytest.mark.skipif(not which("arecord"), reason="no arecord")
    ),
]

RECORD = """
import logging, sys
wanted, rate, channels, seconds, *hidden = sys.argv[1:]
sys.modules |= dict.fromkeys(hidden)
from symbl_cli.audio.microphone import open_microphone

logging.basicConfig(level="INFO")
microphone = open_microphone(wanted, sample_rate=int(rate), channels=int(channels))
end = int(float(seconds) * int(rate))
position = 0
for item in microphone.blocks():
    assert item.position == position
    assert len(item.pcm) <= 3200
    position += microphone.format.count(item.pcm)
    sys.stdout.buffer.write(item.pcm)
    if position >= end:
        microphone.close()
"""


def run(
    code: str, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Run *code* in a process that finds the fake microphone from its start."""
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment, "PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("driver", EVERY_DRIVER)
@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (8000, 2)])
def test_every_sample_that_was_said_is_heard(
    tmp_path: Path, driver: str, rate: int, channels: int
) -> None:
    sound = ramp(rate * 5, channels)
    wanted = ["mic", str(rate), str(channels), "1.5"]

    with fake_microphone(tmp_path, sound, rate=rate, channels=channels) as environment:
        done = run(RECORD, environment, *wanted, *HIDDEN[driver])

    assert f"recording through {driver}" in done.stderr.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout) >= rate * 1.5 * channels * 2
    assert done.stdout == sound[: len(done.stdout)]


@pytest.mark.parametrize("driver", EVERY_DRIVER[:2])
def test_nothing_but_our_own_words_reaches_stderr(driver: str) -> None:
    listing = """
import sys
sys.modules |= dict.fromkeys(sys.argv[1:])
from symbl_cli.audio.devices import list_devices
from symbl_cli.errors import MissingError
try:
    list_devices()
except MissingError:
    print("none")
"""
    without_a_card = {"ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf", "PATH": ""}

    done = run(listing, without_a_card, *HIDDEN[driver])

    assert done.stderr == b""


@pytest.mark.parametrize("wanted", ["fakemic", "default", "DEFAULT", "mic", "0"])
def test_a_device_is_found_by_name_or_number(tmp_path: Path, wanted: str) -> None:
    with fake_microphone(tmp_path, ramp(16000)) as environment:
        done = run(RECORD, environment, wanted, "16000", "1", "0.2")

    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout) >= 6400


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("Yeti", "MissingError: there is no device 'Yeti'"),
        ("a", "UsageError: 'a' may be any of 0: 'fakemic', 1: 'default'"),
        ("system", "MissingError: nothing here hears what this computer plays"),
    ],
)
def test_a_device_that_is_not_meant_clearly_is_refused(
    tmp_path: Path, wanted: str, message: str
) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        done = run(RECORD, {**environment, "PATH": ""}, wanted, "16000", "1", "1")

    assert message in done.stderr.decode()


def test_more_channels_than_a_device_has_are_refused(tmp_path: Path) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        done = run(RECORD, environment, "default", "16000", "4000", "1")

    assert "AudioError: 'default' does not have 4000 channels" in done.stderr.decode()


UNTIL_LOST = """
import sys
sys.modules |= dict.fromkeys(sys.argv[1:])
from symbl_cli.audio.microphone import open_microphone
from symbl_cli.audio.source import Chunk, SourceState

microphone = open_microphone("default", sample_rate=16000)
for item in microphone.blocks():
    match item:
        case Chunk(pcm=pcm):
            sys.stdout.buffer.write(pcm)
        case SourceState(state=state, device=device):
            print(state, device, file=sys.stderr)
            microphone.close()
"""


@pytest.mark.parametrize("driver", EVERY_DRIVER[:2])
def test_a_device_that_goes_dead_is_said_and_does_not_hold_the_process(
    tmp_path: Path, driver: str
) -> None:
    with fake_microphone(tmp_path, ramp(8000), goes_dead=True) as environment:
        done = run(UNTIL_LOST, environment, *HIDDEN[driver])

    assert done.stderr.decode() == "device_lost default\n"
    assert done.returncode == 0
    assert done.stdout == ramp(8000)


DEVICES = """
import sys
from symbl_cli.cli.main import run
sys.exit(run(["devices", *sys.argv[1:]]))
"""


def test_devices_are_listed_for_people(tmp_path: Path) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        done = run(DEVICES, environment)

    assert done.stdout.decode().splitlines() == [
        "   0  fakemic  (128 channels, 44100 Hz)",
        "*  1  default  (128 channels, 16000 Hz)",
    ]
    assert (done.returncode, done.stderr) == (0, b"")


def test_devices_are_listed_for_programs(tmp_path: Path) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        whole = run(DEVICES, environment, "--json")
        chosen = run(DEVICES, environment, "--fields", "name,index")
        unknown = run(DEVICES, environment, "--fields", "colour")

    assert json.loads(whole.stdout)[1] == {
        "index": 1,
        "name": "default",
        "channels": 128,
        "sample_rate": 16000,
        "default": True,
        "monitor": False,
    }
    assert chosen.stdout == b"fakemic\t0\ndefault\t1\n"
    assert (unknown.returncode, unknown.stdout) == (2, b"")
    assert b"'colour' is none of index, name" in unknown.stderr


def test_the_level_of_a_device_is_shown(tmp_path: Path) -> None:
    with fake_microphone(tmp_path, b"\0\x40" * 16000) as environment:
        done = run(DEVICES, environment, "test", "default", "--duration", "0.3")

    bar = f"[{'#' * 36}    ]   -6 dB"
    assert done.stdout.decode().splitlines() == [bar, bar, bar]
    assert done.stderr == b"listening to default\n"
