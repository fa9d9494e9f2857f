"""Recorder programs, played by scripts of the same name."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from symbl_cli.audio.drivers.driver import InputDevice
from symbl_cli.audio.drivers.with_recorder import RecorderDriver
from symbl_cli.audio.microphone import Microphone
from symbl_cli.audio.source import Chunk, SourceState
from symbl_cli.errors import AudioError, MissingError
from symbl_cli.media.format import AudioFormat
from tests.wavs import ramp

Install = Callable[[str, str], None]
BUILT_IN = InputDevice(
    0, "alsa_input.pci", 2, 48000, is_default=True, id="alsa_input.pci"
)
MONITOR = InputDevice(
    1,
    "alsa_output.usb.monitor",
    2,
    48000,
    is_default=True,
    is_monitor=True,
    id="alsa_output.usb.monitor",
)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts shell scripts on a PATH of their own."""
    shell = os.path.realpath("/bin/sh")
    (tmp_path / "sound").write_bytes(ramp(4000))
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name: str, script: str) -> None:
        path = tmp_path / name
        path.write_text(f"#!{shell}\n{script}\n")
        path.chmod(0o755)

    return write


@pytest.mark.parametrize("program", ["pw-record", "parec", "arecord"])
def test_what_a_recorder_writes_is_heard(
    install: Install, program: str, tmp_path: Path
) -> None:
    install(program, f"exec /bin/cat {tmp_path}/sound -")
    driver = RecorderDriver()
    device = driver.devices()[0]

    microphone = Microphone(driver, device, [AudioFormat(16000)])
    blocks = microphone.blocks()
    heard = b""
    while len(heard) < 8000:
        match next(blocks):
            case Chunk(pcm=pcm):
                heard += pcm
            case other:
                pytest.fail(f"unexpected: {other}")
    microphone.close()

    assert driver.name == program
    assert heard == ramp(4000)


@pytest.mark.parametrize(
    ("program", "device", "arguments"),
    [
        (
            "pw-record",
            BUILT_IN,
            "--target alsa_input.pci FORMAT=s16 -",
        ),
        (
            "pw-record",
            MONITOR,
            "--target alsa_output.usb -P { stream.capture.sink=true } FORMAT=s16 -",
        ),
        (
            "parec",
            MONITOR,
            "--device=alsa_output.usb.monitor FORMAT=s16le --latency-msec=50 --raw",
        ),
        (
            "parec",
            InputDevice(1, "default output", 2, 48000, is_monitor=True),
            "--device=@DEFAULT_MONITOR@ FORMAT=s16le --latency-msec=50 --raw",
        ),
        (
            "arecord",
            InputDevice(0, "default", 2, 48000),
            "-q -t raw -f S16_LE -r 44100 -c 2 --period-time=50000",
        ),
    ],
)
def test_a_recorder_is_told_device_rate_and_channels(
    install: Install, tmp_path: Path, program: str, device: InputDevice, arguments: str
) -> None:
    install(program, f'echo "$@" > {tmp_path}/arguments; echo done')
    said = threading.Event()
    hear = Mock(side_effect=lambda _: said.set())

    stream = RecorderDriver().open(device, AudioFormat(44100, 2), hear)

    assert said.wait(10)
    stream.close()
    expected = arguments.replace("FORMAT", "--rate=44100 --channels=2 --format")
    assert (tmp_path / "arguments").read_text() == f"{expected}\n"


def test_sources_of_the_sound_server_are_listed(install: Install) -> None:
    install("parec", "exit 1")
    install(
        "pactl",
        """case "$1" in
        list) printf '0\\talsa_input.pci\\ts16\\n1\\talsa_output.usb.monitor\\t\\n';;
        get-default-source) echo alsa_input.pci;;
        get-default-sink) echo alsa_output.usb;;
        esac""",
    )

    assert RecorderDriver().devices() == (BUILT_IN, MONITOR)


@pytest.mark.parametrize("pactl", ["exit 1", "kill $$"])
def test_without_a_list_the_defaults_are_offered(install: Install, pactl: str) -> None:
    install("parec", "exit 1")
    install("pactl", pactl)

    assert RecorderDriver().devices() == (
        InputDevice(0, "default", 2, 48000, is_default=True),
        InputDevice(1, "default output", 2, 48000, is_monitor=True),
    )


def test_a_recorder_that_fails_at_once_is_quoted(install: Install) -> None:
    install("arecord", "echo 'arecord: main:850: audio open error' >&2; exit 1")
    driver = RecorderDriver()
    microphone = Microphone(driver, driver.devices()[0], [AudioFormat()])

    with pytest.raises(AudioError, match="gives no sound: arecord: main:850: audio"):
        next(microphone.blocks())


def test_without_a_recorder_its_names_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingError, match="none of pw-record, parec, arecord"):
        RecorderDriver()


def test_a_recorder_that_dies_is_started_again(
    install: Install, tmp_path: Path
) -> None:
    install("arecord", f"/bin/cat {tmp_path}/sound")
    driver = RecorderDriver()
    microphone = Microphone(driver, driver.devices()[0], [AudioFormat()])

    heard: list[str | bytes] = []
    for item in microphone.blocks():
        match item:
            case SourceState(state="device_lost" | "device_changed" as state):
                heard.append(state)
            case Chunk(pcm=pcm) if heard:
                heard.append(pcm)
                break
            case _:
                pass
    microphone.close()

    assert heard == ["device_lost", "device_changed", ramp(1600)]
