"""Where one stretch of speech ends and the next begins.

Probabilities in, steps out; no audio, no clock. Positions are samples at 16 kHz. The
rules and what they are worth: short pauses are inside a sentence, so ending late reads
better and ending early is quicker; a pause behind a whole sentence may end early.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from ...frozen import dataclass
from .recognizer import SAMPLE_RATE

WINDOW = 512
"""Samples of one probability: the detector knows no other size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Seconds, unless it says otherwise."""

    begins_at: float = 0.5
    """The probability from which on there is speech."""
    goes_on_at: float = 0.35
    """The probability from which on speech goes on."""
    least_voice: float = 0.1
    """What holds less is a click, not a word."""
    pause: float = 1.0
    """The silence that ends every segment."""
    sentence_pause: float = 0.8
    """The silence that ends one that reads like a whole sentence."""
    quick_pause: float = 0.5
    """The same for one that is long enough to be believed."""
    quick_length: float = 4.0
    """The least length for that: a short one is seldom whole."""
    long: float = 14.0
    """From here on every breath ends it."""
    breath: float = 0.2
    longest: float = 25.0
    """Here it is cut at its quietest point."""
    cut_within: float = 3.0
    """How far back that point may lie."""
    before: float = 0.5
    """Context that the recogniser needs in front."""
    after: float = 0.35
    """Context behind; the text is asked for as soon as it is there."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Speech, and the samples around it that the recogniser shall see."""

    start: int
    end: int
    first: int
    last: int
    """Samples *first* to *last* (exclusive) are to be decoded."""
    certainty: float = 1.0
    """The mean probability of its speech."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Speech has begun; what is to be decoded starts at *first*."""

    start: int
    first: int


@dataclass(frozen=True, slots=True)
class Paused:
    """If nothing more comes, this is the segment: its text may be had already."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class Resumed:
    """More came: that was not the segment."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Does the text of this segment end a sentence? `Segmenter.answer` goes on."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class Closed:
    segment: Segment


@dataclass(frozen=True, slots=True)
class Dismissed:
    """It was no speech after all."""


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """Its end has not come: it is heard when all of it comes again."""


Step: TypeAlias = Opened | Paused | Resumed | Asked | Closed | Dismissed | BrokenOff


class Segmenter:
    """One stream's. Windows come in order; one that `is_asking` takes none."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._heard = 0
        self._previous_end: int | None = None
        self._speech: _Speech | None = None
        self.is_asking = False

    @property
    def heard(self) -> int:
        """Samples of all windows so far."""
        return self._heard

    @property
    def silence(self) -> int:
        """Samples since the last that were speech, while a segment is open."""
        return 0 if self._speech is None else self._heard - self._speech.end

    @property
    def earliest(self) -> int:
        """The first sample that anything still to come may need."""
        if self._speech is not None:
            return self._speech.first
        return max(0, self._heard - _samples(self._rules.before) - WINDOW)

    def push(self, probability: float) -> tuple[Step, ...]:
        start, self._heard = self._heard, self._heard + WINDOW
        if self._speech is None:
            if probability < self._rules.begins_at:
                return ()
            return (self._open(start, probability),)
        return tuple(self._hear(self._speech, probability))

    def answer(self, *, ends_sentence: bool) -> tuple[Step, ...]:
        """What follows from the answer to `Asked`."""
        self.is_asking = False
        if self._speech is None or not ends_sentence:
            return ()
        return (self._close(self._speech),)

    def finish(self, last: int) -> tuple[Step, ...]:
        """No more windows; the stream has *last* samples."""
        self._heard = last
        return () if self._speech is None else (self._close(self._speech),)

    def break_off(self) -> tuple[Step, ...]:
        """No more windows now: what is being said comes again."""
        was_open, self._speech = self._speech is not None, None
        return (BrokenOff(),) if was_open else ()

    def _open(self, start: int, probability: float) -> Opened:
        first = max(0, start - _samples(self._rules.before))
        if self._previous_end is not None:
            first = max(first, (self._previous_end + start) // 2)
        self._speech = _Speech(start, first)
        self._speech.hear(probability, self._heard, goes_on=True)
        return Opened(start, first)

    def _hear(self, speech: "_Speech", probability: float) -> Iterator[Step]:
        rules = self._rules
        goes_on = probability >= rules.goes_on_at
        was_paused = self._heard - WINDOW - speech.end >= _samples(rules.after)
        if goes_on and was_paused:
            yield Resumed()
        speech.hear(probability, self._heard, goes_on=goes_on)
        silence = self._heard - speech.end
        if self._passes(silence, rules.after):
            yield Paused(self._segment(speech))
        length = (speech.end - speech.start) / SAMPLE_RATE
        if silence >= _samples(self._pause(length)):
            yield self._close(speech)
        elif self._may_end(silence, length):
            self.is_asking = True
            yield Asked(self._segment(speech))
        elif self._heard - speech.start >= _samples(rules.longest):
            yield from self._cut(speech)

    def _pause(self, length: float) -> float:
        return self._rules.breath if length >= self._rules.long else self._rules.pause

    def _may_end(self, silence: int, length: float) -> bool:
        """Whether this is a moment to ask for the text."""
        rules = self._rules
        return self._passes(silence, rules.sentence_pause) or (
            length >= rules.quick_length and self._passes(silence, rules.quick_pause)
        )

    @staticmethod
    def _passes(silence: int, seconds: float) -> bool:
        """Whether *silence* reached *seconds* with the window just heard."""
        return silence - WINDOW < _samples(seconds) <= silence

    def _segment(self, speech: "_Speech") -> Segment:
        last = min(speech.end + _samples(self._rules.after), self._heard)
        return Segment(speech.start, speech.end, speech.first, last, speech.certainty)

    def _close(self, speech: "_Speech") -> Step:
        self._speech, self._previous_end = None, speech.end
        if speech.voiced * WINDOW < _samples(self._rules.least_voice):
            return Dismissed()
        return Closed(self._segment(speech))

    def _cut(self, speech: "_Speech") -> Iterator[Step]:
        """End it at its quietest point of late and begin the next one there."""
        at, rest = speech.split(_samples(self._rules.cut_within) // WINDOW)
        yield Closed(replace(self._segment(speech), end=at, last=at))
        self._speech = rest
        yield Opened(at, at)


class _Speech:
    """What is known of a segment that is still open."""

    def __init__(self, start: int, first: int) -> None:
        self.start, self.end, self.first = start, start, first
        self._probabilities: list[float] = []

    @property
    def voiced(self) -> int:
        return len(self._speech())

    @property
    def certainty(self) -> float:
        speech = self._speech()
        return sum(speech) / len(speech)

    def hear(self, probability: float, until: int, *, goes_on: bool) -> None:
        self._probabilities.append(probability)
        if goes_on:
            self.end = until

    def split(self, windows: int) -> "tuple[int, _Speech]":
        """Cut in the middle of the quietest of the last *windows*."""
        late = self._probabilities[-windows:]
        index = len(self._probabilities) - len(late) + late.index(min(late))
        at = self.start + index * WINDOW + WINDOW // 2
        rest = _Speech(at, at)
        rest._probabilities = self._probabilities[index:]
        rest.end = max(self.end, at)
        return at, rest

    def _speech(self) -> list[float]:
        """Probabilities up to the end of speech: the silence behind says nothing."""
        count = max(1, -(-(self.end - self.start) // WINDOW))
        return self._probabilities[:count]


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
