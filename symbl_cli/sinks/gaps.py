"""Gaps in a recording, marked in documents where they are among the words."""

from ..lines import Body, End, State, Status, Transcript


class Gaps:
    """Those of a run that are not marked yet.

    One is told of when it is over. What was said before it may become final only then,
    and comes first.
    """

    def __init__(self) -> None:
        self._waiting: list[Status] = []

    def before(self, body: Body) -> list[Status]:
        """Those that are to be marked before what *body* says, each once."""
        match body:
            case Status(state=State.GAP):
                self._waiting.append(body)
            case Transcript(final=True, text=text, start=start) if text:
                return self._taken(up_to=start)
            case End():
                return self._taken()
            case _:
                pass
        return []

    def _taken(self, *, up_to: float = float("inf")) -> list[Status]:
        due = [gap for gap in self._waiting if (gap.start or 0.0) <= up_to]
        self._waiting = [gap for gap in self._waiting if gap not in due]
        return sorted(due, key=lambda gap: gap.start or 0.0)
