"""Phrases that were watched for (§2.14): a bare array."""

from ...protocol.events import Tracker
from ...protocol.events import TrackerMatch as Match
from ...protocol.resource_table import write
from ..insights.findings import TrackerMatch
from ..store.finding_rows import FindingKind
from ..store.records import ConversationRecord
from .entities import reference
from .exchange import Call, Reply


def get(call: Call, record: ConversationRecord) -> Reply:
    found = call.desk.store.findings(record.id, {FindingKind.TRACKER})
    trackers = (_tracker(one) for one in found if isinstance(one, TrackerMatch))
    return Reply([write(tracker) for tracker in trackers])


def _tracker(found: TrackerMatch) -> Tracker:
    places = tuple(reference(place) for place in found.places)
    match = Match(type="vocabulary", value=found.value, message_refs=places)
    return Tracker(id=found.id, name=found.name, matches=(match,), rev=found.rev)
