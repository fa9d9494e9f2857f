"""What a conversation that is here lacks of an export of it."""

from collections.abc import Iterator
from dataclasses import replace

from ...protocol.resources import Export
from ..insights.findings import Finding
from ..store.changes import (
    Change,
    SaveFinding,
    SaveMember,
    SaveMessage,
    UpdateConversation,
)
from ..store.finding_rows import finding_id, kind_of, revision
from ..store.records import ConversationRecord, MessageRecord
from .exchange import Call
from .imported import People, message_records
from .imported_findings import findings_in


def missing(call: Call, wanted: Export, known: ConversationRecord) -> Iterator[Change]:
    """Messages that *known* has not, and findings that are new or newer.

    What people have changed there stays, and so do names and bookmarks. Where its
    end was never stored, as on a full disk, it ends with its last words.
    """
    store, owner = call.desk.store, known.id
    people = People(owner, call.desk.new_member_id, store.members(owner))
    kept = list(store.messages(owner))
    here = {message.id for message in kept}
    others = tuple(one for one in wanted.messages if one.id not in here)
    wanted = replace(wanted, messages=others)
    messages = message_records(wanted, known, people, call.desk.new_id)
    yield from map(SaveMember, people.members)
    yield from map(SaveMessage, messages)
    revisions = {_key(one): revision(one) for one in store.findings(owner)}
    for finding in findings_in(wanted, people, call.desk.new_id):
        if revision(finding) > revisions.get(_key(finding), 0):
            yield SaveFinding(owner, finding)
    if not (known.is_live and call.desk.live.is_running(owner)):
        yield from _ended(known, [*kept, *messages])


def _key(finding: Finding) -> tuple[str, str]:
    return kind_of(finding), finding_id(finding)


def _ended(
    known: ConversationRecord, messages: list[MessageRecord]
) -> Iterator[Change]:
    """Its end, where *messages* move it, or it had none."""
    ends = (one.ended_at for one in messages)
    last = max([known.ended_at or known.started_at, *ends])
    ended = replace(known, is_live=False, ended_at=last)
    if ended != known:
        yield UpdateConversation(ended)
