"""What every live conversation is given."""

from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime

from ...frozen import dataclass
from ..limits import Limits
from ..recognition.recognition import Recognition
from ..store.passing import Passing
from ..store.store import Store
from .leases import Leases


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    store: Store
    passing: Passing
    """Where those are that are not to be stored."""
    recognition: Recognition
    analysis: Executor
    """One thread: insights are computed there, never on the loop."""
    leases: Leases
    new_id: Callable[[], str]
    """16 digits, never the same twice (conversation-api.md §0)."""
    new_member_id: Callable[[], str]
    """A UUID."""
    now: Callable[[], datetime]
    """Wall time, UTC."""
    lease_grace: float = 10.0
    """Seconds that a conversation waits for a client whose lease is gone."""
    sign: float = 1.0
    """Seconds between two signs of life for a client that waits."""
    max_streams: int | None = None
    limits: Limits = Limits()
    max_silence: float | None = None
    """Seconds in which nobody speaks that end a conversation; `None`: none do."""
