"""Who took part (§2.12)."""

from dataclasses import replace

from ...protocol.events import Person
from ...protocol.resource_table import read, write
from ..store.changes import RenameMember
from ..store.records import ConversationRecord
from .exchange import Call, Refused, Reply, check_length
from .people import listed, members_by_id


def get(call: Call, record: ConversationRecord) -> Reply:
    found = call.desk.store.members(record.id)
    return Reply({"members": [write(listed(member)) for member in found]})


def put(call: Call, record: ConversationRecord) -> Reply:
    """Rename a member: messages and insights follow."""
    member = members_by_id(call, record).get(call.names["member"])
    if member is None:
        raise Refused(404, "The memberId is either invalid or does not exist.")
    wanted = read(Person, call.read_json())
    if wanted.id != member.id:
        raise Refused(400, '"id" must be the id in the path')
    if not (wanted.name and wanted.name.strip()):
        raise Refused(400, '"name" is not allowed to be empty')
    name, email = wanted.name, wanted.email
    check_length("name", name)
    check_length("email", email)
    call.write(RenameMember(record.id, member.id, name, email))
    call.desk.live.renamed(replace(member, name=name, email=email or member.email))
    return Reply(
        {
            "message": f"Member with id: {member.id} for conversationId: {record.id} "
            "updated successfully! The update should be reflected in all messages "
            "and insights along with this conversation"
        }
    )
