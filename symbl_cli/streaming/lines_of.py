"""What servers say, as lines: a core, without sockets, clocks or threads.

Our own server numbers utterances and revisions; for any other it is done here.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ..lines import (
    Body,
    SentimentScore,
    SpeakerRef,
    SpokenWord,
    State,
    Status,
    Transcript,
    WordTimes,
)
from ..protocol import events as wire
from ..protocol.events import ConversationId, MessageId, Person, RecognitionResult
from .findings import Findings
from .inbox import Received
from .said import Record, Speakers
from .timeline import Timeline

_MAX_UNPAIRED = 1000
_MAX_OPEN = 1000
"""Utterances that may be under way: nobody speaks in so many at once."""
_MAX_EARLY = 1000
"""Insights that wait for their captions; more are told before those."""
_POSITIVE, _NEGATIVE = 0.3, -0.3
"""Where a sentiment stops being neutral (§3.10)."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One stream of the run."""

    timeline: Timeline
    person: Person | None


@dataclass(slots=True)
class _Open:
    """An utterance that is not final yet."""

    line: Transcript
    stream: int
    is_suspect: bool = False
    """The connection was lost since; it may never become final."""


class LinesOf:
    """The lines of one run; told its events in order."""

    def __init__(
        self, voices: tuple[Voice, ...], started_at: datetime, *, has_lag: bool
    ) -> None:
        self.conversation_id: ConversationId | None = None
        self._voices = voices
        self._has_lag = has_lag
        self._started_at = started_at
        self._speakers = Speakers(tuple(voice.person for voice in voices))
        self._record = Record(started_at)
        self._findings = Findings(self._record, self._speakers, started_at)
        self._open: dict[str, _Open] = {}
        self._current: dict[tuple[int, str], str] = {}
        """The open utterance of a speaker whose server does not number them."""
        self._unpaired: dict[str, deque[str]] = {}
        self._final_ends = [0] * len(voices)
        self._numbered = 0
        self._early: list[Received] = []
        """What one stream told of words whose caption comes on another."""
        self._is_closing = False
        self._marks: set[str] = set()

    def final_end(self, stream: int) -> int:
        """The position up to which *stream* is final."""
        return self._final_ends[stream]

    def tell(self, received: Received) -> Iterator[Body]:
        """The lines that *received* makes, if any."""
        stream = received.stream
        match received.event:
            case RecognitionResult() as result:
                yield from self._result(result, received)
            case wire.MessageResponse(messages=messages):
                for message in messages:
                    yield from self._message(message, stream)
            case wire.InsightResponse() | wire.TrackerResponse() as early if (
                self._has_to_wait(early)
            ):
                self._early.append(received)
            case wire.InsightResponse() as response:
                yield from self._findings.insights(response, stream)
            case wire.TopicResponse() as response:
                yield from self._findings.topics(response)
            case wire.TrackerResponse() as response:
                yield from self._findings.trackers(response)
            case wire.EntityResponse() as response:
                yield from self._findings.entities(response)
            case wire.Marked(id=mark, label=label, start=start):
                yield from self._marked(mark, label, start)
            case (
                wire.ConversationCreated()
                | wire.RecognitionStarted()
                | wire.ConversationCompleted()
            ) as said:
                self._identify(said)
            case _:
                pass

    def _identify(
        self,
        said: wire.ConversationCreated
        | wire.RecognitionStarted
        | wire.ConversationCompleted,
    ) -> None:
        known = self.conversation_id
        match said:
            case wire.ConversationCompleted(conversation_id=newest):
                self.conversation_id = known or newest
            case _:
                # Another one where the server was killed before it kept the first.
                self.conversation_id = said.conversation_id or known

    def _marked(self, mark: str, label: str, start: float) -> Iterator[Body]:
        """Each mark once, though every stream is told of it."""
        if mark not in self._marks:
            self._marks.add(mark)
            yield Status(State.MARKED, id=mark, text=label, start=start)

    def resumed(self, stream: int) -> None:
        """*stream* goes on after a loss: what was open may never become final."""
        for utterance in self._open.values():
            if utterance.stream == stream:
                utterance.is_suspect = True

    def close(self) -> Iterator[Body]:
        """No more will come: what is still open comes to nothing."""
        for utterance in tuple(self._open.values()):
            yield self._nothing(utterance)
        self._is_closing = True
        yield from self._told_early()

    def _has_to_wait(self, event: wire.InsightResponse | wire.TrackerResponse) -> bool:
        has_others = len(self._voices) > 1 and not self._is_closing
        has_room = len(self._early) < _MAX_EARLY
        return has_others and has_room and self._findings.is_early(event)

    def _told_early(self) -> Iterator[Body]:
        early, self._early = self._early, []
        for received in early:
            yield from self.tell(received)

    # --- captions

    def _result(self, result: RecognitionResult, received: Received) -> Iterator[Body]:
        stream = received.stream
        if result.message_id is None:
            if self._speakers.is_of_another_stream(result.user, stream):
                return
        elif self._record.has(result.message_id):
            return
        line = self._transcript(result, received)
        known = self._open.pop(line.id, None)
        if known is not None:
            line = replace(line, rev=known.line.rev + 1)
        if not result.is_final:
            self._open[line.id] = _Open(line, stream)
            yield line
            if len(self._open) > _MAX_OPEN:
                yield self._nothing(next(iter(self._open.values())))
            return
        self._note_final(line, result, stream)
        if line.text or known is not None:
            yield line
        yield from self._orphans(line, stream)
        yield from self._told_early()

    def _transcript(self, result: RecognitionResult, received: Received) -> Transcript:
        stream = received.stream
        timeline = self._voices[stream].timeline
        speaker = self._speakers.of(result.user, stream)
        start, end = self._span(result, received)
        return Transcript(
            id=result.message_id or self._number(result, stream, speaker),
            rev=1,
            final=result.is_final,
            text=result.text,
            start=timeline.seconds(start),
            end=timeline.seconds(end),
            at=timeline.wall(start),
            speaker=speaker,
            words=_words(result, timeline.seconds(received.base)),
            word_times=_word_times(result),
            confidence=_confidence(result),
            lag=self._lag(timeline, end, received.at),
        )

    def _span(self, result: RecognitionResult, received: Received) -> tuple[int, int]:
        """Positions; guessed from words and offsets where they are not told."""
        if result.audio is not None:
            return result.audio.start, result.audio.end
        timeline = self._voices[received.stream].timeline
        words = result.alternatives[0].words if result.alternatives else ()
        starts = [word.start for word in words if word.start is not None]
        ends = [word.end for word in words if word.end is not None]
        known = self._final_ends[received.stream]
        start = received.base + timeline.position(min(starts)) if starts else known
        if ends:
            return start, received.base + timeline.position(max(ends))
        offset = received.base + timeline.position(result.time_offset or 0.0)
        return start, max(start, offset)

    def _lag(self, timeline: Timeline, end: int, at: float) -> float | None:
        arrival = timeline.arrival(end) if self._has_lag else None
        return None if arrival is None else round(max(0.0, at - arrival), 3)

    def _number(
        self, result: RecognitionResult, stream: int, speaker: SpeakerRef
    ) -> str:
        """Our own id: one for all the revisions up to the final one."""
        key = (stream, speaker.id)
        known = self._current.get(key)
        if known is None:
            self._numbered += 1
            known = self._current[key] = f"u{self._numbered}"
        if result.is_final:
            del self._current[key]
            waiting = self._unpaired.setdefault(speaker.id, deque(maxlen=_MAX_UNPAIRED))
            waiting.append(known)
        return known

    def _note_final(
        self, line: Transcript, result: RecognitionResult, stream: int
    ) -> None:
        timeline = self._voices[stream].timeline
        end = max(self._final_ends[stream], timeline.position(line.end))
        self._final_ends[stream] = end
        timeline.trim(end)
        if line.text:
            self._record.add(line)

    def _orphans(self, final: Transcript, stream: int) -> Iterator[Body]:
        """Utterances of before a loss whose sound *final* is made of."""
        for utterance in tuple(self._open.values()):
            is_covered = utterance.line.start < final.end
            if utterance.stream == stream and utterance.is_suspect and is_covered:
                yield self._nothing(utterance)

    def _nothing(self, utterance: _Open) -> Transcript:
        line = utterance.line
        del self._open[line.id]
        return replace(
            line, rev=line.rev + 1, final=True, text="", words=(), confidence=None
        )

    # --- messages

    def _message(self, message: wire.Message, stream: int) -> Iterator[Body]:
        """Mostly known from its caption: it may tell its id, or its sentiment."""
        if message.id is None:
            return
        if not self._record.is_paired(message.id):
            if self._speakers.is_of_another_stream(message.sender, stream):
                return
            if (utterance := self._next_unpaired(message.sender)) is not None:
                self._record.pair(message.id, utterance)
            else:
                yield from self._of_others(message, message.id, stream)
                return
        if message.sentiment is not None:
            yield from self._feeling(message.id, message.sentiment)

    def _next_unpaired(self, sender: Person | None) -> str | None:
        """The oldest final of *sender* that no message stands for yet."""
        names = (sender.user_id, sender.id, sender.name) if sender else ()
        for name in names:
            if name is not None and self._unpaired.get(name):
                return self._unpaired[name].popleft()
        waiting = [finals for finals in self._unpaired.values() if finals]
        if len(waiting) == 1 and self._speakers.may_be_ours(sender):
            return waiting[0].popleft()
        return None

    def _of_others(
        self, message: wire.Message, message_id: MessageId, stream: int
    ) -> Iterator[Body]:
        """Said by somebody whose captions do not come here."""
        at = _time(message.start_time) or self._started_at
        start = message.time_offset
        if start is None:
            start = max(0.0, (at - self._started_at).total_seconds())
        line = Transcript(
            id=message_id,
            rev=1,
            final=True,
            text=message.content,
            start=start,
            end=start + (message.duration or 0.0),
            at=at,
            speaker=self._speakers.of(message.sender or Person(), stream),
            sentiment=_score(message.sentiment),
        )
        self._record.add(line)
        yield line

    def _feeling(
        self, message_id: MessageId, sentiment: wire.Sentiment
    ) -> Iterator[Body]:
        line = self._record.recent(self._record.utterance(message_id))
        if line is None or line.sentiment is not None:
            return
        line = replace(line, rev=line.rev + 1, sentiment=_score(sentiment))
        self._record.add(line)
        yield line


