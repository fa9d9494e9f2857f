"""A conversation while it runs: participants, fan-out, timers."""

import asyncio
from dataclasses import replace
from enum import Enum

from ...protocol import events as wire
from ...protocol.events import ModifyRequest, Skip, StartRequest
from ..recognition.heard import Heard
from ..store.changes import SaveMember, SaveStream, UpdateConversation
from ..store.records import ConversationRecord, MarkRecord
from .admission import Admission, Opened
from .attachment import Attachment
from .ending import Ending
from .ordering import settled_until
from .outbox import Addressed, Audience
from .port import Leaving, PortClosed, Refusal, Role, Started, Stat
from .services import Services
from .signs import Signs
from .silence import Silence
from .stream import Stream, StreamState, format_of


class Phase(Enum):
    WAITING = "waiting"
    """Nobody has started yet; subscribers may be there."""
    LIVE = "live"
    COMPLETED = "completed"


class Conversation:
    """All that is said under one connection id; belongs to one event loop."""

    def __init__(self, tenant: str, connection_id: str, services: Services) -> None:
        self.phase = Phase.WAITING
        self.opened: Opened | None = None
        self._services = services
        self._admission = Admission(tenant, connection_id, services)
        self._attachments: list[Attachment] = []
        self._starting = asyncio.Lock()
        self._signs = Signs(self.tell, every=services.sign)
        self._ending = Ending(self, services)
        self._silence = Silence(services.max_silence, self._was_silent)

    # --- what sockets do

    def attach(self, role: Role) -> Attachment:
        attachment = Attachment(role, self._services.limits.frames)
        self._attachments.append(attachment)
        if role is Role.SUBSCRIBER and self.phase is Phase.LIVE:
            attachment.send(self._subscription())
        return attachment

    def adopt(self, attachment: Attachment) -> None:
        """Take over a socket that waited at a conversation which is finished."""
        self._attachments.append(attachment)

    def part_with_subscribers(self) -> list[Attachment]:
        """Those who came after the end, and wait for what begins under its id."""
        subscribers = [one for one in self._attachments if one.role is Role.SUBSCRIBER]
        for subscriber in subscribers:
            self._attachments.remove(subscriber)
        return subscribers

    async def start(self, attachment: Attachment, request: StartRequest) -> Started:
        """Raises PortClosed, or RemoteProtocolError where *request* makes no sense."""
        format_of(request)
        self._services.recognition.rouse()
        if attachment.stream is not None:
            # What was said before a pause comes before what is said after it.
            await self._ending.stopped(attachment.stream)
        async with self._starting:
            await self._ending.given_up()
            if self.opened is None:
                self._begin(await self._admission.open(request, self._deliver))
            stream = attachment.stream
            if stream is None:
                stream = self._admit(attachment, request)
            elif stream.state is StreamState.PAUSED:
                stream.state = StreamState.ATTACHED
            # Numbered as what the client has: what it missed follows with its own.
            told = self.begun.outbox.told
            after = told if request.after is None else request.after
            for event in self._start_frames(stream, after):
                attachment.send(event)
            # Sound may be on its way meanwhile: it waits in the socket.
            await self._services.recognition.load()
            if not stream.is_over:
                self._listen(stream)
            if not attachment.is_listening:
                for addressed in await self.begun.outbox.since(after):
                    attachment.offer(addressed)
                attachment.is_listening = True
        return Started(stream.received)

    async def given_up(self) -> None:
        """Return when it is known whether it comes to its end for want of clients."""
        await self._ending.given_up()

    async def push(self, attachment: Attachment, position: int, pcm: bytes) -> None:
        stream = self._speaking(attachment)
        if stream is None or (listener := stream.listener) is None:
            return
        if position < stream.received and stream.is_ours:
            # What was sent again although it had arrived.
            pcm = pcm[stream.bytes_of(stream.received - position) :]
        for _ in listener.pushing(pcm):
            self._note_progress(stream)
            if listener.is_ready:
                await asyncio.sleep(0)
            else:
                await self._signs.holding_back(stream, listener.ready())
            if self._speaking(attachment) is None or stream.listener is not listener:
                return

    def skip(self, attachment: Attachment, skip: Skip) -> None:
        if stream := self._speaking(attachment):
            stream.skip(skip)

    def modify(self, attachment: Attachment, request: ModifyRequest) -> None:
        """Raises RemoteProtocolError where *request* makes no sense."""
        if stream := self._speaking(attachment):
            speech = stream.modify(request)
            attachment.send(wire.SessionModified(speech_recognition=speech))

    def stop(self, attachment: Attachment) -> None:
        if stream := self._speaking(attachment):
            self._ending.stop(stream)
        elif attachment.stream is not None and attachment.stream.is_over:
            self._ending.repeat(attachment.stream)

    def detach(self, attachment: Attachment, reason: Leaving) -> None:
        if attachment in self._attachments:
            self._attachments.remove(attachment)
        if attachment.stream is not None:
            self._ending.left(attachment.stream, reason)

    def stat(self) -> Stat:
        streams = () if self.opened is None else tuple(self.opened.streams.values())
        speaking = [stream for stream in streams if not stream.is_over]
        backlogs = [one.listener.backlog for one in speaking if one.listener]
        return Stat(
            streams=len(speaking),
            backlog=max(backlogs, default=0.0),
            is_live=self.phase is Phase.LIVE,
        )

    # --- what the directory asks

    @property
    def begun(self) -> Opened:
        if self.opened is None:
            raise PortClosed(Refusal.GONE, "this conversation has not begun")
        return self.opened

    @property
    def is_forgettable(self) -> bool:
        return self.is_quiet and not self._ending.is_kept

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is here and nothing is under way."""
        return (
            not self._attachments
            and self.phase is not Phase.LIVE
            and not self._starting.locked()
            and self._ending.is_idle
            and (self.opened is None or self.opened.outbox.is_idle)
        )

    def takes(self, request: StartRequest) -> bool:
        """Whether *request* belongs here rather than to a new conversation."""
        if self.phase is not Phase.COMPLETED or self.opened is None:
            return True
        return request.stream_id in self.opened.streams

    async def restore(self, record: ConversationRecord) -> None:
        """Go on with what the store holds, before anybody rejoins."""
        async with self._starting:
            self._begin(await self._admission.restore(record, self._deliver))
        self._ending.watch()

    def client_gone(self, client: str) -> None:
        """The lease of *client* ended: it does not come back soon."""
        if self.opened and any(
            stream.request.client == client for stream in self.opened.streams.values()
        ):
            self._ending.watch()

    def mark(self, mark: MarkRecord) -> None:
        """Somebody marked a moment: everybody is told."""
        if self.opened is not None:
            marked = wire.Marked(id=mark.id, label=mark.label, start=mark.start)
            self.opened.outbox.put((Addressed(marked),))

    def rename(self, member_id: str, name: str) -> None:
        """A member got another name: what is found from now on, and before, follows."""
        if self.opened is None:
            return
        for stream in self.opened.streams.values():
            if stream.member.id == member_id:
                stream.member = replace(stream.member, name=name)
        self.opened.publication.analysis.rename(member_id, name)

    async def close(self) -> None:
        """The server goes: what is said is kept, sockets are told to come back."""
        self._ending.close()
        self._silence.end()
        for attachment in self._attachments:
            attachment.mailbox.close(PortClosed(Refusal.GONE, "the server is stopping"))
        if self.opened is None:
            return
        for stream in self.opened.streams.values():
            if stream.listener is not None:
                stream.listener.close()
        await self.opened.outbox.flush()
        self.opened.outbox.close()

    @property
    def is_completed(self) -> bool:
        return self.phase is Phase.COMPLETED

    def settle(self) -> None:
        """Let go of what was held back for others who may have spoken earlier."""
        opened = self.begun
        opened.publication.advance(settled_until(opened.streams.values()))

    def complete(self) -> None:
        """It has come to its end; it may be reopened by a stream that knows it."""
        self.phase = Phase.COMPLETED
        self._silence.end()
        opened = self.begun
        heard = (stream.ended_at for stream in opened.streams.values())
        ended_at = max(heard, default=self._services.now())
        opened.record = replace(opened.record, is_live=False, ended_at=ended_at)

    def dismiss(self) -> None:
        """Those who still listen have been told everything: their sockets close."""
        for attachment in self._attachments:
            if attachment.stream is not None and attachment.stream.is_over:
                attachment.mailbox.close(PortClosed(None, ""))

    def tell(self, stream: Stream, event: wire.ServerEvent) -> None:
        """To whoever is there for *stream*."""
        self.begun.outbox.put((Addressed(event, Audience.STREAM, stream.id),))

    @property
    def is_attended(self) -> bool:
        """Whether any speaker's socket is there."""
        return any(one.stream is not None for one in self._attachments)

    def attends(self, stream: Stream) -> bool:
        """Whether the socket of *stream* is there."""
        return any(one.stream is stream for one in self._attachments)

    # --- inside

    def _begin(self, opened: Opened) -> None:
        self.opened = opened
        self.phase = Phase.LIVE
        for attachment in self._attachments:
            if attachment.role is Role.SUBSCRIBER:
                attachment.send(self._subscription())

    def _admit(self, attachment: Attachment, request: StartRequest) -> Stream:
        opened = self.begun
        stream = opened.streams.get(request.stream_id or "")
        if stream is None:
            stream = self._admission.new_stream(request, opened)
        else:
            self._take_over(stream, request)
        attachment.join(stream, request)
        if not stream.is_over:
            self.phase = Phase.LIVE
        self._ending.unwatch()
        self._silence.begin()
        opened.record = replace(opened.record, is_live=self.phase is Phase.LIVE)
        opened.outbox.put(
            (),
            UpdateConversation(opened.record),
            SaveMember(stream.member),
            SaveStream(stream.record()),
        )
        return stream

    def _take_over(self, stream: Stream, request: StartRequest) -> None:
        if (request.epoch or 0) <= stream.epoch:
            message = f"epoch {request.epoch} of this stream is not higher"
            raise PortClosed(Refusal.SUPERSEDED, message)
        for other in self._attachments:
            if other.stream is stream:
                other.leave()
                message = "another connection has taken this stream over"
                other.mailbox.close(PortClosed(Refusal.SUPERSEDED, message))
        stream.epoch = request.epoch or 0
        stream.request = replace(
            stream.request, is_live=request.is_live, client=request.client
        )
        if not stream.was_asked_to_stop:
            stream.state = StreamState.ATTACHED

    def _listen(self, stream: Stream) -> None:
        if stream.listener is None:
            stream.open(
                self._services.recognition, lambda heard: self._heard(stream, heard)
            )

    def _note_progress(self, stream: Stream) -> None:
        self.settle()
        self.begun.publication.silence(stream)
        if (progress := stream.fall_behind()) is not None:
            self.tell(stream, progress)

    def _heard(self, stream: Stream, heard: Heard) -> None:
        self.begun.publication.heard(stream, heard)
        if heard.failure:
            self.tell(stream, stream.failure(heard))
        if heard.text:
            self._silence.begin()
        # Not now: more of the same stream may be about to be told.
        asyncio.get_running_loop().call_soon(self.settle)

    def _was_silent(self) -> None:
        if self.stat().backlog > 0:
            # Nobody knows yet what was said.
            self._silence.begin()
        elif self.is_attended:
            self._ending.dismiss()

    def _speaking(self, attachment: Attachment) -> Stream | None:
        """Its stream, if sound on it still counts; raises PortClosed if taken over."""
        stream = attachment.stream
        if stream is None or stream.state is not StreamState.ATTACHED:
            return None
        return stream

    def _start_frames(
        self, stream: Stream, number: int
    ) -> tuple[wire.ServerEvent, ...]:
        identity = self.begun.record.id
        return (
            wire.StartedListening(
                time_offset=0.0, event=number, audio_received=stream.received
            ),
            wire.ConversationCreated(
                time_offset=0.0, event=number, conversation_id=identity
            ),
            wire.RecognitionStarted(
                time_offset=0.0, event=number, conversation_id=identity
            ),
        )

    def _subscription(self) -> wire.SubscriptionStarted:
        return wire.SubscriptionStarted(
            time_offset=0.0, conversation_id=self.begun.record.id
        )

    def _deliver(self, addressed: Addressed) -> None:
        for attachment in self._attachments:
            if attachment.is_listening:
                attachment.offer(addressed)
