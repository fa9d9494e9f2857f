"""A stretch of sound without a gap: decoded, listened to, cut into segments."""

from collections import deque
from collections.abc import Iterator

import numpy as np

from ...media.format import AudioFormat
from .decoder import open_decoder
from .recognizer import SAMPLE_RATE
from .resampling import Samples
from .segmenter import WINDOW, Segmenter, Step
from .voice_activity import VoiceActivity

_AT_ONCE = 4 * WINDOW
"""To detect speech in more takes longer than others should wait."""
_WIDTH = np.dtype(np.float32).itemsize


class Section:
    """Positions are at *rate* and begin at *position*; everything else is at 16 kHz."""

    def __init__(
        self,
        audio_format: AudioFormat,
        position: int,
        rate: int,
        detector: VoiceActivity,
    ) -> None:
        self._format = audio_format
        self._position = position
        self._rate = rate
        self._decoder = open_decoder(audio_format)
        self._detector = detector
        self._segmenter = Segmenter()
        self._probabilities: deque[float] = deque()
        self._samples = bytearray()
        self._forgotten = 0
        self._detected = 0
        self._has_ended = False
        self._is_whole = True
        self.is_over = False
        """Whether all its steps were taken."""
        self.is_stalled = False
        """Whether no sound has come for a while."""

    @property
    def received(self) -> int:
        """The position behind its last sample."""
        scaled = self._decoder.received * self._rate // self._format.sample_rate
        return self._position + scaled

    @property
    def is_asking(self) -> bool:
        return self._segmenter.is_asking

    @property
    def heard(self) -> int:
        """Samples that the segmenter has taken."""
        return self._segmenter.heard

    @property
    def silence(self) -> int:
        """Samples since the last that were speech."""
        return self._segmenter.silence

    @property
    def waiting(self) -> int:
        """Samples that it has not taken, for it waits for an answer."""
        return len(self._probabilities) * WINDOW

    @property
    def earliest(self) -> int:
        """The first sample that a segment to come may need."""
        return self._segmenter.earliest

    def position(self, sample: int) -> int:
        return min(self._position + sample * self._rate // SAMPLE_RATE, self.received)

    def push(self, data: bytes) -> Iterator[None]:
        """Take *data* in, little by little as one goes on."""
        self.is_stalled = False
        for samples in self._decoder.push(data):
            yield from self._append(samples)

    def finish(self, *, is_whole: bool = True) -> None:
        """Nothing more comes; half a sample is discarded.

        Not *is_whole*: and what is being said is to come again.
        """
        for _ in self._append(self._decoder.finish()):
            pass
        rest = self._length - self._detected
        if rest:
            window = np.zeros(WINDOW, np.float32)
            window[:rest] = self._view(self._detected, self._length)
            self._probabilities.append(self._detector.probability(window))
        self._has_ended, self._is_whole = True, is_whole

    def steps(self) -> Iterator[Step]:
        """What happens next, up to the next question or the end of the sound."""
        while self._probabilities and not self._segmenter.is_asking:
            yield from self._segmenter.push(self._probabilities.popleft())
        if self._has_ended and not self.is_over and not self._segmenter.is_asking:
            self.is_over = True
            if self._is_whole:
                yield from self._segmenter.finish(self._length)
            else:
                yield from self._segmenter.break_off()

    def answer(self, *, ends_sentence: bool) -> tuple[Step, ...]:
        return self._segmenter.answer(ends_sentence=ends_sentence)

    def samples(self, first: int, last: int) -> bytes:
        """As 32-bit floats."""
        start, end = ((sample - self._forgotten) * _WIDTH for sample in (first, last))
        return bytes(self._samples[start:end])

    def forget(self, before: int) -> None:
        """Nobody needs the samples before that any more."""
        count = min(before, self._detected) - self._forgotten
        if count > 0:
            del self._samples[: count * _WIDTH]
            self._forgotten += count

    @property
    def _length(self) -> int:
        return self._forgotten + len(self._samples) // _WIDTH

    def _append(self, samples: Samples) -> Iterator[None]:
        for start in range(0, len(samples), _AT_ONCE):
            self._samples += samples[start : start + _AT_ONCE].tobytes()
            self._detect()
            yield

    def _detect(self) -> None:
        while self._length - self._detected >= WINDOW:
            window = self._view(self._detected, self._detected + WINDOW)
            self._probabilities.append(self._detector.probability(window))
            self._detected += WINDOW

    def _view(self, first: int, last: int) -> Samples:
        return np.frombuffer(bytearray(self.samples(first, last)), np.float32)
