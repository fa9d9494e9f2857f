"""How loud a microphone is, for people who set it up."""

from collections.abc import Iterator
from math import log10

from ..frozen import dataclass
from ..media import samples
from .feed import Feed
from .source import Absent, Chunk, SourceState

_QUIETEST = -60.0
_CLIPPED, _SILENT = -0.1, -90.0


@dataclass(frozen=True, slots=True)
class Level:
    """The loudest moment of one block."""

    peak: float
    """Between 0, digital silence, and 1."""

    @property
    def decibels(self) -> float:
        """Below full scale."""
        return 20 * log10(self.peak) if self.peak else _SILENT - 1

    @property
    def remark(self) -> str:
        """What to do about it, if anything."""
        if self.decibels >= _CLIPPED:
            return "too loud"
        return "nothing but silence: muted?" if self.decibels < _SILENT else ""


def measure(feed: Feed, seconds: float) -> Iterator[Level | SourceState]:
    """How loud each block of *feed* is for *seconds*, and what befalls the device."""
    end = seconds * feed.format.sample_rate
    for item in feed.blocks():
        match item:
            case Chunk(position=position, pcm=pcm):
                if position >= end:
                    return
                yield Level(samples.peak(pcm))
            case SourceState():
                yield item
            case Absent(position=position) if position >= end:
                return
            case _:
                pass


def draw(level: Level, width: int = 40) -> str:
    """*level* as a bar, full at full scale and empty at -60 dB."""
    share = max(0.0, 1 - level.decibels / _QUIETEST)
    bar = ("#" * round(share * width)).ljust(width)
    number = f"{level.decibels:4.0f} dB" if level.peak else "   -  dB"
    return f"[{bar}] {number} {level.remark}".rstrip()
