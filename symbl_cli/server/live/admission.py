"""Who is let into a conversation: made anew, or taken from the store."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ...errors import StoreError
from ...protocol.codec import decode, encode
from ...protocol.events import ConversationId, Person, StartRequest
from ...text.publishing import publisher
from ..store.changes import SaveConversation
from ..store.records import ConversationRecord, MemberRecord, StreamRecord
from .outbox import Addressed, Outbox
from .publication import Publication
from .services import Services
from .stream import Stream, StreamState, format_of, new_stream, stream_clock
from .wall import parse_time

_LONGEST_ABSENCE = 1800.0
"""§2.1 `noConnectionTimeout`."""


@dataclass(slots=True)
class Opened:
    """What a conversation that has begun consists of."""

    record: ConversationRecord
    outbox: Outbox
    publication: Publication
    is_passing: bool
    """Whether nothing of it may be left when it has ended."""
    members: list[MemberRecord] = field(default_factory=list)
    streams: dict[str, Stream] = field(default_factory=dict)


class Admission:
    """For one connection id of one tenant."""

    def __init__(self, tenant: str, connection_id: str, services: Services) -> None:
        self._tenant = tenant
        self._connection_id = connection_id
        self._services = services

    async def open(
        self, request: StartRequest, deliver: Callable[[Addressed], None]
    ) -> Opened:
        """The conversation that *request* belongs to, from the store, or a new one."""
        if record := await self._known(request):
            return await self.restore(record, deliver)
        now = self._services.now()
        record = ConversationRecord(
            id=ConversationId(self._services.new_id()),
            tenant=self._tenant,
            connection_id=self._connection_id,
            started_at=parse_time(request.started_at) or now,
            name=request.config.meeting_title or request.meeting_title,
            resumable_for=resumable_for(request),
            timezone=request.config.timezone,
            settings=str(encode(request)),
        )
        is_stored = request.store is not False
        opened = self._opened(record, request, deliver, is_stored=is_stored, last=None)
        opened.outbox.put((), SaveConversation(record))
        return opened

    async def restore(
        self, record: ConversationRecord, deliver: Callable[[Addressed], None]
    ) -> Opened:
        """*record*'s conversation as the store has it, with its insights' state."""
        read = partial(asyncio.get_running_loop().run_in_executor, None)
        store = self._services.store
        members = list(await read(store.members, record.id))
        messages = await read(store.messages, record.id)
        streams = await read(store.streams, record.id)
        frames = await read(store.frames, record.id, 0)
        last = frames[-1].event if frames else 0
        request = _request(record.settings)
        opened = self._opened(record, request, deliver, is_stored=True, last=last)
        opened.members = members
        by_id = {member.id: member for member in members}
        publication = opened.publication
        await publication.analysis.recall(
            [publication.said(one, by_id[one.member_id]) for one in messages]
        )
        for stream in streams:
            restored = self._stream(
                stream, _request(stream.request), by_id[stream.member_id], opened
            )
            restored.state = StreamState.DETACHED
            opened.streams[stream.id] = restored
        return opened

    def new_stream(self, request: StartRequest, opened: Opened) -> Stream:
        """A new participant (§1.5), or the known one of the same user."""
        member = self._member(request.speaker, opened)
        stream = self._stream(
            new_stream(
                request.stream_id or self._services.new_member_id(),
                opened.record.id,
                member,
                format_of(request).sample_rate,
            ),
            request,
            member,
            opened,
        )
        stream.epoch = request.epoch or 0
        opened.streams[stream.id] = stream
        return stream

    async def _known(self, request: StartRequest) -> ConversationRecord | None:
        record = await asyncio.get_running_loop().run_in_executor(
            None,
            self._services.store.find_by_connection,
            self._tenant,
            self._connection_id,
        )
        if record is None or record.is_live:
            return record
        streams = await asyncio.get_running_loop().run_in_executor(
            None, self._services.store.streams, record.id
        )
        is_known = any(stream.id == request.stream_id for stream in streams)
        return record if is_known else None

    def _opened(
        self,
        record: ConversationRecord,
        request: StartRequest,
        deliver: Callable[[Addressed], None],
        *,
        is_stored: bool,
        last: int | None,
    ) -> Opened:
        services = self._services
        store = services.store if is_stored else services.passing.store
        outbox = Outbox(record.id, store, deliver, is_stored=is_stored, last=last)
        publication = Publication(record.id, request, outbox, services.analysis)
        return Opened(record, outbox, publication, is_passing=not is_stored)

    def _member(self, speaker: Person | None, opened: Opened) -> MemberRecord:
        speaker = speaker or Person()
        user_id = speaker.user_id or speaker.email
        for member in opened.members:
            if user_id is not None and member.user_id == user_id:
                return member
        name = speaker.name or user_id or f"Speaker {len(opened.members) + 1}"
        member = MemberRecord(
            id=self._services.new_member_id(),
            conversation_id=opened.record.id,
            name=name,
            user_id=user_id,
            email=speaker.email or (user_id if user_id and "@" in user_id else None),
        )
        opened.members.append(member)
        return member

    def _stream(
        self,
        record: StreamRecord,
        request: StartRequest,
        member: MemberRecord,
        opened: Opened,
    ) -> Stream:
        now = self._services.now()
        clock = stream_clock(request, record.sample_rate, now)
        began = opened.record.started_at
        return Stream(
            record,
            request,
            member,
            clock,
            shift=max(0.0, (clock.at(0) - began).total_seconds()),
            publish=publisher(request.config),
            new_id=self._services.new_id,
        )


def resumable_for(request: StartRequest) -> float:
    return min(_LONGEST_ABSENCE, max(0.0, request.no_connection_timeout or 0.0))


def _request(settings: str) -> StartRequest:
    """A start_request as the store kept it."""
    event = decode(settings)
    if isinstance(event, StartRequest):
        return event
    raise StoreError("a stored start_request is none")
