"""Insights of one live conversation, computed in order on the analysis thread."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from ...protocol.events import ConversationId, InsightId, StartRequest
from ..insights.findings import Finding, InsightKind, Said
from ..insights.settings import InsightSettings
from .frames import insight_id
from .wall import zone_of

if TYPE_CHECKING:
    from ..insights.insights import Insights

log = logging.getLogger(__name__)


class Analysis:
    """Takes messages in order, gives findings in order; belongs to one event loop.

    The work is done elsewhere: nothing here keeps the loop waiting, and a final is
    out long before what it means is known.
    """

    def __init__(
        self,
        settings: InsightSettings,
        conversation_id: ConversationId,
        executor: Executor,
        found: Callable[[Said | None, tuple[Finding, ...]], None],
    ) -> None:
        """*found* is called on the loop, with `None` for what is not of one message."""
        ids = deterministic_ids(conversation_id)
        # There too: it reads every phrase of the trackers, and they may be many.
        self._insights = executor.submit(_new_insights, settings, ids)
        self._executor = executor
        self._found = found
        self._last: asyncio.Future[None] | None = None

    def hear(self, said: Said) -> None:
        self._then(said, lambda insights: insights.hear(said))

    def hear_interim(self, said: Said) -> None:
        self._then(None, lambda insights: insights.hear_interim(said))

    def rename(self, member_id: str, name: str) -> None:
        self._then(None, lambda insights: insights.rename(member_id, name))

    async def recall(self, messages: Iterable[Said]) -> None:
        """Hear *messages* again without telling: where a restart goes on."""

        def hear_all() -> None:
            insights = self._insights.result()
            for said in messages:
                insights.hear(said)

        await asyncio.get_running_loop().run_in_executor(self._executor, hear_all)

    async def drain(self) -> None:
        """Return when all that was heard is told."""
        while (last := self._last) is not None and not last.done():
            await asyncio.wait([last])

    async def finish(self) -> None:
        """The conversation is over: its last findings are told."""
        self._then(None, lambda insights: insights.finish())
        await self.drain()

    def _then(
        self, said: Said | None, work: "Callable[[Insights], tuple[Finding, ...]]"
    ) -> None:
        # One thread serves in order of asking, so results come in order too.
        asked = asyncio.get_running_loop().run_in_executor(
            self._executor, lambda: work(self._insights.result())
        )
        self._last = asyncio.ensure_future(self._tell(said, asked))

    async def _tell(
        self, said: Said | None, asked: asyncio.Future[tuple[Finding, ...]]
    ) -> None:
        try:
            findings = await asked
        except Exception:
            # A defect here costs an insight, never the meeting.
            log.exception("insights failed")
            findings = ()
        self._found(said, findings)


def _new_insights(
    settings: InsightSettings, new_id: Callable[[str], InsightId]
) -> "Insights":
    from ..insights.insights import Insights  # noqa: PLC0415 - its rules take long

    return Insights(settings, new_id)


def deterministic_ids(conversation_id: ConversationId) -> Callable[[str], InsightId]:
    """The same key gives the same id, in a restarted server too."""

    def new_id(key: str) -> InsightId:
        digest = hashlib.blake2b(f"{conversation_id}\0{key}".encode(), digest_size=8)
        return insight_id(int.from_bytes(digest.digest()))

    return new_id


def settings_of(request: StartRequest) -> InsightSettings:
    """What *request*, a conversation's first, asks to be detected.

    All kinds are: the Conversation API answers for all; what goes out live is
    each client's own choice.
    """
    config = request.config
    threshold = config.confidence_threshold
    return InsightSettings(
        kinds=frozenset({*InsightKind, "topic"}),
        trackers=request.trackers,
        confidence_threshold=None
        if threshold is None
        else min(1.0, max(0.0, threshold)),
        timezone=zone_of(config),
        detect_entities=bool(config.detect_entities),
        sentiment=bool(config.sentiment),
        interim_trackers=bool(config.trackers and config.trackers.interim_results),
    )
