"""What is heard and found becomes rows in the store and frames on the wire."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

from ...protocol import events as wire
from ...protocol.events import ConversationId, MessageId, StartRequest
from ..insights.findings import Finding, Said, Sentiment
from ..recognition.heard import Heard
from ..store.changes import SaveFinding, SaveMessage, SaveStream
from ..store.records import MemberRecord, MessageRecord
from . import frames
from .analysis import Analysis, settings_of
from .ordering import TimeOrder
from .outbox import Addressed, Audience, Outbox
from .stream import Spoken, Stream
from .wall import zone_of

_PATIENCE = 2.0
"""Seconds that insights wait for those who began to speak earlier and go on."""


class Publication:
    """Of one conversation; belongs to one event loop.

    Order, per final: caption and message are committed and sent, then come its
    insights, the same way.
    """

    def __init__(
        self,
        conversation_id: ConversationId,
        request: StartRequest,
        outbox: Outbox,
        executor: Executor,
    ) -> None:
        settings = settings_of(request)
        self._id = conversation_id
        self._outbox = outbox
        self._zone = zone_of(request.config)
        self._timezone_offset = request.config.timezone_offset
        self._has_sentiment = settings.sentiment
        self._has_interim_trackers = settings.interim_trackers
        self._captions = TimeOrder()
        self._meanings = TimeOrder()
        self._unsent: dict[MessageId, tuple[MessageRecord, Stream]] = {}
        self.analysis = Analysis(settings, conversation_id, executor, self._found)

    def heard(self, stream: Stream, heard: Heard) -> None:
        spoken = stream.speak(heard)
        if not heard.is_final:
            self._show(stream, spoken)
        elif spoken.record is None:
            self._in_order(
                stream, heard.start, partial(self._end, stream, heard, spoken)
            )
        else:
            publish = partial(self._publish, stream, heard, spoken, spoken.record)
            self._in_order(stream, heard.start, publish)

    def silence(self, stream: Stream) -> None:
        """Tell the client of *stream*, where it is so, that nothing was spoken."""
        if (fallen := stream.fall_silent()) is not None:
            caption, end = fallen
            addressed = Addressed(caption, Audience.STREAM, stream.id)
            self._in_order(stream, end, partial(self._move, stream, end, addressed))

    def finished(self, stream: Stream) -> None:
        """No more is heard of *stream*, which is told when all of it was."""
        end = stream.received
        self._in_order(stream, end, partial(self._move, stream, end))

    def advance(self, settled: float) -> None:
        """Everything that begins up to *settled* seconds was heard."""
        self._captions.advance(settled)
        self._meanings.advance(settled)

    def reached(self, seconds: float) -> "asyncio.Future[None]":
        """Done when everything that began up to *seconds* is on its way."""
        released = asyncio.get_running_loop().create_future()
        self._captions.hold(seconds, partial(released.set_result, None))
        return released

    def _in_order(
        self, stream: Stream, position: int, tell: Callable[[], None]
    ) -> None:
        """Tell it now, or behind all that was said before *position*.

        So where nobody waits for it. Until then the store does not know of it, nor
        does the client: should the server go, it comes again.
        """
        if stream.request.is_live is False:
            self._captions.hold(stream.seconds(position), tell)
        else:
            tell()

    def _show(self, stream: Stream, spoken: Spoken) -> None:
        """An interim."""
        caption = Addressed(spoken.caption, Audience.CAPTIONS, stream.id)
        self._outbox.put((caption,))
        self._hear_interim(stream, spoken.caption)

    def _end(self, stream: Stream, heard: Heard, spoken: Spoken) -> None:
        """That an utterance came to nothing."""
        caption = Addressed(spoken.caption, Audience.CAPTIONS, stream.id)
        self._move(stream, heard.end, caption)
        self._hear_interim(stream, spoken.caption)

    def _move(self, stream: Stream, end: int, *addressed: Addressed) -> None:
        """Nothing more comes of *stream* up to *end* than what is *addressed*."""
        self._outbox.put(addressed, SaveStream(stream.told(end)))

    def _publish(
        self, stream: Stream, heard: Heard, spoken: Spoken, record: MessageRecord
    ) -> None:
        # In order they are only if they come on one socket: every socket has them all.
        is_ordered = stream.request.is_live is False
        audience = Audience.EVERYBODY if is_ordered else Audience.CAPTIONS
        outgoing = [Addressed(spoken.caption, audience, stream.id)]
        if self._has_sentiment:
            self._unsent[record.id] = (record, stream)
        else:
            outgoing.append(self._message(record, stream))
        moved = SaveStream(stream.told(heard.end))
        self._outbox.put(outgoing, SaveMessage(record), moved)
        said = self.said(record, stream.member)
        self._meanings.hold(record.start, partial(self.analysis.hear, said))
        loop = asyncio.get_running_loop()
        loop.call_later(_PATIENCE, self._meanings.advance, record.start)

    def said(self, record: MessageRecord, member: MemberRecord) -> Said:
        """*record* as insights read it."""
        return Said(
            record.id,
            record.text,
            frames.party(member),
            record.start,
            record.end,
            record.started_at.astimezone(self._zone),
        )

    def _hear_interim(self, stream: Stream, caption: wire.RecognitionResult) -> None:
        if not self._has_interim_trackers or caption.message_id is None:
            return
        span = caption.audio or wire.Span(0, 0)
        rate = stream.clock.sample_rate
        self.analysis.hear_interim(
            Said(
                caption.message_id,
                caption.text,
                frames.party(stream.member),
                span.start / rate,
                span.end / rate,
                stream.clock.at(span.start).astimezone(self._zone),
            )
        )

    def _found(self, said: Said | None, found: tuple[Finding, ...]) -> None:
        outgoing: list[Addressed] = []
        if said is not None and (unsent := self._unsent.pop(said.id, None)):
            feeling = (one for one in found if isinstance(one, Sentiment))
            outgoing.append(self._message(*unsent, sentiment=next(feeling, None)))
        responses = (frames.response(finding) for finding in found)
        outgoing += (Addressed(response) for response in responses if response)
        if outgoing or found:
            changes = (SaveFinding(self._id, one) for one in found)
            self._outbox.put(outgoing, *changes)

    def _message(
        self,
        record: MessageRecord,
        stream: Stream,
        *,
        sentiment: Sentiment | None = None,
    ) -> Addressed:
        message = frames.message(
            record,
            frames.person(stream.member),
            timezone_offset=self._timezone_offset,
            sentiment=sentiment,
        )
        has_sentiment = True if self._has_sentiment else None
        return Addressed(
            wire.MessageResponse(messages=(message,), sentiment=has_sentiment)
        )
