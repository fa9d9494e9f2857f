"""Who spoke, as routes need it."""

from ...protocol.events import Person
from ..insights.findings import Party, Said
from ..live.frames import party
from ..store.records import ConversationRecord, MemberRecord
from .exchange import Call


def members_by_id(call: Call, record: ConversationRecord) -> dict[str, MemberRecord]:
    return {member.id: member for member in call.desk.store.members(record.id)}


def said_in(call: Call, record: ConversationRecord) -> tuple[Said, ...]:
    """The messages of *record* as insights read them."""
    members = members_by_id(call, record)
    return tuple(
        Said(
            message.id,
            message.text,
            party(members[message.member_id]),
            message.start,
            message.end,
            message.started_at,
        )
        for message in call.desk.store.messages(record.id)
    )


def listed(member: MemberRecord) -> Person:
    """A member as conversations list it (§2.1): without a userId."""
    return Person(id=member.id, name=member.name, email=member.email)


def spoken_by(party: Party) -> Person:
    """Who an insight is from (§2.7): with a userId, without an e-mail address."""
    return Person(id=party.id, name=party.name, user_id=party.user_id)


def assigned_to(party: Party | None) -> Person:
    """Whose an action item is (§2.8)."""
    if party is None:
        return Person()
    return Person(id=party.id, name=party.name, email=party.email)
