from collections.abc import Generator, Iterator
from contextlib import suppress
from threading import Event, Thread
from typing import ClassVar

import pytest

from symbl_cli.audio.drivers.driver import InputDevice
from symbl_cli.audio.microphone import _LOOK_EVERY, Clocks, Microphone
from symbl_cli.audio.source import Absent, Captured, Chunk, Skipped, SourceState
from symbl_cli.errors import AudioError
from symbl_cli.media.format import AudioFormat
from tests.audio.feeds import HandDriver
from tests.wavs import ramp

YETI = InputDevice(3, "Yeti", 1, 1000)
BUILT_IN = InputDevice(0, "Built-in", 1, 1000, is_default=True)
MONO = AudioFormat(1000)
TOLD_WITHIN = 3.0
BLOCK = ramp(125)  # an eighth of a second, so that clocks are exact


class Time:
    """Two clocks that a test moves: the awake one goes on in a sleep."""

    def __init__(self) -> None:
        self.running = 50.0
        self.slept = 0.0
        self.looks = 0
        """How often the time was asked for: once a look at what gives no sound."""

    def clocks(self) -> Clocks:
        return Clocks(lambda: self.running, self._awake)

    def _awake(self) -> float:
        self.looks += 1
        return self.running + self.slept


class Desk:
    """A microphone, its driver and its time."""

    used: ClassVar[list["Desk"]] = []

    def __init__(self, *devices: InputDevice) -> None:
        self.used.append(self)
        self.time = Time()
        self.driver = HandDriver(*devices)
        self.microphone = Microphone(
            self.driver, devices[0], [MONO], clocks=self.time.clocks()
        )
        self.items = self._heard()
        self.late: list[int] = []
        """The positions at which there was no device."""

    def say(self, *, has_overflowed: bool = False) -> None:
        self.time.running += 0.125
        self.driver.streams[-1].say(BLOCK, has_overflowed=has_overflowed)

    def _heard(self) -> Generator[Captured, None, None]:
        for item in self.microphone.blocks():
            match item:
                case Absent(position=position):
                    self.late.append(position)
                case _:
                    yield item

    def hear(self, count: int) -> list[Captured]:
        return [next(self.items) for _ in range(count)]

    def lose(self) -> list[Captured]:
        """The device that was heard is gone, and what is opened ends at once."""
        self.say()
        self.hear(1)
        self.driver.is_dead = True
        self.driver.streams[-1].is_active = False
        return self.hear(1)


@pytest.fixture(autouse=True)
def tidy_up() -> Iterator[None]:
    """What a failed test leaves open would hang the end of the process."""
    yield
    while Desk.used:
        desk = Desk.used.pop()
        desk.microphone.close()
        with suppress(ValueError):  # a thread that the test left reads it to its end
            desk.items.close()


def test_capture_starts_before_anybody_reads() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.say()

    assert desk.hear(2) == [Chunk(0, BLOCK, 50.125), Chunk(125, BLOCK, 50.25)]
    assert (desk.microphone.name, desk.microphone.is_live) == ("Yeti", True)


def test_it_opens_with_the_first_format_that_the_device_takes() -> None:
    stereo = AudioFormat(44100, 2)
    driver = HandDriver(YETI, takes=[stereo])

    microphone = Microphone(driver, YETI, [MONO, AudioFormat(44100), stereo])

    assert microphone.format == stereo
    microphone.close()


def test_a_device_that_takes_nothing_is_an_error() -> None:
    driver = HandDriver(YETI, takes=[AudioFormat(1)])

    with pytest.raises(AudioError, match="'Yeti' does not take"):
        Microphone(driver, YETI, [MONO])


def test_what_was_heard_before_it_was_closed_still_comes() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.microphone.close()
    desk.microphone.close()
    desk.driver.streams[-1].say(BLOCK)

    assert list(desk.items) == [Chunk(0, BLOCK, 50.125)]
    assert not desk.driver.streams[-1].is_active
    assert desk.driver.is_closed


def test_a_microphone_that_nobody_reads_lets_go_of_its_device() -> None:
    desk = Desk(YETI)

    desk.microphone.close()

    assert not desk.driver.streams[-1].is_active
    assert desk.driver.is_closed


def test_what_the_device_lost_is_skipped_and_said() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.time.running += 0.5
    desk.say(has_overflowed=True)

    assert desk.hear(4) == [
        Chunk(0, BLOCK, 50.125),
        Skipped(125, 625, "overflow"),
        SourceState("audio_dropped", seconds=0.5, cause="computer"),
        Chunk(625, BLOCK, 50.75),
    ]


def test_one_who_reads_nothing_loses_what_is_past_three_hundred_blocks() -> None:
    desk = Desk(YETI)
    for _ in range(320):
        desk.say()
    heard = desk.hear(300)
    desk.say()

    assert heard[-1] == Chunk(37_375, BLOCK, 87.5)
    assert desk.hear(3) == [
        Skipped(37_500, 40_000, "overflow"),
        SourceState("audio_dropped", seconds=2.5, cause="computer"),
        Chunk(40_000, BLOCK, 90.125),
    ]


