"""What has been told of a conversation's insights, so that only news is told."""

import re
from dataclasses import replace

from ...protocol.events import InsightId
from .findings import Insight, Party, Tag

_KEPT = 400
"""Insights remembered; older ones no longer change."""


class Ledger:
    """The latest revision of each insight."""

    def __init__(self) -> None:
        self._latest: dict[InsightId, Insight] = {}

    def get(self, insight_id: InsightId) -> Insight | None:
        return self._latest.get(insight_id)

    def tell(self, insight: Insight) -> tuple[Insight, ...]:
        """*insight* with its revision if it is news, else nothing."""
        known = self._latest.get(insight.id)
        if known is None and insight.removed:
            return ()
        if known is not None:
            insight = replace(insight, rev=known.rev)
            if insight == known:
                return ()
            insight = replace(insight, rev=known.rev + 1)
        self._latest[insight.id] = insight
        while len(self._latest) > _KEPT:
            del self._latest[next(iter(self._latest))]
        return (insight,)

    def withdraw(self, insight_id: InsightId) -> tuple[Insight, ...]:
        known = self._latest.get(insight_id)
        return self.tell(replace(known, removed=True)) if known else ()

    def rename(self, member_id: str, name: str) -> tuple[Insight, ...]:
        news: list[Insight] = []
        for insight in list(self._latest.values()):
            changed = renamed(insight, member_id, name)
            if changed is not None:
                self._latest[insight.id] = changed
                news.append(changed)
        return tuple(news)


def renamed(insight: Insight, member_id: str, name: str) -> Insight | None:
    """*insight*, its member called *name*, as its next revision; `None`: unchanged."""
    old_names = {
        party.name
        for party in (insight.speaker, insight.assignee)
        if party is not None and party.id == member_id and party.name != name
    }
    if not old_names:
        return None
    text = insight.text
    for old in old_names:
        text = _replaced(text, old, name)
    return replace(
        insight,
        rev=insight.rev + 1,
        text=text,
        speaker=_party(insight.speaker, member_id, name),
        assignee=insight.assignee and _party(insight.assignee, member_id, name),
        tags=tuple(_tag(tag, text, old_names, name) for tag in insight.tags),
    )


def _replaced(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text)


def _tag(tag: Tag, text: str, old_names: set[str], name: str) -> Tag:
    shown = name if tag.text in old_names else tag.text
    value = name if tag.value in old_names else tag.value
    return replace(tag, text=shown, value=value, offset=max(text.find(shown), 0))


def _party(party: Party, member_id: str, name: str) -> Party:
    return replace(party, name=name) if party.id == member_id else party
