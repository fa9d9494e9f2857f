"""A minute each of sounds that are no speech."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

RATE = 16000
LENGTH = 60 * RATE
Sound = npt.NDArray[np.float64]


def _generator() -> np.random.Generator:
    return np.random.default_rng(7)


def _filtered(noise: Sound, low: float, high: float) -> Sound:
    """*noise* with only the frequencies between *low* and *high*."""
    spectrum = np.fft.rfft(noise)
    frequencies = np.fft.rfftfreq(len(noise), 1 / RATE)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    filtered = np.fft.irfft(spectrum, len(noise))
    return np.asarray(filtered / np.abs(filtered).max())


def silence() -> Sound:
    return np.zeros(LENGTH)


def white_noise() -> Sound:
    return _generator().standard_normal(LENGTH) * 0.05


def tone() -> Sound:
    return 0.3 * np.sin(2 * np.pi * 440 * np.arange(LENGTH) / RATE)


def typing() -> Sound:
    """Clicks of keys, five a second, unevenly."""
    chance, sound = _generator(), np.zeros(LENGTH)
    for start in np.cumsum(chance.exponential(0.2 * RATE, 280)).astype(int):
        size = min(500, LENGTH - start)
        if size > 0:
            decay = np.exp(-np.arange(size) / 80)
            sound[start : start + size] += chance.standard_normal(size) * decay * 0.3
    return sound


def fan() -> Sound:
    """Low noise, a hum and its blades."""
    times = np.arange(LENGTH) / RATE
    rush = _filtered(_generator().standard_normal(LENGTH), 30, 600) * 0.2
    hum = 0.05 * np.sin(2 * np.pi * 100 * times)
    blades: Sound = 1 + 0.2 * np.sin(2 * np.pi * 7 * times)
    return (rush + hum) * blades


def breath() -> Sound:
    """Airy noise that swells every four seconds."""
    times = np.arange(LENGTH) / RATE
    swell: Sound = np.clip(np.sin(2 * np.pi * times / 4), 0, None) ** 2
    return _filtered(_generator().standard_normal(LENGTH), 300, 3000) * swell * 0.1


def music() -> Sound:
    """Chords with overtones, a bass and a melody, struck twice a second."""
    chance, sound = _generator(), np.zeros(LENGTH)
    beat = RATE // 2
    times = np.arange(beat) / RATE
    decay = np.exp(-2 * times)
    for start in range(0, LENGTH, beat):
        root = 220 * 2 ** (chance.choice([0, 3, 5, 7, 10]) / 12)
        chord = [root / 2, root, root * 2 ** (4 / 12), root * 2 ** (7 / 12)]
        melody = 2 * root * 2 ** (chance.integers(0, 12) / 12)
        for pitch in (*chord, melody):
            for overtone in (1, 2, 3, 4):
                phase = 2 * np.pi * pitch * overtone * times
                sound[start : start + beat] += np.sin(phase) * decay / overtone
    return np.asarray(sound / np.abs(sound).max() * 0.4)


SOUNDS: tuple[Callable[[], Sound], ...] = (
    silence,
    white_noise,
    tone,
    typing,
    fan,
    breath,
    music,
)
"""Of `LENGTH` samples each, from -1 to 1."""


def pcm(sound: Sound) -> bytes:
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
