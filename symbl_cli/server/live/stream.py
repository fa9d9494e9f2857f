"""One speaker's sound in a live conversation: from what was heard to what is said."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import Enum

from ...errors import AudioError, RemoteProtocolError
from ...frozen import dataclass
from ...media.format import HIGHEST_RATE, LOWEST_RATE, AudioFormat, Encoding
from ...protocol import events as wire
from ...protocol.codec import encode
from ...protocol.events import (
    ConversationId,
    MessageId,
    ModifyRequest,
    Skip,
    StartRequest,
)
from ...text.publishing import Publish
from ...text.word_times import spread_words
from ..recognition.heard import Heard
from ..recognition.listener import Listener
from ..recognition.recognition import Recognition
from ..store.records import MemberRecord, MessageRecord, StreamRecord, WordRecord
from .frames import UNMEASURED_CONFIDENCE, failure, person
from .wall import WallClock, parse_time

SILENCE = 20.0
"""Seconds without speech after which a client of ours is told so."""
BEHIND = 2.0
"""Seconds of backlog from which on a client of ours that plays live is told of it."""
_DEFAULT_RATE = 16000


class StreamState(Enum):
    ATTACHED = "attached"
    DETACHED = "detached"
    """Its socket is gone; it may come back."""
    DRAINING = "draining"
    PAUSED = "paused"
    """Stopped with `disconnectOnStopRequest: false`."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one `Heard` becomes: the caption, and, final and not empty, the message."""

    caption: wire.RecognitionResult
    record: MessageRecord | None


