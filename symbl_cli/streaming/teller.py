"""Numbers and dates lines on their way to the sinks, and counts what they say."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from ..lines import (
    Body,
    Entity,
    Firsts,
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
        """Of the findings that there are."""
        self._firsts = Firsts()
        self._finals = 0
        self._lateness = lateness

    @property
    def counts(self) -> dict[str, int]:
        """How many of each type the folded lines have."""
        said = {"transcript": self._finals} if self._finals else {}
        return said | Counter(self._types.values())

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
            case Transcript(final=True, text=text) if text:
                self._finals += self._firsts.is_first(body)
            case Insight() | Topic() | Tracker() | Entity() if body.removed:
                self._types.pop(body.id, None)
            case Insight() | Topic() | Tracker() | Entity():
                self._types[body.id] = line_type(body)
            case _:
                pass

    def _late(self, body: Body) -> Status | None:
        match body:
            case Transcript(lag=float(lag), speaker=speaker):
                return self._lateness.heard(speaker.id, lag)
            case Status(state=State.RECONNECTED, gap=float(gap)):
                self._lateness.reconnected(gap)
                return None
            case _:
                return None
