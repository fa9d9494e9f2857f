"""Messages of a made conversation, for the tests of insights."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from symbl_cli.protocol.events import InsightId, MessageId
from symbl_cli.server.insights.findings import Party, Said
from symbl_cli.server.insights.settings import InsightSettings

ANN = Party("Ann", "id-ann")
BEA = Party("Bea", "id-bea")
CLEO = Party("Cleo", "id-cleo")
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EVERYTHING = InsightSettings(
    kinds=frozenset({"question", "action_item", "follow_up", "topic"}),
    detect_entities=True,
    sentiment=True,
)


def same_id(key: str) -> InsightId:
    return InsightId(key)


def talk(
    turns: Iterable[tuple[Party, str]], *, at: datetime = TUESDAY, pause: float = 0.3
) -> list[Said]:
    """*turns* said one after another, *pause* seconds between them."""
    messages: list[Said] = []
    start = 0.0
    for index, (speaker, text) in enumerate(turns):
        end = start + max(len(text) / 15, 0.5)
        moment = at + timedelta(seconds=start)
        messages.append(Said(MessageId(f"m{index}"), text, speaker, start, end, moment))
        start = end + pause
    return messages
