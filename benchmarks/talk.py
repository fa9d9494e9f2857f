"""Hours of conversation between two, out of a few clips: no two minutes are alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import soundfile

from benchmarks.recordings import RATE, read_recordings

ROOT = Path(__file__).parents[1]
SCENES = (
    ROOT / "symbl_cli" / "resources" / "demo" / "conversation.flac",
    ROOT / "tests" / "fixtures" / "second.flac",
)
"""Conversations of two, a channel each."""
VOICES = 2
_SECOND_VOICE = 0.35
"""How often a clip of one voice is the second speaker's."""
_NOISE_SECONDS = 20
_LOUDEST = 32000.0

Samples = npt.NDArray[np.float32]
"""Frames by voices, in 16-bit steps."""


@dataclass(frozen=True, slots=True)
class Clip:
    name: str
    sound: Samples

    @property
    def voices(self) -> int:
        return int(self.sound.shape[1])


@dataclass(frozen=True, slots=True)
class Turn:
    """A clip in the conversation; positions are samples."""

    clip: Clip
    voice: int
    """Whose channel its first voice is on."""
    start: int
    end: int
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Variety:
    """From the least to the most; gain in decibels, noise in 16-bit steps."""

    pause: tuple[float, float] = (0.2, 2.0)
    gain: tuple[float, float] = (-12.0, 3.0)
    noise: tuple[float, float] = (2.0, 40.0)


USUAL = Variety()


def read_clips(folder: Path) -> list[Clip]:
    """What `refs.jsonl` in *folder* names, of one voice, and the scenes, of two."""
    alone = [
        Clip(one.path.stem, one.samples().astype(np.float32).reshape(-1, 1))
        for one in read_recordings(folder)
    ]
    return alone + [_read_scene(path) for path in SCENES]


def take_turns(
    clips: Sequence[Clip], seconds: float, random: Random, variety: Variety
) -> Iterator[Turn]:
    """All of *clips* in an order of chance, and anew, for *seconds*."""
    position = 0
    while True:
        for clip in random.sample(clips, len(clips)):
            start = position + round(random.uniform(*variety.pause) * RATE)
            position = start + len(clip.sound)
            if position > seconds * RATE:
                return
            is_second = clip.voices < VOICES and random.random() < _SECOND_VOICE
            gain = 10 ** (random.uniform(*variety.gain) / 20)
            yield Turn(clip, int(is_second), start, position, gain)


class Room:
    """Puts turns into one sound, with the noise of the room behind them."""

    def __init__(self, random: Random, variety: Variety) -> None:
        self._random = random
        self._noise = variety.noise
        made = np.random.default_rng(random.getrandbits(32))
        white = made.standard_normal((_NOISE_SECONDS * RATE, VOICES))
        # Rooms hum more than they hiss.
        hum = white[1:] + 0.9 * white[:-1]
        self._hiss: Samples = (hum / hum.std()).astype(np.float32)
        self._end = 0

    def play(self, turn: Turn) -> bytes:
        """16-bit PCM of both channels, from the turn before to the end of *turn*."""
        sound = self._background(turn.end - self._end)
        first = turn.start - self._end
        voices = slice(turn.voice, turn.voice + turn.clip.voices)
        sound[first:, voices] += turn.clip.sound * turn.gain
        self._end = turn.end
        return np.clip(sound, -_LOUDEST, _LOUDEST).astype("<i2").tobytes()

    def still(self, seconds: float) -> bytes:
        """Nobody speaks."""
        return self._background(round(seconds * RATE)).astype("<i2").tobytes()

    def _background(self, count: int) -> Samples:
        begin = self._random.randrange(len(self._hiss))
        places = np.arange(begin, begin + count) % len(self._hiss)
        background: Samples = self._hiss[places] * self._random.uniform(*self._noise)
        return background


def write_clip(clip: Clip, path: Path) -> Path:
    """As it is, with a second of silence around it."""
    still = np.zeros((RATE, clip.voices), np.float32)
    sound = np.concatenate([still, clip.sound, still])
    soundfile.write(path, sound.astype(np.int16), RATE, subtype="PCM_16")
    return path


def _read_scene(path: Path) -> Clip:
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    if (rate, samples.shape[1]) != (RATE, VOICES):
        raise SystemExit(f"{path} is not of two voices at {RATE} Hz")
    return Clip(path.parent.name, np.asarray(samples, np.float32))
