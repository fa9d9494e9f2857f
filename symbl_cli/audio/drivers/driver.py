"""What every way to a sound card is to those who record."""

from typing import Protocol

from ...frozen import dataclass
from ...media.format import AudioFormat


@dataclass(frozen=True, slots=True)
class InputDevice:
    """Something that sound can be recorded from."""

    index: int
    name: str
    channels: int
    sample_rate: int
    """Its native one."""
    is_default: bool = False
    is_monitor: bool = False
    """Whether it hears what this computer plays."""
    id: str = ""
    """What a recorder program calls it."""


class Deliver(Protocol):
    """Takes sound on a thread of the driver's, so it must not wait."""

    def __call__(self, pcm: bytes, *, has_overflowed: bool = False) -> None:
        """Take interleaved 16-bit samples; some before them may have been lost."""


class Stream(Protocol):
    """A device that is being recorded."""

    @property
    def is_active(self) -> bool:
        """Whether more may come; a driver may notice the end of a device late."""

    @property
    def last_words(self) -> str:
        """Why it ended, where that is known."""

    def close(self) -> None:
        """Stop; nothing is delivered any more when this returns."""


class Driver(Protocol):
    """A way to the sound card. `AudioError` is all that it raises."""

    @property
    def name(self) -> str: ...

    def devices(self) -> tuple[InputDevice, ...]:
        """Every input there is at this moment; open streams may end by asking."""

    def open(
        self, device: InputDevice, audio_format: AudioFormat, deliver: Deliver
    ) -> Stream:
        """Record *device*, starting now."""

    def close(self) -> None: ...
