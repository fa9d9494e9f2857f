"""Dates, amounts, people and the like (§2.11), in both shapes of the API at once."""

from collections.abc import Mapping

from ...protocol import resources
from ...protocol.events import EntityMatch, TextReference
from ...protocol.resource_table import write, write_time
from ..insights.findings import Entity, Place
from ..store.finding_rows import FindingKind
from ..store.records import ConversationRecord, MessageRecord
from .exchange import Call, Reply


def get(call: Call, record: ConversationRecord) -> Reply:
    messages: dict[str, MessageRecord] = {
        one.id: one for one in call.desk.store.messages(record.id)
    }
    found = call.desk.store.findings(record.id, {FindingKind.ENTITY})
    entities = (_entity(one, messages) for one in found if isinstance(one, Entity))
    return Reply({"entities": [write(entity) for entity in entities]})


def _entity(entity: Entity, messages: Mapping[str, MessageRecord]) -> resources.Entity:
    timed = tuple(_timed_reference(place, messages) for place in entity.places)
    return resources.Entity(
        id=entity.id,
        type=entity.type,
        sub_type=entity.sub_type,
        category="Managed",
        value=entity.value,
        text=entity.text,
        message_refs=tuple(reference(place) for place in entity.places),
        matches=(EntityMatch(detected_value=entity.text, message_refs=timed),),
        rev=entity.rev,
    )


def reference(place: Place) -> TextReference:
    return TextReference(id=place.message_id, text=place.text, offset=place.offset)


def _timed_reference(
    place: Place, messages: Mapping[str, MessageRecord]
) -> TextReference:
    message = messages.get(place.message_id)
    if message is None:
        return reference(place)
    return TextReference(
        id=place.message_id,
        text=place.text,
        offset=place.offset,
        start_time=write_time(message.started_at),
        end_time=write_time(message.ended_at),
    )