class Stream:
    """Belongs to one event loop."""

    def __init__(
        self,
        record: StreamRecord,
        request: StartRequest,
        member: MemberRecord,
        clock: WallClock,
        *,
        shift: float,
        publish: Publish,
        new_id: Callable[[], str],
    ) -> None:
        """*shift*: seconds from the conversation's beginning to the stream's."""
        self.id = record.id
        self.epoch = record.epoch
        self.request = request
        self.member = member
        self.state = StreamState.ATTACHED
        self.was_asked_to_stop = False
        self.clock = clock
        self.listener: Listener | None = None
        self._conversation_id = record.conversation_id
        self._shift = shift
        self._publish = publish
        self._new_id = new_id
        self._ids: dict[int, MessageId] = {}
        self._heard = record.position
        """The position up to which all is final."""
        self._told = record.position
        """The same of what was handed on: what waits for its turn can come again."""
        self._told_until = record.position
        self._is_behind = False

    @property
    def is_ours(self) -> bool:
        """Whether its client understands our additions."""
        return self.request.stream_id is not None

    @property
    def disconnects_on_stop(self) -> bool:
        """Whether a stop ends the socket rather than pausing it (§4.3)."""
        request = self.request
        return (
            request.disconnect_on_stop_request is not False
            or request.disconnect_on_stop_request_timeout == 0
        )

    @property
    def received(self) -> int:
        return self._heard if self.listener is None else self.listener.received

    @property
    def ended_at(self) -> datetime:
        """Wall time of its newest sample."""
        return self.clock.at(self.received)

    @property
    def until(self) -> float:
        """Seconds since the conversation began, up to its newest sample."""
        return self.seconds(self.received)

    @property
    def settled(self) -> float:
        """Seconds since the conversation began: what begins before was heard."""
        if self.is_over:
            return math.inf
        return self.seconds(
            self._heard if self.listener is None else self.listener.settled
        )

    def seconds(self, position: int) -> float:
        """Since the conversation began."""
        return position / self.clock.sample_rate + self._shift

    @property
    def is_over(self) -> bool:
        return self.state is StreamState.ENDED

    @property
    def may_come_again(self) -> bool:
        """Whether its client has all that is not final, and can send it whenever.

        A recording, or what a killed run left behind: half a sentence that was cut
        off would only be in the way of the whole one.
        """
        is_recorded = self.request.is_live is False
        return self.is_ours and is_recorded and not self.was_asked_to_stop

    def bytes_of(self, samples: int) -> int:
        return samples * format_of(self.request).frame_size

    def open(self, recognition: Recognition, heard: Callable[[Heard], None]) -> None:
        """Start listening behind what is final."""
        self.listener = recognition.open(
            audio_format=format_of(self.request),
            position=self._heard,
            vocabulary=self.request.custom_vocabulary,
            on_heard=heard,
        )

    def settle(self, *, is_whole: bool) -> None:
        """No more is expected from the listener.

        *is_whole*: everything heard is final; else what is not may come again.
        """
        if self.listener is not None and is_whole:
            self._heard = max(self._heard, self.listener.received)
        self.listener = None

    def fall_silent(self) -> tuple[wire.RecognitionResult, int] | None:
        """Say that nothing was spoken for long: its client need not keep that.

        A final caption without text, up to where the sound is settled: that position.
        """
        listener = self.listener
        if listener is None or not self.is_ours or listener.is_speaking:
            return None
        start, end = self._heard, listener.settled
        if end - start < SILENCE * self.clock.sample_rate:
            return None
        self._heard = end
        caption = wire.RecognitionResult(
            time_offset=round(end / self.clock.sample_rate, 3),
            is_final=True,
            punctuated="",
            user=person(self.member, {}),
            message_id=MessageId(self._new_id()),
            audio=wire.Span(start, end),
            stream_id=self.id,
        )
        return caption, end

    def fall_behind(self) -> wire.Progress | None:
        """Say how far the words are behind: once a second of sound while they are.

        And once when they are not any more. Only who plays live wants to know.
        """
        listener = self.listener
        if listener is None or not self.is_ours or self.request.is_live is False:
            return None
        if listener.received - self._told_until < self.clock.sample_rate:
            return None
        self._told_until = listener.received
        was_behind, self._is_behind = self._is_behind, listener.lateness >= BEHIND
        if not was_behind and not self._is_behind:
            return None
        return self.progress

    @property
    def progress(self) -> wire.Progress | None:
        """How far the words are: who plays live wants to know how late they are."""
        if self.listener is None:
            return None
        is_recorded = self.request.is_live is False
        late = self.listener.backlog if is_recorded else self.listener.lateness
        return wire.Progress(backlog=round(late, 3))

    def skip(self, skip: Skip) -> None:
        if self.listener is None or skip.end < self.listener.received:
            return
        self.listener.skip(skip.start, skip.end)
        if when := parse_time(skip.at):
            self.clock = self.clock.anchored(skip.end, when)

    def modify(self, request: ModifyRequest) -> wire.SpeechRecognition:
        """What is not given keeps its value (§2.2); raises RemoteProtocolError."""
        given = request.speech_recognition or wire.SpeechRecognition()
        known = self.request.config.speech_recognition or wire.SpeechRecognition()
        speech = wire.SpeechRecognition(
            encoding=given.encoding or known.encoding,
            sample_rate=given.sample_rate or known.sample_rate,
        )
        config = replace(self.request.config, speech_recognition=speech)
        modified = replace(self.request, config=config)
        if self.listener is not None:
            self.listener.change_format(format_of(modified))
        self.request = modified
        return speech

    def speak(self, heard: Heard) -> Spoken:
        """*heard* as caption and message."""
        rate = self.clock.sample_rate
        if heard.is_final:
            self._heard = max(self._heard, heard.end)
        text = self._publish(heard.text, is_final=heard.is_final)
        start, end = heard.start / rate, heard.end / rate
        words = self._words(text, heard, start, end)
        message_id = self._ids.setdefault(heard.utterance, MessageId(self._new_id()))
        if heard.is_final:
            del self._ids[heard.utterance]
        caption = self._caption(heard, message_id, text, words)
        if not heard.is_final or not text:
            return Spoken(caption, None)
        record = MessageRecord(
            id=message_id,
            conversation_id=self._conversation_id,
            member_id=self.member.id,
            text=text,
            start=round(start + self._shift, 3),
            end=round(end + self._shift, 3),
            started_at=self.clock.at(heard.start),
            ended_at=self.clock.at(heard.end),
            words=tuple(
                WordRecord(
                    word.text,
                    round(word.start + self._shift, 3),
                    round(word.end + self._shift, 3),
                    word.confidence,
                )
                for word in words
            ),
            confidence=heard.confidence,
            words_estimated=not heard.words,
            stream_id=self.id,
        )
        return Spoken(caption, record)

    def failure(self, heard: Heard) -> wire.ErrorMessage:
        """That nobody knows what was said in *heard*, and why."""
        rate = self.clock.sample_rate
        place = f"from {heard.start / rate:.1f} to {heard.end / rate:.1f} s"
        return failure(
            f"what {self.member.name or 'somebody'} said {place} was not recognised",
            AudioError(
                f"tried twice, and {heard.failure}",
                suggestion="transcribe that part again from a recording"
                " (--save-audio), or with another model (symbl models list)",
            ),
        )

    def told(self, position: int) -> StreamRecord:
        """As the store has it from now on: all is told that ends up to *position*."""
        self._told = max(self._told, position)
        return self.record()

    def record(self) -> StreamRecord:
        """As the store has it."""
        return StreamRecord(
            id=self.id,
            conversation_id=self._conversation_id,
            member_id=self.member.id,
            sample_rate=self.clock.sample_rate,
            epoch=self.epoch,
            position=self._told,
            request=str(encode(self.request)),
        )

    def _words(
        self, text: str, heard: Heard, start: float, end: float
    ) -> tuple[WordRecord, ...]:
        """Measured where they were and *text* is still theirs, else spread over it."""
        if not heard.is_final:
            return ()
        measured = heard.words if text == heard.text else ()
        return tuple(
            WordRecord(one.text, start + one.start, start + one.end, one.confidence)
            for one in measured
        ) or tuple(
            WordRecord(one.text, one.start, one.end)
            for one in spread_words(text, start, end)
        )

    def _caption(
        self,
        heard: Heard,
        message_id: MessageId,
        text: str,
        words: tuple[WordRecord, ...],
    ) -> wire.RecognitionResult:
        unmeasured = UNMEASURED_CONFIDENCE if heard.is_final else 0.0
        confidence = heard.confidence
        extra = self.request.speaker.extra if self.request.speaker else {}
        estimated = ("words",) if heard.is_final and not heard.words else ()
        return wire.RecognitionResult(
            time_offset=round(heard.end / self.clock.sample_rate, 3),
            is_final=heard.is_final,
            punctuated=text,
            alternatives=(
                wire.Alternative(
                    transcript=text,
                    confidence=unmeasured if confidence is None else confidence,
                    words=tuple(
                        wire.Word(
                            text=word.text,
                            start=round(word.start, 3),
                            end=round(word.end, 3),
                            confidence=word.confidence,
                        )
                        for word in words
                    ),
                ),
            ),
            user=person(self.member, extra),
            message_id=message_id,
            audio=wire.Span(heard.start, heard.end),
            stream_id=self.id,
            estimated=(*estimated, "confidence") if confidence is None else estimated,
        )


