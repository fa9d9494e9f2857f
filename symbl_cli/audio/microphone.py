"""A device that records, watched: lost, found again, silent, too loud, overflowing."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TypeAlias

from ..errors import AudioError, MissingError, SymblError
from ..frozen import dataclass
from ..media.format import AudioFormat
from .devices import MICROPHONE, SYSTEM, choose, open_device
from .drivers.driver import Driver, InputDevice, Stream
from .feed import HIGHEST_RATE, LOWEST_RATE, Gate
from .levels import LevelWatch
from .source import Captured, SourceState
from .timeline import Heard, Timeline, awake_clock

log = logging.getLogger(__name__)

_MOST_WAITING = 300
"""Blocks, 30 seconds: what one who reads slowly may have waiting."""
_LOOK_EVERY = 0.1
_LOST_AFTER_LOOKS = 20
"""Counted, not timed: a process that was stopped has not lost its device."""
_SLEEP = 2.0
_TRY_AGAIN_AFTER = 0.5
_CLOSED_WITHIN = 1.0
_MOST_HANGING = 3
"""Streams that a driver may hang in closing before no more are opened."""
_RATES = (48000, 44100, 16000)


@dataclass(frozen=True, slots=True)
class _Pause:
    """Stands in the queue where a pause begins."""


@dataclass(frozen=True, slots=True)
class _End:
    """Wakes the reader when there will be no more."""


_Queued: TypeAlias = Heard | _Pause | _End


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two ways that time passes for a computer that may sleep."""

    monotonic: Callable[[], float] = time.monotonic
    awake: Callable[[], float] = awake_clock

    def asleep(self) -> float:
        """Seconds that the computer has slept, since some moment."""
        return self.awake() - self.monotonic()


def open_microphone(
    wanted: str = MICROPHONE,
    *,
    sample_rate: int | None = None,
    channels: int | None = None,
) -> "Microphone":
    """Start recording the device that *wanted*, `NAME_OR_INDEX[=SPEAKER]`, means.

    At its native rate and with one channel unless told otherwise. Raises
    `MissingError`, `UsageError` (several devices are meant) or `AudioError`.
    """
    driver, choice = open_device(wanted)
    formats = _formats(choice.device, sample_rate, channels)
    try:
        return Microphone(driver, choice.device, formats, speaker=choice.speaker)
    except AudioError:
        driver.close()
        raise


