"""How the Conversation API reaches conversations that run."""

import asyncio

from ..store.records import MarkRecord, MemberRecord
from .directory import LocalDirectory


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

    def _mark(self, mark: MarkRecord) -> None:
        if conversation := self._directory.find(mark.conversation_id):
            conversation.mark(mark)

    def _rename(self, member: MemberRecord) -> None:
        if conversation := self._directory.find(member.conversation_id):
            conversation.rename(member.id, member.name)
