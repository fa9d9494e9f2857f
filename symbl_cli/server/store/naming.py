"""Findings keep the names of the day; members may be renamed."""

import re
from collections.abc import Mapping
from dataclasses import replace

from ..insights.findings import Finding, Insight, Party, Tag
from .records import MemberRecord


def with_names_of(members: Mapping[str, MemberRecord], finding: Finding) -> Finding:
    """*finding* with the names that *members* (by id) have now.

    So it needs no change of its own when a member is renamed, even while it runs.
    """
    match finding:
        case Insight(speaker=speaker, assignee=assignee):
            speaking = _current(members, speaker)
            renamed = _rename(finding, speaker.name, speaking.name)
            if assignee is None:
                return replace(renamed, speaker=speaking)
            assigned = _current(members, assignee)
            renamed = _rename(renamed, assignee.name, assigned.name)
            return replace(renamed, speaker=speaking, assignee=assigned)
        case _:
            return finding


def _current(members: Mapping[str, MemberRecord], party: Party) -> Party:
    member = members.get(party.id or "")
    if member is None:
        return party
    return replace(party, name=member.name, email=member.email or party.email)


def _rename(insight: Insight, old: str, new: str) -> Insight:
    """*insight* with *new* wherever its text says *old*."""
    if old == new or not old:
        return insight
    name = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    starts = [match.start() for match in name.finditer(insight.text)]
    growth = len(new) - len(old)

    def moved(tag: Tag) -> Tag:
        offset = tag.offset + growth * sum(start < tag.offset for start in starts)
        text = new if tag.text == old else tag.text
        value = new if tag.value == old else tag.value
        return replace(tag, text=text, offset=offset, value=value)

    return replace(
        insight,
        text=name.sub(lambda _: new, insight.text),
        tags=tuple(moved(tag) for tag in insight.tags),
    )
