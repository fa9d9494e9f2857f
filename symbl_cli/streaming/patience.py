"""How long to wait for last words."""

from collections.abc import Callable

from .run import Timing


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