def _words(result: RecognitionResult, base: float) -> tuple[SpokenWord, ...]:
    if not result.alternatives:
        return ()
    return tuple(
        SpokenWord(word.text, word.start + base, word.end + base, word.confidence)
        for word in result.alternatives[0].words
        if word.start is not None and word.end is not None
    )


def _word_times(result: RecognitionResult) -> WordTimes:
    is_measured = "words" not in result.estimated and any(
        alternative.words for alternative in result.alternatives[:1]
    )
    return WordTimes.MEASURED if is_measured else WordTimes.ESTIMATED


def _confidence(result: RecognitionResult) -> float | None:
    """Only where it was measured: interims of the API have 0."""
    if not result.is_final or "confidence" in result.estimated:
        return None
    return result.alternatives[0].confidence if result.alternatives else None


def _score(sentiment: wire.Sentiment | None) -> SentimentScore | None:
    if sentiment is None:
        return None
    label = "neutral"
    if sentiment.score > _POSITIVE:
        label = "positive"
    elif sentiment.score <= _NEGATIVE:
        label = "negative"
    return SentimentScore(sentiment.score, sentiment.suggested or label)


def _time(text: str | None) -> datetime | None:
    """With the local zone; nothing where *text* is no time that a calendar has."""
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except (ValueError, OverflowError):
        return None