def test_an_unplugged_device_gives_way_to_the_default_one() -> None:
    desk = Desk(YETI, BUILT_IN)
    desk.say()
    desk.hear(1)

    desk.driver.plugged = (BUILT_IN,)
    desk.driver.streams[-1].is_active = False
    desk.time.running += 3
    desk.driver.first_words = BLOCK

    assert desk.hear(5) == [
        SourceState("device_lost", device="Yeti"),
        Skipped(125, 3125, "device_lost"),
        SourceState("device_changed", device="Built-in"),
        SourceState("gap", seconds=3.0, cause="device"),
        Chunk(3125, BLOCK, 53.125),
    ]
    assert desk.driver.streams[-1].format == MONO


def test_a_device_that_is_plugged_in_again_is_taken_again() -> None:
    desk = Desk(YETI, BUILT_IN)
    desk.say()
    desk.hear(1)
    desk.driver.plugged = ()
    desk.driver.streams[-1].is_active = False
    lost = desk.hear(1)

    desk.driver.plugged = (BUILT_IN, InputDevice(4, "Yeti", 1, 1000))
    desk.driver.first_words = BLOCK

    assert lost == [SourceState("device_lost", device="Yeti")]
    assert desk.hear(1) == [SourceState("device_changed", device="Yeti")]
    assert desk.driver.streams[-1].device.index == 4


def test_while_there_is_no_device_it_is_told_how_late_it_is() -> None:
    desk = Desk(YETI)
    blocks = desk.microphone.blocks()
    desk.say()
    desk.driver.plugged = ()
    desk.driver.streams[-1].is_active = False
    heard = [next(blocks) for _ in range(3)]
    desk.time.running += 9
    later = [item for _, item in zip(range(3), blocks, strict=False)]

    assert heard == [
        Chunk(0, BLOCK, 50.125),
        SourceState("device_lost", device="Yeti"),
        Absent(125),
    ]
    assert Absent(9125) in later


def test_a_device_that_went_during_a_pause_is_lost_once_it_is_missed() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.microphone.pause()
    desk.driver.plugged = ()
    desk.microphone.resume()
    heard = desk.hear(2)
    desk.time.looks = 0
    heard += desk.hear(1)
    looks = desk.time.looks
    desk.driver.first_words = BLOCK
    desk.driver.plugged = (YETI,)

    assert heard + desk.hear(3) == [
        Chunk(0, BLOCK, 50.125),
        SourceState("paused"),
        SourceState("device_lost", device="Yeti"),
        SourceState("resumed"),
        Skipped(125, 125, "paused"),
        SourceState("device_changed", device="Yeti"),
    ]
    assert 1 < looks <= TOLD_WITHIN / _LOOK_EVERY
    assert desk.late == []


def test_a_device_that_went_while_the_computer_slept_is_lost_too() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.hear(1)
    desk.driver.plugged = ()
    desk.time.slept = 3600.0

    assert desk.hear(1) == [SourceState("device_lost", device="Yeti")]
    desk.microphone.close()


def test_closing_ends_the_search_for_a_device() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.hear(1)
    desk.driver.plugged = ()
    desk.driver.streams[-1].is_active = False
    desk.hear(1)

    desk.microphone.close()

    assert list(desk.items) == []


def test_a_device_that_goes_quiet_without_a_word_is_lost_too() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.hear(1)
    desk.driver.first_words = BLOCK
    desk.time.looks = 0
    lost = desk.hear(1)
    looks = desk.time.looks

    assert lost + desk.hear(2) == [
        SourceState("device_lost", device="Yeti"),
        SourceState("device_changed", device="Yeti"),
        Chunk(125, BLOCK, 50.125),
    ]
    assert 1 < looks <= TOLD_WITHIN / _LOOK_EVERY


def test_a_device_that_stays_quiet_is_lost_only_once() -> None:
    desk = Desk(YETI)
    lost = desk.lose()

    heard = Thread(target=lambda: lost.extend(desk.hear(1)))
    heard.start()
    assert desk.driver.has_opened(4)
    desk.driver.is_dead = False
    desk.driver.first_words = BLOCK
    heard.join(10)

    assert lost == [
        SourceState("device_lost", device="Yeti"),
        SourceState("device_changed", device="Yeti"),
    ]


def test_a_device_that_gives_nothing_again_gives_way_to_the_default() -> None:
    desk = Desk(YETI, BUILT_IN)
    lost = desk.lose()

    heard = Thread(target=lambda: lost.extend(desk.hear(1)))
    heard.start()
    assert desk.driver.has_opened(3)
    desk.driver.streams[-1].say(BLOCK)
    heard.join(10)

    assert [one.device for one in desk.driver.streams[:3]] == [YETI, YETI, BUILT_IN]
    assert lost == [
        SourceState("device_lost", device="Yeti"),
        SourceState("device_changed", device="Built-in"),
    ]


def test_a_device_that_cannot_be_opened_again_gives_way_to_the_default() -> None:
    desk = Desk(YETI, BUILT_IN)
    desk.say()
    desk.hear(1)
    desk.driver.refused = "Yeti"
    desk.driver.first_words = BLOCK
    desk.driver.streams[-1].is_active = False

    assert desk.hear(2) == [
        SourceState("device_lost", device="Yeti"),
        SourceState("device_changed", device="Built-in"),
    ]


