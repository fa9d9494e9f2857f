"""Who spoke when, told from outside (§2.13)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...frozen import dataclass
from ...protocol.events import Person
from ...protocol.resource_table import read_all
from ...protocol.resources import SpeakerEvent
from ..insights.findings import Insight
from ..live.frames import party
from ..store.changes import AssignMessage, Change, SaveFinding, SaveMember
from ..store.finding_rows import FindingKind
from ..store.records import ConversationRecord, MemberRecord, MessageRecord
from .exchange import Call, Refused, Reply, check_length

_STARTED, _STOPPED = "started_speaking", "stopped_speaking"
_INSIGHTS = (FindingKind.QUESTION, FindingKind.ACTION_ITEM, FindingKind.FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class _Turn:
    speaker: str
    """A member's id."""
    start: float
    end: float


def put(call: Call, record: ConversationRecord) -> Reply:
    """Give every message to whoever spoke most of its time."""
    events = read_all(SpeakerEvent, call.read_json(), "speakerEvents")
    if any(event.type not in {_STARTED, _STOPPED} for event in events):
        raise Refused(400, f'"type" must be {_STARTED} or {_STOPPED}')
    for name in (one for event in events for one in _names(event.user)):
        check_length("user", name)
    members = _members(call, record, events)
    turns = _turns(events, members)
    assigned: dict[str, str] = {
        message.id: speaker
        for message in call.desk.store.messages(record.id)
        if (speaker := _speaker_of(message, turns)) is not None
    }
    call.write(*_changes(call, record, members, assigned))
    return Reply(
        {
            "message": f"Speaker events associated for conversationId: {record.id} "
            "successfully! The update should be reflected in all messages and "
            "insights along with this conversation"
        }
    )


def _members(
    call: Call, record: ConversationRecord, events: Iterable[SpeakerEvent]
) -> dict[str, MemberRecord]:
    """The members that the users of *events* are, by the users' keys."""
    known = call.desk.store.members(record.id)
    found: dict[str, MemberRecord] = {}
    for event in events:
        key = _key(event.user)
        if key not in found:
            same = (member for member in known if _is_same(member, event.user))
            found[key] = next(same, None) or _new_member(call, record, event.user)
    return found


def _is_same(member: MemberRecord, user: Person) -> bool:
    if user.id in {member.id, member.user_id} or (
        user.email and user.email == member.email
    ):
        return True
    return user.id is None and user.name == member.name


def _new_member(call: Call, record: ConversationRecord, user: Person) -> MemberRecord:
    return MemberRecord(
        id=call.desk.new_member_id(),
        conversation_id=record.id,
        name=user.name or user.email or user.id or "Speaker",
        user_id=user.id or user.user_id,
        email=user.email,
    )


def _names(user: Person) -> tuple[str | None, ...]:
    return user.id, user.user_id, user.email, user.name


def _key(user: Person) -> str:
    return user.id or user.email or user.name or ""


def _turns(
    events: Iterable[SpeakerEvent], members: Mapping[str, MemberRecord]
) -> list[_Turn]:
    """Events overlap and may be out of order; a start without a stop lasts."""
    open_since: dict[str, float] = {}
    turns: list[_Turn] = []
    # A turn ends before the next begins at the same moment.
    for event in sorted(events, key=lambda one: (one.offset, one.type == _STARTED)):
        speaker = members[_key(event.user)].id
        if event.type == _STARTED:
            open_since.setdefault(speaker, event.offset)
        elif (start := open_since.pop(speaker, None)) is not None:
            turns.append(_Turn(speaker, start, event.offset))
    lasting = (_Turn(one, start, float("inf")) for one, start in open_since.items())
    return [*turns, *lasting]


def _speaker_of(message: MessageRecord, turns: Iterable[_Turn]) -> str | None:
    """Who spoke most of *message*; `None`: nobody did."""
    spoken: dict[str, float] = {}
    for turn in turns:
        shared = min(turn.end, message.end) - max(turn.start, message.start)
        if shared > 0:
            spoken[turn.speaker] = spoken.get(turn.speaker, 0.0) + shared
    return max(spoken, key=lambda one: spoken[one]) if spoken else None


def _changes(
    call: Call,
    record: ConversationRecord,
    members: Mapping[str, MemberRecord],
    assigned: Mapping[str, str],
) -> Iterable[Change]:
    by_id = {member.id: member for member in members.values()}
    yield from (SaveMember(by_id[one]) for one in dict.fromkeys(assigned.values()))
    for message in call.desk.store.messages(record.id):
        if message.id in assigned:
            yield AssignMessage(record.id, message.id, assigned[message.id])
    for finding in call.desk.store.findings(record.id, _INSIGHTS):
        match finding:
            case Insight(message_ids=(first, *_)) if first in assigned:
                speaker = party(by_id[assigned[first]])
                spoken = replace(finding, speaker=speaker, rev=finding.rev + 1)
                yield SaveFinding(record.id, spoken)
            case _:
                pass
