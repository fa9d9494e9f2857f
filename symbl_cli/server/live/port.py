"""The seam between sockets and live conversations: values only.

Whoever owns a live conversation, on this machine or another, is reached through
these two. Everything that crosses can be pickled.
"""

from collections.abc import AsyncIterator
from enum import Enum
from typing import Protocol

from ...frozen import dataclass
from ...protocol.events import ModifyRequest, ServerEvent, Skip, StartRequest


class Role(Enum):
    SPEAKER = "speaker"
    SUBSCRIBER = "subscriber"


class Leaving(Enum):
    """Why a socket is no longer there."""

    CLOSED = "closed"
    """The client closed it, in order."""
    LOST = "lost"
    """It broke."""


class Refusal(Enum):
    """What ends a socket from our side, and its close code."""

    GONE = 1012
    """Whoever owned the conversation is no longer there: come back."""
    BUSY = 1013
    """More than can be carried now: come back later."""
    FAILED = 1011
    """Something here does not work: coming back may help."""
    SUPERSEDED = 1008
    """Another socket has taken this stream over, or its epoch is not higher."""


class PortClosed(Exception):
    """The conversation will have no more of this socket; *refusal* says why.

    Without a refusal the socket ends as it should: close code 1000.
    """

    def __init__(self, refusal: Refusal | None, message: str) -> None:
        super().__init__(refusal, message)
        self.refusal = refusal
        self.message = message


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One frame for this socket."""

    event: ServerEvent
    is_last: bool = False
    """Whether the socket is to be closed after it."""


@dataclass(frozen=True, slots=True)
class Started:
    """What `start` settled."""

    audio_received: int
    """Samples of the stream that are held: the next chunk's position."""


@dataclass(frozen=True, slots=True)
class Stat:
    """How a conversation does."""

    streams: int
    backlog: float
    """Seconds of sound heard but not yet recognised, of the stream furthest behind."""
    is_live: bool


class ConversationPort(Protocol):
    """One socket's side of a conversation; raises PortClosed when it is over."""

    async def start(self, request: StartRequest) -> Started: ...

    async def push(self, position: int, pcm: bytes) -> None:
        """Sound from *position* on; waits while recognition is far behind."""

    async def skip(self, skip: Skip) -> None: ...

    async def modify(self, request: ModifyRequest) -> None: ...

    async def stop(self) -> None:
        """No more sound: the last words and the end come as events."""

    def events(self) -> AsyncIterator[Outgoing]:
        """What this socket is to be sent, from what its start asked for on."""

    async def stat(self) -> Stat: ...

    async def detach(self, reason: Leaving) -> None: ...


class ConversationDirectory(Protocol):
    """Alone decides who owns a live conversation."""

    async def open(
        self, tenant: str, connection_id: str, role: Role
    ) -> ConversationPort: ...
