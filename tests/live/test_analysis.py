"""Insights are made and asked beside the loop."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import ClassVar

from symbl_cli.protocol.events import ConversationId, MessageId, TrackerSpec
from symbl_cli.server.insights.findings import Finding, Party, Said, TrackerMatch
from symbl_cli.server.insights.settings import InsightSettings
from symbl_cli.server.live.analysis import Analysis

SAID = Said(
    id=MessageId("1"),
    text="A water leak.",
    speaker=Party("Ann", "ann"),
    start=0.0,
    end=1.0,
    at=datetime(2026, 1, 1, tzinfo=UTC),
)


class Phrases(tuple[str, ...]):
    """Remembers who reads them."""

    __slots__ = ()
    readers: ClassVar[set[str]] = set()

    def __iter__(self) -> Iterator[str]:
        self.readers.add(threading.current_thread().name)
        return super().__iter__()


def test_however_many_the_trackers_the_loop_reads_none_of_their_phrases() -> None:
    watched = TrackerSpec(name="Leaks", vocabulary=Phrases(["water leak"]))
    found: list[Finding] = []

    async def listen() -> None:
        with ThreadPoolExecutor(1, thread_name_prefix="analysis") as executor:
            analysis = Analysis(
                InsightSettings(trackers=(watched,)),
                ConversationId("4500000000000001"),
                executor,
                lambda _said, findings: found.extend(findings),
            )
            analysis.hear(SAID)
            await analysis.drain()

    asyncio.run(listen())

    assert [one.value for one in found if isinstance(one, TrackerMatch)] == [
        "water leak"
    ]
    assert Phrases.readers == {"analysis_0"}
