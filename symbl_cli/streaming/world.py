"""What a run has to do with outside, in one place."""

import os
import time
from collections.abc import Callable
from datetime import datetime

from ..config.endpoint import Endpoint
from ..frozen import dataclass
from .run import Run
from .transport import Transport, dial


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Replaced where tests need it."""

    dial: Callable[[Endpoint, Run, Callable[[], float]], Transport]
    """Connects; the last argument says how long the line may be silent."""
    wall: Callable[[], datetime]
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float]
    """From 0 to 1."""
    new_id: Callable[[], str]


def _dial(endpoint: Endpoint, run: Run, silence: Callable[[], float]) -> Transport:
    return dial(
        endpoint, run.connection_id, timeout=run.timing.connect, silence=silence
    )


REAL_WORLD = World(
    dial=_dial,
    wall=lambda: datetime.now().astimezone(),
    random=lambda: os.urandom(1)[0] / 255,
    new_id=lambda: os.urandom(16).hex(),
)
