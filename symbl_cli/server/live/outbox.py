"""Everything a conversation says: numbered, committed, then handed out, in order."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum
from typing import cast

from ...errors import SymblError
from ...frozen import dataclass
from ...protocol.additions import NOT_STORED
from ...protocol.codec import decode, encode
from ...protocol.events import (
    ConversationId,
    ErrorMessage,
    Lifecycle,
    Progress,
    RecognitionResult,
    Response,
    ServerEvent,
    TopicResponse,
)
from ..store.changes import Change, SaveFrame
from ..store.records import FrameRecord
from ..store.store import Store
from .frames import failure

log = logging.getLogger(__name__)

_REMEMBERED = 2000
"""Frames kept in memory; older ones are read from the store."""
_RESTART_GAP = 1 << 20
"""Above any number that interims, which are not stored, can have used."""


class Audience(Enum):
    EVERYBODY = "everybody"
    CAPTIONS = "captions"
    """The stream's own socket, and subscribers."""
    STREAM = "stream"
    """The stream's own socket alone."""
    SUBSCRIBERS = "subscribers"
    """Those who only listen; it is their last."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """An event and whom it is for."""

    event: ServerEvent
    audience: Audience = Audience.EVERYBODY
    stream: str | None = None

    @property
    def label(self) -> str:
        """The audience as the store keeps it."""
        return f"{self.audience.value}:{self.stream or ''}"


def _addressed(frame: FrameRecord) -> Addressed:
    audience, _, stream = (frame.audience or "").partition(":")
    event = cast("ServerEvent", decode(frame.frame))
    return Addressed(event, Audience(audience), stream or None)


@dataclass(frozen=True, slots=True)
class _Numbered:
    number: int
    addressed: Addressed


@dataclass(frozen=True, slots=True)
class _Batch:
    changes: tuple[Change, ...]
    numbered: tuple[_Numbered, ...]
    kept: tuple[FrameRecord, ...]
    """Those of *numbered* that may be asked for again."""


class Outbox:
    """Belongs to one event loop; *deliver* is called on it, in order of number."""

    def __init__(
        self,
        conversation_id: ConversationId,
        store: Store,
        deliver: Callable[[Addressed], None],
        *,
        is_stored: bool,
        last: int | None,
    ) -> None:
        """*last*: the highest number in the store, where this goes on.

        *is_stored*: whether that is more than memory, for who comes back much later.
        """
        self._id = conversation_id
        self._store = store
        self._deliver = deliver
        self._is_stored = is_stored
        self._is_written = True
        """Whether the store takes what it is given, and may have it."""
        self._number = 0 if last is None else last + _RESTART_GAP
        self._first = self._number + 1
        self._told = self._number
        self._sequence: Counter[type] = Counter()
        self._time_offset = 0.0
        # As text: its words as objects take four times as much.
        self._log: deque[FrameRecord] = deque(maxlen=_REMEMBERED)
        self._queue: deque[_Batch] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        """While there is something to send; so nothing is left of who is forgotten."""

    @property
    def told(self) -> int:
        """The last number that was handed out."""
        return self._told

    def put(self, addressed: Iterable[Addressed], *changes: Change) -> None:
        """Commit *changes* together with the frames of *addressed*, then send those."""
        numbered = tuple(self._numbered(one) for one in addressed)
        kept = tuple(self._frame(one) for one in numbered if _kept(one))
        if self._is_stored:
            changes = (*changes, *map(SaveFrame, kept))
        self._queue.append(_Batch(changes, numbered, kept))
        self._idle.clear()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"outbox-{self._id}")

    @property
    def is_idle(self) -> bool:
        """Whether everything put so far is committed and handed out."""
        return self._idle.is_set()

    async def flush(self) -> None:
        """Return when everything put so far is committed and handed out."""
        await self._idle.wait()

    async def since(self, after: int) -> list[Addressed]:
        """What was handed out behind number *after*: what is kept for rejoining."""
        older: list[FrameRecord] = []
        if after + 1 < self._oldest and self._is_stored:
            frames = await asyncio.get_running_loop().run_in_executor(
                None, self._store.frames, self._id, after
            )
            older = [frame for frame in frames if frame.event < self._oldest]
        newer = [frame for frame in self._log if frame.event > after]
        return [_addressed(frame) for frame in (*older, *newer)]

    def write_no_more(self) -> None:
        """Whatever is put from now on is handed out, and leaves nothing behind."""
        self._is_written = False

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @property
    def _oldest(self) -> int:
        return self._log[0].event if self._log else self._number + 1

    def _numbered(self, addressed: Addressed) -> _Numbered:
        self._number += 1
        event = self._placed(addressed.event, self._number)
        return _Numbered(self._number, replace(addressed, event=event))

    def _placed(self, event: ServerEvent, number: int) -> ServerEvent:
        """*event* with its number, and what the vendor's typed clients need (§7.3)."""
        match event:
            case Lifecycle():
                offset = event.time_offset
                self._time_offset = max(self._time_offset, offset or 0.0)
                if offset is None:
                    event = replace(event, time_offset=self._time_offset)
                return replace(event, event=number)
            case TopicResponse() | ErrorMessage():
                return replace(event, event=number)
            case Response():
                sequence = self._sequence[type(event)]
                self._sequence[type(event)] += 1
                return replace(event, event=number, sequence_number=sequence)
            case _:
                return event

    def _frame(self, one: _Numbered) -> FrameRecord:
        frame = encode(one.addressed.event)
        return FrameRecord(self._id, one.number, one.addressed.label, str(frame))

    async def _run(self) -> None:
        try:
            while self._queue:
                await self._send(self._take())
        finally:
            self._task = None
            self._idle.set()

    def _take(self) -> _Batch:
        """All that waits as one batch, so that one commit serves it."""
        batches = list(self._queue)
        self._queue.clear()
        return _Batch(
            tuple(change for batch in batches for change in batch.changes),
            tuple(one for batch in batches for one in batch.numbered),
            tuple(frame for batch in batches for frame in batch.kept),
        )

    async def _send(self, batch: _Batch) -> None:
        if batch.changes and self._is_written:
            try:
                await asyncio.wrap_future(self._store.write(*batch.changes))
            except SymblError as exc:
                self._give_up_storing(exc)
        self._log.extend(batch.kept)
        for one in batch.numbered:
            self._told = one.number
            self._deliver(one.addressed)

    def _give_up_storing(self, exc: SymblError) -> None:
        """The meeting goes on without the store: it is said once."""
        log.warning("conversation %s is no longer stored: %s", self._id, exc)
        self._is_stored = self._is_written = False
        told = failure("this conversation is no longer stored", exc)
        details = f"{told.details}; the live results go on"
        extra = {**told.extra, NOT_STORED: True}
        # Behind what waits, whose numbers are lower.
        self.put((Addressed(replace(told, details=details, extra=extra)),))


def _kept(one: _Numbered) -> bool:
    match one.addressed.event:
        case RecognitionResult(is_final=is_final):
            return is_final
        case Progress():
            return False  # now or never
        case _:
            return True
