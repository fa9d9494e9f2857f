"""What goes in and out of a route, as values."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Protocol

from ...errors import RemoteProtocolError, StoreError
from ...frozen import dataclass
from ...protocol.events import ConversationId, Json
from ...protocol.resource_table import read_body, read_time
from ...protocol.sizes import LONGEST_NAME
from ..store.changes import Change
from ..store.passing import Passing
from ..store.records import MarkRecord, MemberRecord
from ..store.store import Store

NO_CONVERSATION = "The conversationId is either invalid or does not exist."
NOT_STORED = (
    "This conversation has ended, and nothing of it was stored, as its start asked "
    "for (store: false)."
)
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    """Decoded, with its leading slash."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    tenant: str


@dataclass(frozen=True, slots=True)
class Reply:
    body: Json
    status: int = 200


class Refused(Exception):
    """Ends a request with *status* and a message for whoever sent it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.reply = Reply({"message": message}, status)


def check_length(name: str, text: str | None, most: int = LONGEST_NAME) -> None:
    """Raises Refused where *text* is longer than *most* characters."""
    if text is not None and len(text) > most:
        raise Refused(400, f'"{name}" must have at most {most} characters')


class Live(Protocol):
    """The conversations that run, as REST reaches them; called from any thread."""

    def marked(self, mark: MarkRecord) -> None:
        """Tell the subscribers; *mark* is stored already."""
        ...

    def renamed(self, member: MemberRecord) -> None:
        """*member* has another name from now on; it is stored already."""
        ...

    def settle(self, conversation_id: ConversationId) -> None:
        """Wait, not for long, until what that conversation has so far is stored."""
        ...

    def is_running(self, conversation_id: ConversationId) -> bool:
        """Whether it will end by itself, and then say when."""
        ...


class NothingLive:
    """No conversation runs, or none needs to know."""

    def marked(self, mark: MarkRecord) -> None:
        pass

    def renamed(self, member: MemberRecord) -> None:
        pass

    def settle(self, conversation_id: ConversationId) -> None:
        pass

    def is_running(self, conversation_id: ConversationId) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What routes work with."""

    store: Store
    passing: Passing
    """Conversations that are not to be stored."""
    now: Callable[[], datetime]
    """Wall time, UTC."""
    new_id: Callable[[], str]
    """16 digits, never the same twice (conversation-api.md §0)."""
    new_member_id: Callable[[], str]
    """A UUID."""
    live: Live = field(default_factory=NothingLive)
    patience: float = 30.0
    """Seconds that a change may take to be on disk."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a route."""

    request: Request
    desk: Desk
    names: Mapping[str, str]
    """Of the path's variable parts."""

    def read_flag(self, name: str) -> bool:
        """A boolean of the query, false where it is absent."""
        text = self.request.query.get(name, "false").strip().lower()
        if text not in _BOOLEANS:
            raise Refused(400, f'"{name}" must be a boolean')
        return _BOOLEANS[text]

    def read_count(self, name: str, default: int, most: int) -> int:
        """An integer of the query, from 0 to *most*."""
        text = self.request.query.get(name, "").strip()
        if not text:
            return default
        # Longer digits are no number that anybody means, and slow to read.
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
            raise Refused(400, f'"{name}" must be an integer from 0 to {most}')
        if int(text) > most:
            raise Refused(400, f'"{name}" must be at most {most}')
        return int(text)

    def read_moment(self, name: str) -> datetime | None:
        """A time of the query."""
        # A plus that was not escaped arrives as a blank.
        text = self.request.query.get(name, "").strip().replace(" ", "+")
        if not text:
            return None
        try:
            return read_time(text)
        except ValueError:
            message = f'"{name}" must be an ISO 8601 date and time'
            raise Refused(400, message) from None

    def read_json(self) -> Json:
        """The body."""
        try:
            return read_body(self.request.body)
        except RemoteProtocolError as exc:
            raise Refused(400, exc.message) from exc

    def write(self, *changes: Change) -> None:
        """All or none; returns when they are on disk. Raises StoreError and its kin."""
        try:
            self.desk.store.write(*changes).result(self.desk.patience)
        except TimeoutError:
            raise StoreError("the disk does not keep up: ask again later") from None