def test_a_driver_that_hangs_in_closing_is_not_asked_without_end() -> None:
    desk = Desk(YETI)
    released = Event()
    desk.driver.closing_waits_for = released
    lost = desk.lose()

    reading = Thread(target=lambda: lost.extend(desk.items))
    reading.start()
    assert desk.driver.has_opened(4)  # once as it should, three times in vain
    opened_more = desk.driver.has_opened(1, within=2)
    released.set()
    desk.microphone.close()
    reading.join(10)

    assert not opened_more
    assert lost == [SourceState("device_lost", device="Yeti")]


@pytest.mark.parametrize("call", ["open", "devices"])
def test_a_driver_that_hangs_does_not_keep_the_last_words(call: str) -> None:
    desk = Desk(YETI)
    desk.say()
    desk.hear(1)
    released = Event()

    def hang(*_: object) -> None:
        desk.microphone.close()
        released.wait(30)
        raise AudioError("torn out")

    setattr(desk.driver, call, hang)
    desk.driver.streams[-1].is_active = False

    assert list(desk.items) == [SourceState("device_lost", device="Yeti")]
    released.set()


def test_a_device_that_never_gives_a_sound_is_an_error() -> None:
    desk = Desk(YETI)
    desk.driver.streams[-1].is_active = False
    desk.driver.streams[-1].last_words = "no such device"

    with pytest.raises(AudioError, match="'Yeti' gives no sound: no such device"):
        desk.hear(1)
    assert desk.driver.is_closed


def test_a_computer_that_slept_opens_the_device_again_and_says_the_gap() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.hear(1)
    desk.time.slept = 3600.0

    desk.driver.first_words = BLOCK

    assert desk.hear(3) == [
        Skipped(125, 3_600_000, "sleep"),
        SourceState("gap", seconds=3599.875, cause="computer"),
        Chunk(3_600_000, BLOCK, 50.125),
    ]
    assert len(desk.driver.streams) == 2


def test_a_pause_lets_go_of_the_device_and_stops_the_count() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.microphone.pause()
    desk.microphone.pause()
    desk.driver.streams[-1].say(BLOCK)
    heard = desk.hear(2)
    was_active = desk.driver.streams[-1].is_active
    desk.time.running += 900
    desk.microphone.resume()
    heard += desk.hear(2)
    desk.say()

    assert not was_active
    assert heard + desk.hear(1) == [
        Chunk(0, BLOCK, 50.125),
        SourceState("paused"),
        SourceState("resumed"),
        Skipped(125, 125, "paused"),
        Chunk(125, BLOCK, 950.25),
    ]


def test_a_pause_that_was_over_before_anybody_looked_is_one_all_the_same() -> None:
    desk = Desk(YETI)
    desk.say()
    desk.microphone.pause()
    desk.time.running += 900
    desk.microphone.resume()
    desk.say()

    assert desk.hear(5) == [
        Chunk(0, BLOCK, 50.125),
        SourceState("paused"),
        SourceState("resumed"),
        Skipped(125, 125, "paused"),
        Chunk(125, BLOCK, 950.25),
    ]


def test_closing_ends_a_pause() -> None:
    desk = Desk(YETI)
    desk.microphone.pause()
    assert desk.hear(1) == [SourceState("paused")]

    desk.microphone.close()

    assert list(desk.items) == []


def test_silence_and_clipping_are_said() -> None:
    desk = Desk(YETI)
    for _ in range(16):
        desk.driver.streams[-1].say(bytes(250))
    desk.driver.streams[-1].say(b"\xff\x7f" * 125)

    states = [it for it in desk.hear(19) if isinstance(it, SourceState)]

    assert states == [SourceState("input_silent"), SourceState("clipping")]


def test_a_lost_monitor_gives_way_to_another_monitor() -> None:
    playing = InputDevice(1, "Monitor of Yeti", 1, 1000, is_monitor=True)
    other = InputDevice(2, "Monitor of Built-in", 1, 1000, is_monitor=True)
    desk = Desk(playing, BUILT_IN, other)
    desk.say()
    desk.hear(1)

    desk.driver.plugged = (BUILT_IN, other)
    desk.driver.streams[-1].is_active = False

    desk.driver.first_words = BLOCK

    assert desk.hear(2) == [
        SourceState("device_lost", device="Monitor of Yeti"),
        SourceState("device_changed", device="Monitor of Built-in"),
    ]


def test_a_device_that_changed_during_a_pause_is_named() -> None:
    desk = Desk(YETI, BUILT_IN)
    desk.microphone.pause()
    desk.driver.plugged = (BUILT_IN,)
    desk.driver.first_words = BLOCK
    desk.microphone.resume()

    assert desk.hear(5) == [
        SourceState("paused"),
        SourceState("resumed"),
        Skipped(0, 0, "paused"),
        SourceState("device_changed", device="Built-in"),
        Chunk(0, BLOCK, 50.0),
    ]
