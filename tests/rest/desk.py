"""A desk with a store in memory, and requests to it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from types import MappingProxyType
from typing import cast

from symbl_cli.protocol.events import ConversationId, Json
from symbl_cli.server.rest import Desk, Reply, Request, answer
from symbl_cli.server.store.changes import Change
from symbl_cli.server.store.passing import Passing
from symbl_cli.server.store.records import MarkRecord, MemberRecord
from symbl_cli.server.store.store import Store
from tests.store.samples import MEETING, TENANT

NOW = datetime(2024, 5, 2, tzinfo=UTC)
HERE = f"/v1/conversations/{MEETING}"


PARTS = {
    "messages": "messages",
    "topics": "topics",
    "questions": "questions",
    "actionItems": "action-items",
    "followUps": "follow-ups",
    "entities": "entities",
    "bookmarks": "bookmarks",
}
EVERYTHING = {"verbose": "true", "parentRefs": "true"}


class RecordingLive:
    """Keeps what the running conversations were told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.under_way: dict[ConversationId, Sequence[Change]] = {}
        """What is not stored yet, by conversation."""
        self.running: set[ConversationId] = set()
        self.marks: list[MarkRecord] = []
        self.members: list[MemberRecord] = []

    def marked(self, mark: MarkRecord) -> None:
        self.marks.append(mark)

    def renamed(self, member: MemberRecord) -> None:
        self.members.append(member)

    def settle(self, conversation_id: ConversationId) -> None:
        self.store.write(*self.under_way.pop(conversation_id, ())).result(10)

    def is_running(self, conversation_id: ConversationId) -> bool:
        return conversation_id in self.running


class Client:
    """Asks a desk as an HTTP client would."""

    def __init__(self, store: Store, *, patience: float = 30.0) -> None:
        self.store = store
        self.live = RecordingLive(store)
        numbers = count(1)
        self._desk = Desk(
            store=store,
            passing=Passing(store),
            now=lambda: NOW,
            new_id=lambda: f"600000000000000{next(numbers)}",
            new_member_id=lambda: f"member-{next(numbers)}",
            live=self.live,
            patience=patience,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        tenant: str = TENANT,
        raw: bytes | None = None,
        query: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        sent = raw if raw is not None else json.dumps(body).encode()
        request = Request(
            method=method, path=path, query=query, body=sent, tenant=tenant
        )
        return answer(request, self._desk)

    def get(self, path: str, **query: str) -> dict[str, Json]:
        """The body of a good answer that is an object."""
        reply = self.ask("GET", path, query=query)
        assert reply.status == 200, reply
        return cast("dict[str, Json]", reply.body)


def names(items: Json, name: str = "id") -> list[str]:
    """The *name* of each of *items*."""
    return [str(item[name]) for item in cast("list[dict[str, Json]]", items)]


def exported(client: Client, there: str = HERE) -> dict[str, Json]:
    """All of that conversation, as an export has it."""
    whole: dict[str, Json] = {"conversation": client.get(there)}
    for part, path in PARTS.items():
        whole[part] = client.get(f"{there}/{path}", **EVERYTHING)[part]
    whole["trackers"] = client.ask("GET", f"{there}/trackers").body
    return whole
