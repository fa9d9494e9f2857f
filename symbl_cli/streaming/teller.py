"""Numbers and dates lines on their way to the sinks, and counts what they say."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from ..lines import (
    Body,
    Entity,
    Insight,
    Line,
    State,
    Status,
    Topic,
    Tracker,
    Transcript,
    line_type,
)
from ..sinks.sink import Sink
from .lateness import Lateness


class Teller:
    """Of one run."""

    def __init__(
        self,
        sink: Sink,
        wall: Callable[[], datetime],
        lateness: Lateness,
        note: Callable[[Line], None] = lambda _: None,
    ) -> None:
        """*note* has every line before *sink* does."""
        self._sink = sink
        self._note = note
        self._wall = wall
        self._seq = 0
        self._types: dict[str, str] = {}
        self._lateness = lateness

    @property
    def counts(self) -> dict[str, int]:
        """How many of each type the folded lines have."""
        return dict(Counter(self._types.values()))

    def say(self, body: Body, conversation_id: str | None) -> None:
        """Raises what the sink raises."""
        self._seq += 1
        self._count(body)
        line = Line(self._seq, self._wall(), body, conversation_id)
        self._note(line)
        self._sink.handle(line)
        if (news := self._late(body)) is not None:
            self.say(news, conversation_id)

    def _count(self, body: Body) -> None:
        match body:
            case Transcript(id=name, final=True, text=text):
                self._keep(name, body, is_there=bool(text))
            case Insight() | Topic() | Tracker() | Entity():
                self._keep(body.id, body, is_there=not body.removed)
            case _:
                pass

    def _keep(self, name: str, body: Body, *, is_there: bool) -> None:
        if is_there:
            self._types[name] = line_type(body)
        else:
            self._types.pop(name, None)

    def _late(self, body: Body) -> Status | None:
        match body:
            case Transcript(lag=float(lag), speaker=speaker):
                return self._lateness.heard(speaker.id, lag)
            case Status(state=State.RECONNECTED, gap=float(gap)):
                self._lateness.reconnected(gap)
                return None
            case _:
                return None