class Microphone:
    """A `Feed` of one device; it owns *driver* once it is made.

    It opens with the first of *formats* that the device takes, and keeps it. A device
    that is lost is opened again, else the default one, for as long as it takes. Until
    the first block an end of the device is an `AudioError` of `blocks`.
    """

    is_live = True

    def __init__(
        self,
        driver: Driver,
        device: InputDevice,
        formats: Sequence[AudioFormat],
        *,
        speaker: str | None = None,
        clocks: Clocks = Clocks(),
    ) -> None:
        self.name = device.name
        self.speaker = speaker
        """Who `NAME=SPEAKER` said speaks here."""
        self._driver = driver
        self._device = device
        self._clocks = clocks
        self._gate = Gate()
        self._queue: SimpleQueue[_Queued] = SimpleQueue()
        self._dropped = 0
        self._replacing = Lock()
        self._is_read = False
        self._has_begun = False
        self._idle_looks = 0
        self._heard_on = device.name
        """The device that people know of; none while it is lost."""
        self._dud = ""
        """The device that was opened last, if it gave nothing since one was lost."""
        self._closing: list[Thread] = []
        self._asleep = clocks.asleep()
        self._stream, self.format = self._open_first(formats)
        self._timeline = Timeline(self.format)
        self._levels = LevelWatch(self.format)

    def blocks(self) -> Iterator[Captured]:
        self._is_read = True
        try:
            while True:
                match self._next():
                    case Heard() as heard:
                        yield from self._hear(heard)
                    case _Pause():
                        yield from self._pause()
                    case _End():
                        return
                    case None:
                        yield from self._look_after()
        finally:
            self.close()
            _in_time(self._driver.close)

    def pause(self) -> None:
        if not self._gate.is_shut:
            self._gate.shut()
            self._queue.put(_Pause())

    def resume(self) -> None:
        self._gate.open()

    def close(self) -> None:
        """Stop recording. What was heard so far stays to be read."""
        if self._gate.is_closed:
            return
        self._gate.close()
        self._replace_stream(_NOTHING)
        self._queue.put(_End())
        if not self._is_read:
            _in_time(self._driver.close)

    def _open_first(self, formats: Sequence[AudioFormat]) -> tuple[Stream, AudioFormat]:
        failures: list[AudioError] = []
        for audio_format in formats:
            try:
                stream = self._driver.open(self._device, audio_format, self._deliver)
            except AudioError as exc:
                log.debug("%s", exc.message)
                failures.append(exc)
            else:
                log.info("recording %r at %s", self.name, audio_format)
                return stream, audio_format
        raise failures[0]

    def _deliver(self, pcm: bytes, *, has_overflowed: bool = False) -> None:
        """Called by the driver's thread, which must not wait."""
        if self._gate.is_shut or self._gate.is_closed:
            return
        if self._queue.qsize() >= _MOST_WAITING:
            self._dropped += self.format.count(pcm)
            return
        arrived, awake = self._clocks.monotonic(), self._clocks.awake()
        self._queue.put(Heard(pcm, arrived, awake, has_overflowed, self._dropped))
        self._dropped = 0

    def _next(self) -> _Queued | None:
        try:
            return self._queue.get(timeout=_LOOK_EVERY)
        except Empty:
            return None

    def _hear(self, heard: Heard) -> Iterator[Captured]:
        self._has_begun = True
        self._idle_looks = 0
        self._dud = ""
        if self._heard_on != self._device.name:
            self._heard_on = self._device.name
            yield SourceState("device_changed", device=self._device.name)
        yield from self._timeline.after(heard)
        yield from self._levels.after(heard.pcm)

    def _look_after(self) -> Iterator[Captured]:
        """See why nothing comes."""
        asleep, self._asleep = self._asleep, self._clocks.asleep()
        if self._gate.is_closed:
            return
        if self._asleep - asleep > _SLEEP:
            yield from self._open_again()
            return
        self._idle_looks += 1
        if self._stream.is_active and self._idle_looks < _LOST_AFTER_LOOKS:
            return
        if not self._has_begun:
            raise self._gives_nothing()
        if not self._heard_on:
            self._dud = self._device.name
        yield from self._lose()
        yield from self._open_again()

    def _lose(self) -> Iterator[Captured]:
        """Told once until it is heard again."""
        if self._heard_on:
            self._heard_on = ""
            yield SourceState("device_lost", device=self._device.name)
        yield from self._timeline.lose_device(self._clocks.awake())

    def _pause(self) -> Iterator[Captured]:
        self._replace_stream(_NOTHING)
        yield SourceState("paused")
        self._gate.wait_until_open()
        paused = self._timeline.pause()
        yield from self._open_again()
        if not self._gate.is_closed:
            yield SourceState("resumed")
            yield paused

    def _gives_nothing(self) -> AudioError:
        words = self._stream.last_words
        return AudioError(
            f"{self.name!r} gives no sound" + (f": {words}" if words else ""),
            suggestion="see `symbl devices` for the others",
        )

    def _open_again(self) -> Iterator[Captured]:
        """Open the same device, else the default, as soon as one can be.

        On a thread that is left behind when this is closed: a driver may hang.
        """
        self._replace_stream(_NOTHING)
        self._idle_looks = 0
        opening = Thread(target=self._keep_trying, name="open device", daemon=True)
        opening.start()
        looks = 0
        while self._is_awaited(opening):
            looks += 1
            if looks == _LOST_AFTER_LOOKS:  # after a pause, or a sleep
                yield from self._lose()
            yield from self._timeline.absent(self._clocks.awake())

    def _is_awaited(self, opening: Thread) -> bool:
        """Whether there is still none after a while."""
        opening.join(_LOOK_EVERY)
        return opening.is_alive() and not self._gate.is_closed

    def _keep_trying(self) -> None:
        while not (self._gate.is_closed or self._reopens()):
            self._gate.wait_until_closed(_TRY_AGAIN_AFTER)

    def _reopens(self) -> bool:
        try:
            return any(map(self._takes, self._same_and_default()))
        except SymblError as exc:
            log.debug("%s", exc.message)
            return False

    def _takes(self, device: InputDevice) -> bool:
        """Whether *device* could be opened in place of the one that was."""
        self._closing = [thread for thread in self._closing if thread.is_alive()]
        if len(self._closing) >= _MOST_HANGING:
            return False
        try:
            stream = self._driver.open(device, self.format, self._deliver)
        except AudioError as exc:
            log.debug("%s", exc.message)
            return False
        self._device = device
        self._replace_stream(stream)
        return True

    def _same_and_default(self) -> list[InputDevice]:
        """What to record now, best first; one that just gave nothing comes last."""
        devices = self._driver.devices()
        same = [device for device in devices if device.name == self.name]
        kind = SYSTEM if self._device.is_monitor else MICROPHONE
        try:
            default = [choose(devices, kind).device]
        except MissingError:
            default = []
        return sorted(same[:1] + default, key=lambda device: device.name == self._dud)

    def _replace_stream(self, stream: Stream) -> None:
        """Close the one there is; once all is closed, *stream* too."""
        with self._replacing:
            old, self._stream = self._stream, stream
        if old is not _NOTHING:
            self._closing += _in_time(old.close)
        if self._gate.is_closed and stream is not _NOTHING:
            self._replace_stream(_NOTHING)


class _Nothing:
    """The stream of a device that is closed."""

    is_active = False
    last_words = ""

    def close(self) -> None: ...


_NOTHING = _Nothing()


def _in_time(close: Callable[[], None]) -> list[Thread]:
    """Call *close*, but leave it behind where a driver hangs in it: on that thread.

    Words that were heard must not wait for a device that was torn out.
    """
    closing = Thread(target=close, name="close device", daemon=True)
    closing.start()
    closing.join(_CLOSED_WITHIN)
    if closing.is_alive():
        log.info("the audio driver does not let go of its device")
        return [closing]
    return []


def _formats(
    device: InputDevice, sample_rate: int | None, channels: int | None
) -> list[AudioFormat]:
    """What to try, best first: the native rate and one channel, unless told."""
    native = [device.sample_rate] if _is_taken(device.sample_rate) else []
    rates = [sample_rate] if sample_rate else [*native, *_RATES]
    counts = [channels] if channels else [1, 2, device.channels]
    return [
        AudioFormat(rate, count)
        for count in dict.fromkeys(counts)
        for rate in dict.fromkeys(rates)
        if count <= device.channels or channels
    ]


def _is_taken(rate: int) -> bool:
    return LOWEST_RATE <= rate <= HIGHEST_RATE
