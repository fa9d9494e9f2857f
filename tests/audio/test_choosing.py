import sys
from pathlib import Path

import pytest

from symbl_cli.audio import devices
from symbl_cli.audio.devices import Choice, choose, open_device
from symbl_cli.audio.drivers.driver import InputDevice
from symbl_cli.audio.drivers.portaudio import failure
from symbl_cli.errors import MissingError, UsageError
from symbl_cli.media.format import AudioFormat
from tests.audio.feeds import HandDriver

BUILT_IN = InputDevice(0, "Built-in Microphone", 2, 48000)
HEADSET = InputDevice(2, "USB Headset", 1, 16000, is_default=True)
CARD = InputDevice(3, "hw:CARD=PCH,DEV=0", 2, 48000)
MONITOR = InputDevice(5, "Monitor of USB Headset", 2, 48000, is_monitor=True)
DEVICES = (BUILT_IN, HEADSET, CARD, MONITOR)


@pytest.mark.parametrize(
    ("wanted", "choice"),
    [
        ("mic", Choice(HEADSET)),
        ("system", Choice(MONITOR)),
        ("0", Choice(BUILT_IN)),
        ("5", Choice(MONITOR)),
        ("USB Headset", Choice(HEADSET)),
        ("built-in", Choice(BUILT_IN)),
        ("mic=Host", Choice(HEADSET, "Host")),
        ("system=Guests", Choice(MONITOR, "Guests")),
        ("2=Ann=Bea", None),
        ("hw:CARD=PCH,DEV=0", Choice(CARD)),
        ("hw:CARD=PCH,DEV=0=Ann", Choice(CARD, "Ann")),
        ("CARD=PCH", Choice(CARD)),
        ("0=", Choice(BUILT_IN)),
    ],
)
def test_a_name_is_matched_whole_first_and_else_split_at_the_last_sign(
    wanted: str, choice: Choice | None
) -> None:
    if choice is None:
        with pytest.raises(MissingError, match="no device '2=Ann'"):
            choose(DEVICES, wanted)
    else:
        assert choose(DEVICES, wanted) == choice


def test_the_default_device_may_have_no_mark() -> None:
    assert choose([BUILT_IN, CARD], "mic") == Choice(BUILT_IN)


def test_a_name_that_may_be_several_lists_them() -> None:
    with pytest.raises(
        UsageError, match="0: 'Built-in Microphone', 5: 'Monitor of USB Headset'"
    ):
        choose(DEVICES, "o")


def test_one_device_under_several_interfaces_is_one() -> None:
    name = "Microphone (Yeti Stereo Microphone)"
    short = InputDevice(1, name[:31], 2, 44100)
    full = InputDevice(7, name, 2, 48000)

    assert choose([short, full], "yeti") == Choice(short)


@pytest.mark.parametrize("wanted", ["Webcam", "9", "=Host", ""])
def test_a_device_that_is_not_there_names_those_that_are(wanted: str) -> None:
    with pytest.raises(MissingError, match="there is no device") as caught:
        choose(DEVICES, wanted)
    assert "2: 'USB Headset'" in caught.value.suggestion


def test_without_any_input_there_is_no_microphone() -> None:
    with pytest.raises(MissingError, match="there is no microphone"):
        choose([], "mic=Ann")


def test_without_any_input_a_device_is_named_that_was_asked_for() -> None:
    with pytest.raises(MissingError, match="no device 'Yeti', nor any other") as caught:
        choose([], "Yeti=Ann")
    assert "`symbl devices`" in caught.value.suggestion


@pytest.mark.parametrize(
    ("platform", "remedy"),
    [
        ("linux", "sudo apt-get install pulseaudio-utils"),
        ("darwin", "brew install blackhole-2ch, and play through it"),
        ("win32", "enable Stereo Mix among the recording devices"),
    ],
)
def test_without_a_monitor_it_is_said_what_would_offer_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, remedy: str
) -> None:
    (tmp_path / "apt-get").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)

    with pytest.raises(MissingError, match="hears what this computer plays") as caught:
        choose([BUILT_IN], "system")
    assert caught.value.suggestion == remedy


def test_without_any_way_to_record_all_that_were_tried_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingError) as caught:
        open_device()
    assert caught.value.message == (
        "nothing here can record: PyAudio is not installed; sounddevice is not"
        " installed; none of pw-record, parec, arecord is installed"
    )
    assert caught.value.suggestion == "pip install sounddevice"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-9985, "'Yeti' is in use by another program or was unplugged"),
        (-9997, "'Yeti' does not record at 16000 Hz"),
        (-9998, "'Yeti' does not have 2 channels"),
        (-9986, "'Yeti' cannot be opened: PortAudio failed internally (-9986)"),
        (-1234, "'Yeti' cannot be opened: it says so (-1234)"),
    ],
)
def test_portaudio_errors_are_sentences(code: int, message: str) -> None:
    assert failure(code, "it says so", "Yeti", AudioFormat(16000, 2)).message == message


def test_an_internal_error_on_a_mac_says_how_to_update(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    error = failure(-9986, "Internal PortAudio error", "Yeti", AudioFormat())

    assert error.suggestion == "update PortAudio: brew upgrade portaudio"


def hand_drivers(
    monkeypatch: pytest.MonkeyPatch, *listings: tuple[InputDevice, ...]
) -> list[HandDriver]:
    drivers = [HandDriver(*devices) for devices in listings]
    makers = tuple((lambda driver=driver: driver) for driver in drivers)
    monkeypatch.setattr(devices, "_DRIVERS", makers)
    return drivers


def test_the_first_way_that_has_the_device_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drivers = hand_drivers(monkeypatch, (), (BUILT_IN,), (HEADSET, MONITOR))

    assert open_device("mic") == (drivers[1], Choice(BUILT_IN))
    assert open_device("system=Guests") == (drivers[2], Choice(MONITOR, "Guests"))
    assert devices.list_devices() == (BUILT_IN,)
    assert drivers[0].is_closed


def test_where_no_way_has_it_the_first_one_tells_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drivers = hand_drivers(monkeypatch, (BUILT_IN,), (HEADSET,))

    with pytest.raises(MissingError, match="no device 'Yeti'") as caught:
        open_device("Yeti")
    assert caught.value.suggestion == "one of 0: 'Built-in Microphone'"
    assert all(driver.is_closed for driver in drivers)


def test_a_number_is_one_of_the_list_that_people_see(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand_drivers(monkeypatch, (BUILT_IN,), (HEADSET,))

    with pytest.raises(MissingError, match="there is no device '2'"):
        open_device("2")


def test_without_any_input_no_way_has_a_microphone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand_drivers(monkeypatch, (), ())

    with pytest.raises(MissingError, match="there is no microphone"):
        devices.list_devices()
