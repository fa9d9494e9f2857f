"""Conversations of which nothing is kept: in memory, and there only while they run."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from ...protocol.events import ConversationId
from .changes import DeleteConversation
from .store import Store, open_store

_REMEMBERED = 1000
"""Ids of conversations that have ended, so that one can be told what became of them."""


class Passing:
    """May be called from any thread."""

    def __init__(self, store: Store) -> None:
        self.store = store
        """That of this process's memory."""
        self._ended: deque[tuple[str, str]] = deque(maxlen=_REMEMBERED)

    def end(self, tenant: str, conversation_id: ConversationId) -> None:
        """It has ended: nobody can read any more of it than that it was."""
        self._ended.append((tenant, conversation_id))
        self.store.write(DeleteConversation(conversation_id))

    def has_ended(self, tenant: str, name: str) -> bool:
        """Whether *name* was the id of one of *tenant*, not long ago."""
        return (tenant, name) in self._ended


@contextmanager
def open_passing() -> Iterator[Passing]:
    with open_store(None) as store:
        yield Passing(store)
