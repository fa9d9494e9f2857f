"""What every source of sound is to those who read it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol, TypeAlias

from ..frozen import dataclass
from ..media.format import AudioFormat


@dataclass(frozen=True, slots=True)
class Chunk:
    """Sound as it was captured: mono, whole samples, 100 ms or less."""

    position: int
    """Of its first sample, counted from the first sample of the run."""
    pcm: bytes
    arrived: float = 0.0
    """When its last sample came, by the monotonic clock; 0 where that means nothing."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Samples *start* to *end* will not come; a pause has start == end."""

    start: int
    end: int
    cause: str
    """`overflow`, `device_lost`, `sleep`, `paused`."""
    at: datetime | None = None
    """Wall time of *end*, where it is not now."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """Something about the source that people want to know: one status line.

    *state* is one of docs/json-lines.md's (`input_silent`, `clipping`, `device_lost`,
    `device_changed`, `audio_dropped`, `gap`, `paused`, `resumed`).
    """

    state: str
    device: str = ""
    seconds: float = 0.0
    cause: str = ""
    """As there, where it is known."""
    is_shared: bool = False
    """Whether it is of a device at which several speak, and of none of them alone."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing comes, for the device is away, and time goes on."""

    position: int
    """Of the sample that would come now."""


Captured: TypeAlias = Chunk | Skipped | SourceState | Absent


class AudioSource(Protocol):
    """Mono sound of one speaker, in order.

    Capture starts when the source is made, not when it is first read. `chunks` is
    read by one thread and ends when the sound does or after `close`, which any
    thread may call, more than once; what was captured by then still comes out.
    It raises `SymblError` when the sound cannot be had any more.
    """

    @property
    def name(self) -> str: ...

    @property
    def speaker(self) -> str | None:
        """The name given to who speaks here, if any."""

    @property
    def format(self) -> AudioFormat: ...

    @property
    def is_live(self) -> bool:
        """Whether sound comes at the speed of speech and cannot be asked to wait.

        As far as is known: of a pipe it shows.
        """

    def chunks(self) -> Iterator[Captured]: ...

    def close(self) -> None: ...
