"""Findings keep the names of the day; members may be renamed."""

from collections.abc import Mapping
from dataclasses import replace

from ..insights.findings import Finding, Insight
from ..insights.ledger import renamed
from .records import MemberRecord


def with_names_of(members: Mapping[str, MemberRecord], finding: Finding) -> Finding:
    """*finding* with the names that *members* (by id) have now.

    So it needs no change of its own when a member is renamed, even while it runs.
    """
    match finding:
        case Insight(speaker=speaker, assignee=assignee, rev=rev):
            current = finding
            for party in (speaker, assignee):
                member = members.get((party and party.id) or "")
                if member is not None:
                    current = renamed(current, member.id, member.name) or current
            return replace(current, rev=rev)
        case _:
            return finding
