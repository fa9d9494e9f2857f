"""How long to wait for last words."""

from collections.abc import Callable

from .run import Timing

_SLOWEST = 0.1
"""Seconds of sound in a second that a server gets on, if it is one."""


class Patience:
    """Shared by all streams of a run."""

    def __init__(self, timing: Timing, clock: Callable[[], float]) -> None:
        self._timing = timing
        self._clock = clock
        self._since: float | None = None

    def shorten(self) -> None:
        """Somebody wants to leave."""
        if self._since is None:
            self._since = self._clock()

    @property
    def is_short(self) -> bool:
        return self._since is not None

    def is_over(self, last_word: float) -> bool:
        """Whether nothing was heard for so long that nothing more will come."""
        if self._since is None:
            return self._clock() - last_word > self._timing.last_words_of_all
        waiting_since = max(self._since, last_word)
        return self._clock() - waiting_since > self._timing.last_words


class OwnPatience(Patience):
    """Of one stream: it ends, too, where a server talks and talks and gets nowhere."""

    def __init__(
        self,
        common: Patience,
        timing: Timing,
        clock: Callable[[], float],
        got_on: Callable[[], float],
    ) -> None:
        """*got_on*: seconds of sound that the server has taken and has done, in all."""
        super().__init__(timing, clock)
        self._common = common
        self._got_on = got_on
        self._began: tuple[float, float] | None = None
        self._began_short = False

    def shorten(self) -> None:
        self._common.shorten()

    def begin(self) -> None:
        """Nothing more will be said to the server: its last words are awaited."""
        self._began = self._began or (self._clock(), self._got_on())

    @property
    def is_short(self) -> bool:
        return self._common.is_short

    @property
    def is_exhausted(self) -> bool:
        """Whether even words are waited for no longer."""
        if self.is_short and not self._began_short:
            self._began_short, self._began = True, None
            self.begin()
        if self._began is None:
            return False
        since, at = self._began
        timing = self._timing
        most = timing.all_words if self.is_short else timing.all_words_of_all
        return self._clock() - since > most + (self._got_on() - at) / _SLOWEST

    def is_over(self, last_word: float) -> bool:
        return self.is_exhausted or self._common.is_over(last_word)
