"""One utterance from its first sample to its final text."""

from ...frozen import dataclass
from .doubt import is_believable
from .recognizer import SAMPLE_RATE, Recognized
from .scheduler import Purpose, Wish
from .section import Section
from .segmenter import Segment

SILENCE_BEHIND = SAMPLE_RATE
"""Samples of silence behind speech, of which those are made that did not come: sound
that ends with its last word is given further words that nobody said."""
_SENTENCE_ENDS = (".", "?", "!")
_SOON = 2 * SAMPLE_RATE
"""Samples of speech within which the first words should be shown."""
_SHORT_PAUSE = SAMPLE_RATE // 10
_TRIES = 2
_NOTHING = Recognized("")


@dataclass(frozen=True, slots=True)
class Decoding:
    """A stretch of one utterance that a worker is to decode."""

    utterance: int
    segment: Segment | None
    """`None`: what there is so far, for an interim."""
    last: int
    """Behind its last sample that was heard."""
    samples: bytes
    """With a second of silence behind speech: 32-bit floats at 16 kHz."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / (4 * SAMPLE_RATE)


class Utterance:
    def __init__(self, number: int, section: Section, start: int, first: int) -> None:
        self.number = number
        self.section = section
        self.start = start
        self.first = first
        self.rev = 0
        self.shown = ""
        """The text of its last interim."""
        self._segment: Segment | None = None
        """Where it ends, or will if the silence goes on."""
        self._is_closed = False
        self._text: Recognized | None = None
        """Of that segment."""
        self._running: set[Segment | None] = set()
        self._interim_until: int | None = None
        self._failures = 0
        """Of that segment."""
        self._has_failed = False
        self.failure = ""
        """Why it has no text, where it has none for want of a recogniser."""

    @property
    def end(self) -> int:
        """The last sample of its speech that is known."""
        return self.start if self._segment is None else self._segment.end

    @property
    def is_settled(self) -> bool:
        """Whether `final` may be asked for."""
        return self._is_closed and self._text is not None

    @property
    def is_read(self) -> bool:
        """Whether a worker has any of it."""
        return bool(self._running)

    @property
    def waiting(self) -> int:
        """Samples that could be decoded for good and are not."""
        if not self._is_closed or self._text is not None or self._segment is None:
            return 0
        return self._segment.last - self._segment.first

    @property
    def is_late(self) -> bool:
        """Whether it has ended, as far as can be known without its text."""
        has_ended = self._is_closed or self.section.is_asking
        return has_ended and self._segment is not None and self._text is None

    @property
    def ends_sentence(self) -> bool | None:
        """`None`: not known before the text is."""
        if self._text is None:
            return None
        return self._text.text.endswith(_SENTENCE_ENDS)

    @property
    def final(self) -> Recognized:
        if self._text is None or self._segment is None:
            return _NOTHING
        if not is_believable(self._text.text, self._segment.certainty):
            return _NOTHING
        return self._text

    def pause(self, segment: Segment) -> None:
        if segment != self._segment:
            self._expect(segment)

    def resume(self) -> None:
        self._expect(None)

    def close(self, segment: Segment) -> None:
        self.pause(segment)
        self._is_closed = True

    def dismiss(self) -> None:
        self._is_closed, self._text = True, _NOTHING

    def break_off(self) -> None:
        """As if nothing of it had been heard, nor of the context that it needs."""
        self._segment, self.start = None, self.first
        self.dismiss()

    def wish(self) -> Wish | None:
        """What it would like decoded now."""
        if self.is_settled:
            return None
        if self._segment is not None:
            return self._segment_wish(self._segment)
        # In a pause the text of all of it is about to be wanted: keep workers free.
        is_paused = self.section.silence > _SHORT_PAUSE or self.section.waiting
        if self._running or self._has_failed:
            return None
        if self.section.is_stalled or not is_paused:
            return self._interim_wish()
        return None

    def begin(self, purpose: Purpose) -> Decoding:
        """Have it decoded: `learn` or `fail` follows."""
        segment = None if purpose is Purpose.INTERIM else self._segment
        if segment is None:
            last = end = self.section.heard
        else:
            last, end = segment.last, segment.end
        self._interim_until = last
        self._running.add(segment)
        samples = self.section.samples(self.first, last)
        made = bytes(4 * (end + SILENCE_BEHIND - last))
        return Decoding(self.number, segment, last, samples + made)

    def learn(self, decoding: Decoding, recognized: Recognized) -> str:
        """Take the text of what was started; the interim to be shown, if any."""
        self._running.discard(decoding.segment)
        if decoding.segment is not None and decoding.segment == self._segment:
            self._text = recognized
        if self._is_closed or not is_believable(recognized.text, 0.0):
            return ""
        return recognized.text

    def fail(self, decoding: Decoding, why: str) -> None:
        """It was not decoded: its words are tried once more, its interims are not."""
        self._running.discard(decoding.segment)
        self._has_failed = True
        if decoding.segment is None or decoding.segment != self._segment:
            return
        self._failures += 1
        if self._failures == _TRIES:
            self._text, self.failure = _NOTHING, why

    def _expect(self, segment: Segment | None) -> None:
        self._segment, self._text = segment, None
        self._failures, self.failure = 0, ""

    def _segment_wish(self, segment: Segment) -> Wish | None:
        if self._text is not None or segment in self._running:
            return None
        is_needed = self._is_closed or self.section.is_asking
        purpose = Purpose.FINAL if is_needed else Purpose.PAUSE
        return Wish(purpose, (segment.last - segment.first) / SAMPLE_RATE)

    def _interim_wish(self) -> Wish:
        heard = self.section.heard
        seen = self.start if self._interim_until is None else self._interim_until
        return Wish(
            Purpose.INTERIM,
            seconds=(heard - self.first) / SAMPLE_RATE,
            fresh=(heard - seen) / SAMPLE_RATE,
            is_first=not self.shown and heard - self.start < _SOON,
            is_last=self.section.is_stalled,
        )