def format_of(request: StartRequest) -> AudioFormat:
    """The sound *request* announces; RemoteProtocolError where nobody can read it."""
    speech = request.config.speech_recognition
    rate = (speech.sample_rate if speech else None) or _DEFAULT_RATE
    name = (speech.encoding if speech else None) or Encoding.LINEAR16
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise RemoteProtocolError(
            f"config.speechRecognition.sampleRateHertz {rate} is not one of"
            f" {LOWEST_RATE} to {HIGHEST_RATE}"
        )
    try:
        return AudioFormat(rate, 1, Encoding(name.upper()))
    except ValueError:
        raise RemoteProtocolError(
            f"config.speechRecognition.encoding {name!r} is not one of "
            + ", ".join(Encoding)
        ) from None


def stream_clock(request: StartRequest, rate: int, now: datetime) -> WallClock:
    return WallClock(rate, ((0, parse_time(request.started_at) or now),))


def new_stream(
    stream_id: str, conversation_id: ConversationId, member: MemberRecord, rate: int
) -> StreamRecord:
    """A stream of which nothing was heard yet."""
    return StreamRecord(
        id=stream_id,
        conversation_id=conversation_id,
        member_id=member.id,
        sample_rate=rate,
        epoch=0,
        position=0,
        request="",
    )
