"""The Conversation API as its clients see it."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

from ..errors import NotFoundError, RemoteProtocolError
from ..protocol import resources as r
from ..protocol.events import Json, Person, Tracker
from ..protocol.resource_table import read, read_all, write
from ..text.terminal import whole_characters
from .http import Http

LAST = "last"
_ROOT = "/v1/conversations"
_PAGE = 1000
_SMALLEST_PAGE = 100
"""A server may give fewer than are asked for, but hardly fewer than these."""
_EVER = {"startTime": "1970-01-01T00:00:00.000Z"}
"""Without it the API lists the last seven days only."""
_NEWEST_FIRST = {**_EVER, "order": "desc"}
_FEW = 5
_MOST = 1_000_000
"""Conversations of anybody; a server may make up more as it is asked."""

_Resource = TypeVar("_Resource")


class ConversationsClient:
    """Asks one server about its conversations.

    A conversation is named by its id, the beginning of it if only one begins so, or
    `last`. What is asked raises NotFoundError where there is none, else what
    `Http.ask` raises.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def list(self, search: str = "") -> Iterator[r.Conversation]:
        """All of them, newest first, page by page; those that hold *search*.

        A server that cannot search has them all.
        """
        return self._pages({"q": search} if search else {})

    def find(self, name: str) -> r.Conversation:
        """The conversation called *name*."""
        _check(name)
        try:
            return read(r.Conversation, self._http.ask("GET", self._path(name)))
        except NotFoundError:
            return self._newest() if name == LAST else self._by_prefix(name)

    def messages(
        self, name: str, *, verbose: bool = False, sentiment: bool = False
    ) -> tuple[r.Message, ...]:
        query = {
            key: "true"
            for key, is_wanted in (("verbose", verbose), ("sentiment", sentiment))
            if is_wanted
        }
        return self._all(r.Message, name, "messages", "messages", query)

    def topics(self, name: str) -> tuple[r.Topic, ...]:
        return self._all(r.Topic, name, "topics", "topics", {"parentRefs": "true"})

    def questions(self, name: str) -> tuple[r.Question, ...]:
        return self._all(r.Question, name, "questions", "questions")

    def action_items(self, name: str) -> tuple[r.ActionItem, ...]:
        return self._all(r.ActionItem, name, "action-items", "actionItems")

    def follow_ups(self, name: str) -> tuple[r.ActionItem, ...]:
        return self._all(r.ActionItem, name, "follow-ups", "followUps")

    def entities(self, name: str) -> tuple[r.Entity, ...]:
        return self._all(r.Entity, name, "entities", "entities")

    def members(self, name: str) -> tuple[Person, ...]:
        return self._all(Person, name, "members", "members")

    def trackers(self, name: str) -> tuple[Tracker, ...]:
        found = self._get(name, "/trackers-detected")
        return read_all(Tracker, {"trackers": found}, "trackers")

    def bookmarks(self, name: str) -> tuple[r.Bookmark, ...]:
        return self._all(r.Bookmark, name, "bookmarks", "bookmarks")

    def summary(self, name: str) -> tuple[r.SummarySentence, ...]:
        return self._all(r.SummarySentence, name, "summary", "summary")

    def analytics(self, name: str) -> r.Analytics:
        return read(r.Analytics, self._get(name, "/analytics"))

    def transcript(self, name: str, wanted: r.TranscriptRequest) -> r.Transcript:
        path = self._path(self.find(name).id, "/transcript")
        answer = self._http.ask("POST", path, body=write(wanted))
        inner = answer.get("transcript") if isinstance(answer, dict) else None
        return read(r.Transcript, inner)

    def rename(self, name: str, new_name: str) -> r.Conversation:
        found = self.find(name)
        self._http.ask("PUT", self._path(found.id), body={"name": new_name})
        return self.find(found.id)

    def rename_member(self, name: str, old: str, new: str) -> None:
        """Messages and insights follow; *old* is a member's name or id."""
        found = self.find(name)
        members = self.members(found.id)
        named = [one for one in members if old in {one.name, one.id}]
        if len(named) != 1:
            known = ", ".join(one.name or one.id or "?" for one in members)
            problem = "several members are" if named else "no member is"
            raise NotFoundError(f"{problem} called {old!r}; there are: {known}")
        member = named[0].id or ""
        path = self._path(found.id, f"/members/{quote(member, safe='')}")
        self._http.ask("PUT", path, body={"id": member, "name": new})

    def delete(self, conversation_id: str) -> None:
        """For good; takes no prefix and no `last`."""
        self._http.ask("DELETE", self._path(conversation_id))

    def mark(self, name: str, text: str) -> r.Bookmark:
        """Mark this moment of a conversation that runs."""
        path = self._path(self.find(name).id, "/bookmarks")
        return read(r.Bookmark, self._http.ask("POST", path, body={"label": text}))

    def export(self, name: str) -> r.Export:
        """Everything that is known of a conversation."""
        found = self.find(name)
        return r.Export(
            conversation=found,
            messages=self.messages(found.id, verbose=True, sentiment=True),
            topics=self.topics(found.id),
            questions=self.questions(found.id),
            action_items=self.action_items(found.id),
            follow_ups=self.follow_ups(found.id),
            trackers=self.trackers(found.id),
            entities=self.entities(found.id),
            bookmarks=self._bookmarks_if_any(found.id),
        )

    def import_(self, export: r.Export) -> r.Conversation:
        """Raises ConflictError where that conversation is there already."""
        return read(r.Conversation, self._http.ask("POST", _ROOT, body=write(export)))

    def complete(self, export: r.Export) -> r.Conversation:
        """The same, where one of its id that is there gets what it has not."""
        answer = self._http.ask(
            "POST", _ROOT, query={"merge": "true"}, body=write(export)
        )
        return read(r.Conversation, answer)

    def knows(self, conversation_id: str) -> bool:
        """Whether there is one of just that id."""
        try:
            return self.find(conversation_id).id == conversation_id
        except NotFoundError:
            return False

    def _bookmarks_if_any(self, conversation_id: str) -> tuple[r.Bookmark, ...]:
        try:
            return self.bookmarks(conversation_id)
        except NotFoundError:  # most servers have none
            return ()

    def _newest(self) -> r.Conversation:
        """Where the server does not know `last`, or knows of nothing."""
        newest = self._page({}, offset=0, limit=1)
        if not newest:
            raise NotFoundError(
                "there is no conversation yet",
                suggestion="make one with `symbl stream`, or `symbl stream --demo`",
            )
        return newest[0]

    def _by_prefix(self, name: str) -> r.Conversation:
        # Servers that do not know `id` list everything.
        matching = [one for one in self._pages({"id": name}) if one.id.startswith(name)]
        if len(matching) == 1:
            return matching[0]
        if not matching:
            raise _unknown(name)
        few = ", ".join(one.id for one in matching[:_FEW])
        more = ", …" if len(matching) > _FEW else ""
        raise NotFoundError(
            f"{len(matching)} conversations begin with {name!r}: {few}{more}",
            suggestion="give more of the id",
        )

    def _pages(self, query: dict[str, str]) -> Iterator[r.Conversation]:
        offset = 0
        seen: set[str] = set()
        while page := self._page(query, offset=offset, limit=_PAGE):
            # New ones push the others down while we page.
            new = [one for one in page if one.id not in seen]
            yield from new
            seen.update(one.id for one in new)
            if len(page) < _SMALLEST_PAGE or not new:
                return
            if len(seen) > _MOST:
                raise RemoteProtocolError(
                    f"the server lists more than {_MOST} conversations",
                    suggestion="check that api_url names a server that can be trusted",
                )
            offset += len(page)

    def _page(
        self, query: dict[str, str], *, offset: int, limit: int
    ) -> tuple[r.Conversation, ...]:
        page = {"offset": str(offset), "limit": str(limit)}
        answer = self._http.ask("GET", _ROOT, query={**_NEWEST_FIRST, **query, **page})
        return read_all(r.Conversation, answer, "conversations")

    def _all(
        self,
        cls: type[_Resource],
        name: str,
        path: str,
        envelope: str,
        query: dict[str, str] | None = None,
    ) -> tuple[_Resource, ...]:
        return read_all(cls, self._get(name, f"/{path}", query), envelope)

    def _get(self, name: str, path: str, query: dict[str, str] | None = None) -> Json:
        """Ask with *name* as it is first: mostly it is an id, or understood."""
        _check(name)
        try:
            return self._http.ask("GET", self._path(name, path), query=query)
        except NotFoundError:
            found = self.find(name)
            if found.id == name:
                raise
            return self._http.ask("GET", self._path(found.id, path), query=query)

    def _path(self, conversation_id: str, path: str = "") -> str:
        return f"{_ROOT}/{quote(conversation_id, safe='')}{path}"


def _check(name: str) -> None:
    """Raises NotFoundError where *name* would make another path, or none."""
    if "/" in name or not name.strip(".") or name != whole_characters(name):
        raise _unknown(name)


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(
        f"there is no conversation {name!r}",
        suggestion="see `symbl conversation list`",
    )
