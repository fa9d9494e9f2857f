"""How the Conversation API reaches conversations that run."""

import asyncio
from contextlib import suppress

from ...protocol.events import ConversationId
from ..store.records import MarkRecord, MemberRecord
from .directory import LocalDirectory

_LONGEST = 1.0
"""Seconds that somebody waits for the store to have what is under way."""


class LiveHere:
    """Those of this process; called from any thread, acts on the loop."""

    def __init__(
        self, directory: LocalDirectory, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._directory = directory
        self._loop = loop

    def marked(self, mark: MarkRecord) -> None:
        self._loop.call_soon_threadsafe(self._mark, mark)

    def renamed(self, member: MemberRecord) -> None:
        self._loop.call_soon_threadsafe(self._rename, member)

    def settle(self, conversation_id: ConversationId) -> None:
        settling = self._settle(conversation_id)
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(settling, self._loop).result(_LONGEST)

    def is_running(self, conversation_id: ConversationId) -> bool:
        asking = self._is_running(conversation_id)
        try:
            return asyncio.run_coroutine_threadsafe(asking, self._loop).result(_LONGEST)
        except TimeoutError:
            return True

    async def _is_running(self, conversation_id: ConversationId) -> bool:
        conversation = self._directory.find(conversation_id)
        return conversation is not None and not conversation.is_completed

    async def _settle(self, conversation_id: ConversationId) -> None:
        conversation = self._directory.find(conversation_id)
        if conversation is not None and conversation.opened is not None:
            await conversation.opened.outbox.flush()

    def _mark(self, mark: MarkRecord) -> None:
        if conversation := self._directory.find(mark.conversation_id):
            conversation.mark(mark)

    def _rename(self, member: MemberRecord) -> None:
        if conversation := self._directory.find(member.conversation_id):
            conversation.rename(member.id, member.name)
