"""Feeds and drivers that tests fill by hand."""

from collections.abc import Iterator, Sequence
from threading import Event, Semaphore

from symbl_cli.audio.drivers.driver import Deliver, InputDevice
from symbl_cli.audio.source import Captured
from symbl_cli.errors import AudioError, SymblError
from symbl_cli.media.format import AudioFormat


class ListFeed:
    """A feed of the items given; a failure is raised where it stands."""

    is_live = True
    name = "desk"

    def __init__(
        self, *items: Captured | SymblError, rate: int = 8000, channels: int = 1
    ) -> None:
        self._items = items
        self.format = AudioFormat(rate, channels)
        self.is_closed = False
        self.is_paused = False

    def blocks(self) -> Iterator[Captured]:
        for item in self._items:
            match item:
                case SymblError():
                    raise item
                case _:
                    yield item

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def close(self) -> None:
        self.is_closed = True


class HandStream:
    """A device under a test's hand."""

    def __init__(
        self,
        device: InputDevice,
        audio_format: AudioFormat,
        deliver: Deliver,
        may_close: Event,
    ) -> None:
        self._may_close = may_close
        self.device = device
        self.format = audio_format
        self.say = deliver
        self.is_active = True
        self.last_words = ""

    def close(self) -> None:
        self.is_active = False
        self._may_close.wait(30)


class HandDriver:
    """A driver whose devices a test plugs in and out."""

    name = "by hand"

    def __init__(
        self, *devices: InputDevice, takes: Sequence[AudioFormat] = ()
    ) -> None:
        self.plugged = devices
        self.streams: list[HandStream] = []
        self.is_closed = False
        self.first_words = b""
        """Heard as soon as a device is opened."""
        self.is_dead = False
        """Whether what is opened ends at once."""
        self.refused = ""
        """The device that cannot be opened."""
        self.closing_waits_for = Event()
        """Until it is set a stream that is opened hangs in closing."""
        self.closing_waits_for.set()
        self._takes = takes
        self._opened = Semaphore(0)

    def devices(self) -> tuple[InputDevice, ...]:
        return self.plugged

    def open(
        self, device: InputDevice, audio_format: AudioFormat, deliver: Deliver
    ) -> HandStream:
        if self._takes and audio_format not in self._takes:
            raise AudioError(f"{device.name!r} does not take {audio_format}")
        if device.name == self.refused:
            raise AudioError(f"{device.name!r} is in use")
        self.streams.append(
            HandStream(device, audio_format, deliver, self.closing_waits_for)
        )
        self._opened.release()
        self.streams[-1].is_active = not self.is_dead
        if self.first_words:
            deliver(self.first_words)
        return self.streams[-1]

    def has_opened(self, times: int, *, within: float = 10) -> bool:
        """Whether a device is opened so many *times*, soon."""
        return all(self._opened.acquire(timeout=within) for _ in range(times))

    def close(self) -> None:
        self.is_closed = True
