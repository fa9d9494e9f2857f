"""One stream: sound in, wishes for decoding out, their texts in, what was heard out.

A core: no clock, no process, no loop. What becomes final depends on the samples
alone, however they are cut, whenever the texts come back.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from ...media.format import AudioFormat
from .decoder import open_decoder
from .heard import Heard
from .recognizer import SAMPLE_RATE, Recognized
from .scheduler import Wish
from .section import Section
from .segmenter import (
    Asked,
    BrokenOff,
    Closed,
    Dismissed,
    Opened,
    Paused,
    Resumed,
    Step,
)
from .utterance import Decoding, Utterance
from .voice_activity import VoiceActivity


class Hearing:
    def __init__(
        self, audio_format: AudioFormat, *, position: int, detector: VoiceActivity
    ) -> None:
        self._format = audio_format
        self._rate = audio_format.sample_rate
        self._detector = detector
        self._latest = self._section(position)
        self._sections = deque([self._latest])
        self._utterances: deque[Utterance] = deque()
        self._count = 0
        self._heard: list[Heard] = []

    @property
    def received(self) -> int:
        """The position behind the last sample that came."""
        return self._latest.received

    @property
    def backlog(self) -> float:
        """Seconds of sound that could have their text and have not."""
        waiting = sum(section.waiting for section in self._sections)
        closed = sum(utterance.waiting for utterance in self._utterances)
        return (waiting + closed) / SAMPLE_RATE

    @property
    def lateness(self) -> float:
        """Seconds of sound behind the oldest speech that has ended without its text.

        How late words are: a backlog of a long utterance that has just ended is long.
        """
        for utterance in self._utterances:
            if utterance.is_late:
                end = utterance.section.position(utterance.end)
                return (self.received - end) / self._rate
        return 0.0

    @property
    def settled(self) -> int:
        """Everything that begins before this position was heard."""
        if self._utterances:
            first = self._utterances[0]
            return first.section.position(first.start)
        section = self._sections[0] if self._sections else self._latest
        return section.position(section.earliest)

    @property
    def is_speaking(self) -> bool:
        return bool(self._utterances)

    @property
    def is_read(self) -> bool:
        """Whether a worker has any of it."""
        return any(utterance.is_read for utterance in self._utterances)

    @property
    def is_over(self) -> bool:
        """Whether the sound has ended and everything in it was heard."""
        return not self._sections and not self._utterances

    def push(self, pcm: bytes) -> None:
        for _ in self.pushing(pcm):
            pass

    def pushing(self, pcm: bytes) -> Iterator[None]:
        """Push *pcm* little by little: a frame may hold hours of sound."""
        for _ in self._latest.push(pcm):
            self._advance()
            yield

    def skip(self, position: int) -> None:
        """What is being said ends here; the next sample is that at *position*."""
        self._begin(position)

    def change_format(self, audio_format: AudioFormat) -> None:
        """What is being said ends here; positions go on at the rate of the opening.

        Raises as `open_decoder`, and then all is as it was.
        """
        open_decoder(audio_format)
        self._format = audio_format
        self._begin(self.received)

    def finish(self, *, is_whole: bool = True) -> None:
        """Nothing more comes, or, not *is_whole*, all that is not final comes again."""
        self._latest.finish(is_whole=is_whole)
        self._advance()

    def take(self) -> tuple[Heard, ...]:
        """What was heard since the last call, in order."""
        heard, self._heard = tuple(self._heard), []
        return heard

    def wishes(self) -> list[tuple[Utterance, Wish]]:
        """What it would like decoded now; `Utterance.begin` grants one."""
        wishes = ((utterance, utterance.wish()) for utterance in self._utterances)
        return [(utterance, wish) for utterance, wish in wishes if wish is not None]

    def decoded(self, decoding: Decoding, recognized: Recognized) -> None:
        """The text of what an utterance had started."""
        for utterance in self._utterances:
            if utterance.number == decoding.utterance:
                text = utterance.learn(decoding, recognized)
                self._show(utterance, text, decoding.last)
        self._advance()

    def failed(self, decoding: Decoding, why: str) -> None:
        """No text came: it is wished for once more, then given up."""
        for utterance in self._utterances:
            if utterance.number == decoding.utterance:
                utterance.fail(decoding, why)
        self._advance()

    def stall(self) -> None:
        """No sound has come for a while: what there is may be all for a long time."""
        self._latest.is_stalled = True

    def _section(self, position: int) -> Section:
        self._detector.reset()
        return Section(self._format, position, self._rate, self._detector)

    def _begin(self, position: int) -> None:
        self._latest.finish()
        self._latest = self._section(position)
        self._sections.append(self._latest)
        self._advance()

    def _advance(self) -> None:
        """Go on as far as the texts at hand allow."""
        while self._sections:
            self._advance_section(self._sections[0])
            if not self._sections[0].is_over:
                break
            self._sections.popleft()
        self._settle()
        self._forget()

    def _advance_section(self, section: Section) -> None:
        self._take_steps(section, section.steps())
        while section.is_asking:
            ends = self._utterances[-1].ends_sentence
            if ends is None:
                return
            self._take_steps(section, section.answer(ends_sentence=ends))
            self._take_steps(section, section.steps())

    def _take_steps(self, section: Section, steps: Iterable[Step]) -> None:
        for step in steps:
            match step:
                case Opened(start=start, first=first):
                    self._count += 1
                    opened = Utterance(self._count, section, start, first)
                    self._utterances.append(opened)
                case Paused(segment=segment) | Asked(segment=segment):
                    self._utterances[-1].pause(segment)
                case Resumed():
                    self._utterances[-1].resume()
                case Closed(segment=segment):
                    self._utterances[-1].close(segment)
                case Dismissed():
                    self._utterances[-1].dismiss()
                case BrokenOff():
                    self._utterances[-1].break_off()

    def _show(self, utterance: Utterance, text: str, until: int) -> None:
        if text and text != utterance.shown:
            utterance.shown = text
            self._say(utterance, Recognized(text), until, is_final=False)

    def _settle(self) -> None:
        """Say the finals that are known, in order."""
        while self._utterances and self._utterances[0].is_settled:
            utterance = self._utterances.popleft()
            if utterance.final.text or utterance.rev or utterance.failure:
                self._say(utterance, utterance.final, utterance.end, is_final=True)

    def _say(
        self, utterance: Utterance, said: Recognized, until: int, *, is_final: bool
    ) -> None:
        utterance.rev += 1
        heard = Heard(
            utterance=utterance.number,
            rev=utterance.rev,
            text=said.text,
            start=utterance.section.position(utterance.start),
            end=utterance.section.position(until),
            is_final=is_final,
            words=said.words,
            confidence=said.confidence,
            failure=utterance.failure if is_final else "",
        )
        self._heard.append(heard)

    def _forget(self) -> None:
        """Let go of the samples that nobody needs any more."""
        for section in self._sections:
            needed = (u.first for u in self._utterances if u.section is section)
            section.forget(min(needed, default=section.earliest))
