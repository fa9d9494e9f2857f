"""A computer that sleeps in the middle of a conversation: clocks are moved by hand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from symbl_cli.audio.channels import split
from symbl_cli.audio.drivers.driver import InputDevice
from symbl_cli.audio.microphone import Clocks, Microphone
from symbl_cli.lines import Cause, State, Status
from symbl_cli.media.format import AudioFormat
from symbl_cli.streaming.capture import Capture
from symbl_cli.streaming.spool import MemorySpool
from symbl_cli.streaming.timeline import Timeline
from tests.audio.feeds import HandDriver
from tests.fakes import TIMEOUT
from tests.wavs import ramp

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WOKEN = NOON + timedelta(hours=1)
YETI = InputDevice(3, "Yeti", 1, 1000)
BLOCK = ramp(125)  # an eighth of a second


class Recorded:
    """A microphone, and what its capture tells of it."""

    def __init__(self, slept: list[float]) -> None:
        self.driver = HandDriver(YETI)
        clocks = Clocks(lambda: 50.0, lambda: 50.0 + slept[0])
        self.microphone = Microphone(
            self.driver, YETI, [AudioFormat(1000)], clocks=clocks
        )
        self.timeline = Timeline(NOON, 1000)
        self.told: list[Status] = []
        self.has_gap = Event()
        (source,) = split(self.microphone)
        self.capture = Capture(
            source,
            MemorySpool(may_wait=lambda: False, tell_lost=lambda *_: None),
            self.timeline,
            tell=self._tell,
            wall=lambda: WOKEN,
            limit=None,
            speaker=None,
        )

    def _tell(self, status: Status) -> None:
        self.told.append(status)
        if status.state is State.GAP:
            self.has_gap.set()


@pytest.mark.parametrize("count", [1, 2])
def test_a_sleep_is_a_gap_after_which_the_wall_clock_counts_anew(count: int) -> None:
    slept = [0.0]
    recorded = [Recorded(slept) for _ in range(count)]
    for one in recorded:
        one.driver.streams[-1].say(BLOCK)
        one.driver.first_words = BLOCK
    with ThreadPoolExecutor(count) as executor:
        running = [executor.submit(one.capture.run) for one in recorded]
        slept[0] = 3600.0
        gaps = [one.has_gap.wait(TIMEOUT) for one in recorded]
        for one in recorded:
            one.microphone.close()
        for run in running:
            run.result(TIMEOUT)

    assert gaps == [True] * count
    for one in recorded:
        assert one.told == [
            Status(State.GAP, seconds=3599.875, cause=Cause.COMPUTER, start=0.125)
        ]
        assert len(one.driver.streams) == 2  # it was opened again
        assert one.timeline.wall(124) < NOON + timedelta(seconds=1)
        assert one.timeline.wall(3_600_000) == WOKEN
