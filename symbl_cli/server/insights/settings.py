"""What a conversation is searched for; apart, as what searches takes long to load."""

from datetime import UTC, tzinfo

from ...frozen import dataclass
from ...protocol.events import TrackerSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightSettings:
    """What a conversation is searched for."""

    kinds: frozenset[str] = frozenset()
    """Of question, action_item, follow_up, topic."""
    trackers: tuple[TrackerSpec, ...] = ()
    confidence_threshold: float | None = None
    """`None`: each kind of insight from where it is best."""
    timezone: tzinfo = UTC
    """Where the speakers' days begin."""
    detect_entities: bool = False
    sentiment: bool = False
    interim_trackers: bool = False
