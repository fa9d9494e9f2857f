"""How far the words are behind the speech, and whether people know: a core."""

from ..lines import Cause, State, Status

BEHIND = 5.0
"""Seconds that people are told of, once until it is less than half of that."""


class Lateness:
    """Of one run that plays live."""

    def __init__(self, *, is_local: bool) -> None:
        """*is_local*: the server shares this computer."""
        self._is_local = is_local
        self._backlogs: dict[int, float] = {}
        self._lags: dict[str, float] = {}
        self._is_known = False

    def heard(self, speaker: str, lag: float) -> Status | None:
        """Words of *speaker* came *lag* seconds after they were spoken."""
        self._lags[speaker] = lag
        return self._news(lag)

    def behind(self, stream: int, backlog: float) -> Status | None:
        """The server says that it has not heard *backlog* seconds of *stream* yet."""
        self._backlogs[stream] = backlog
        return self._news(backlog)

    def reconnected(self, gap: float) -> None:
        """What was said in *gap* comes late, as everybody was told."""
        self._backlogs.clear()
        self._is_known |= gap > BEHIND

    def _news(self, seconds: float) -> Status | None:
        worst = max((*self._backlogs.values(), *self._lags.values()))
        if self._is_known:
            self._is_known = worst > BEHIND / 2
        elif seconds > BEHIND:
            self._is_known = True
            return Status(
                State.LAGGING, seconds=round(seconds, 1), cause=self._cause(seconds)
            )
        return None

    def _cause(self, seconds: float) -> Cause:
        if self._is_local:
            return Cause.COMPUTER
        # Sound that the server has not got is no backlog of it.
        backlog = max(self._backlogs.values(), default=0.0)
        return Cause.SERVER if backlog > seconds / 2 else Cause.CONNECTION
