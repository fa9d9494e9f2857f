"""Who owns which live conversation: here, everything is owned by this process."""

import asyncio
from collections.abc import AsyncIterator

from ...protocol.events import (
    ConversationId,
    ModifyRequest,
    Skip,
    StartRequest,
)
from ...protocol.local import LOCAL_TENANT
from ...text.counting import counted
from .conversation import Conversation, Phase
from .port import Leaving, Outgoing, PortClosed, Refusal, Role, Started, Stat
from .services import Services


class LocalDirectory:
    """Belongs to one event loop."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._conversations: dict[tuple[str, str], Conversation] = {}
        services.leases.watch(self._client_gone)

    async def open(self, tenant: str, connection_id: str, role: Role) -> "LocalPort":
        return LocalPort(self, tenant, connection_id, role)

    async def restore(self) -> None:
        """Take up what the store says was live: it waits for its clients again."""
        records = await asyncio.get_running_loop().run_in_executor(
            None, self._services.store.live_conversations
        )
        for record in records:
            conversation = self.at(record.tenant, record.connection_id)
            if conversation.phase is Phase.WAITING:
                await conversation.restore(record)

    def at(self, tenant: str, connection_id: str) -> Conversation:
        """The conversation under *connection_id*, which may not have begun."""
        self._forget_finished()
        key = (tenant, connection_id)
        if key not in self._conversations:
            self._conversations[key] = Conversation(
                tenant, connection_id, self._services
            )
        return self._conversations[key]

    def for_start(
        self, tenant: str, connection_id: str, request: StartRequest
    ) -> Conversation:
        """Where *request* belongs: a finished id begins anew (§4.4)."""
        conversation = self.at(tenant, connection_id)
        if not conversation.takes(request):
            finished = conversation
            conversation = Conversation(tenant, connection_id, self._services)
            self._conversations[tenant, connection_id] = conversation
            for subscriber in finished.part_with_subscribers():
                conversation.adopt(subscriber)
        self._check_room(tenant)
        return conversation

    def _check_room(self, tenant: str) -> None:
        """For one more stream of *tenant*; raises PortClosed."""
        most = self._services.max_streams
        if most is not None and self.streams >= most:
            carried = counted(most, "stream")
            message = f"this server carries {carried} and has no room for another"
            raise PortClosed(Refusal.BUSY, message)
        own = self._services.limits.tenant_streams
        if tenant != LOCAL_TENANT and self._streams_of(tenant) >= own:
            has = counted(own, "stream")
            message = f"you have {has} here, and may not have another"
            raise PortClosed(Refusal.BUSY, message)

    def _streams_of(self, tenant: str) -> int:
        return sum(
            conversation.stat().streams
            for (owner, _), conversation in self._conversations.items()
            if owner == tenant
        )

    def find(self, conversation_id: ConversationId) -> Conversation | None:
        for conversation in self._conversations.values():
            opened = conversation.opened
            if opened is not None and opened.record.id == conversation_id:
                return conversation
        return None

    @property
    def streams(self) -> int:
        """Streams that are speaking or may go on to."""
        return sum(one.stat().streams for one in self._conversations.values())

    @property
    def is_idle(self) -> bool:
        """Whether nothing is live or draining."""
        return all(one.is_quiet for one in self._conversations.values())

    async def close(self) -> None:
        for conversation in list(self._conversations.values()):
            await conversation.close()

    def _client_gone(self, client: str) -> None:
        for conversation in self._conversations.values():
            conversation.client_gone(client)

    def _forget_finished(self) -> None:
        for key, conversation in list(self._conversations.items()):
            if conversation.is_forgettable:
                del self._conversations[key]


class LocalPort:
    """One socket's side of a conversation of this process."""

    def __init__(
        self, directory: LocalDirectory, tenant: str, connection_id: str, role: Role
    ) -> None:
        self._directory = directory
        self._tenant = tenant
        self._connection_id = connection_id
        self._conversation = directory.at(tenant, connection_id)
        self._attachment = self._conversation.attach(role)

    async def start(self, request: StartRequest) -> Started:
        if self._attachment.stream is None:
            await self._conversation.given_up()
            conversation = self._directory.for_start(
                self._tenant, self._connection_id, request
            )
            if conversation is not self._conversation:
                self._conversation.detach(self._attachment, Leaving.CLOSED)
                self._conversation = conversation
                conversation.adopt(self._attachment)
        return await self._conversation.start(self._attachment, request)

    async def push(self, position: int, pcm: bytes) -> None:
        await self._conversation.push(self._attachment, position, pcm)

    async def skip(self, skip: Skip) -> None:
        self._conversation.skip(self._attachment, skip)

    async def modify(self, request: ModifyRequest) -> None:
        self._conversation.modify(self._attachment, request)

    async def stop(self) -> None:
        self._conversation.stop(self._attachment)

    async def events(self) -> AsyncIterator[Outgoing]:
        async for outgoing in self._attachment.mailbox:
            yield outgoing

    async def stat(self) -> Stat:
        return self._conversation.stat()

    async def detach(self, reason: Leaving) -> None:
        self._conversation.detach(self._attachment, reason)
