"""Whether a lost connection is dialled again, and when: a core."""

import time
from collections.abc import Callable, Iterator

from ..errors import (
    AuthenticationError,
    ConnectionLost,
    SymblError,
    UnreachableError,
)
from ..frozen import dataclass
from .backoff import delays
from .client import Ended, Garbled, HungUp
from .inbox import Overflow
from .run import Timing
from .sender import SilentPeer
from .transport import TryAgain

MAX_RETRIES = 60
"""Of what is not recorded while it is spoken, unless asked for otherwise."""

COME_BACK = {1001, 1005, 1006, 1012, 1013}
"""Close codes after which the same connection id may be dialled again."""
COME_BACK_A_FEW_TIMES = {1002, 1007, 1011}
A_FEW = 3

REFUSED_FOR = 60.0
"""Seconds of nothing but refusals after which credentials are wrong for good."""
REFUSALS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How hard to try."""

    no_reconnect: bool
    max_retries: int | None
    """`None`: while it is recorded without end, else MAX_RETRIES."""
    timing: Timing
    random: Callable[[], float]
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How far one came before it was lost."""

    is_first: bool
    """Whether no server has listened yet."""
    was_dialled: bool
    has_progress: bool
    """Whether it brought words, or held for long."""


@dataclass(frozen=True, slots=True)
class Try:
    """The next one."""

    number: int
    """Since the last connection that brought something."""
    delay: float


class Retries:
    """Of one uplink. Sound that is recorded while it is spoken comes only once: as long
    as it does, no outage is too long."""

    def __init__(
        self, persistence: Persistence, is_recording: Callable[[], bool]
    ) -> None:
        """*is_recording*: whether sound still comes that cannot wait."""
        self._persistence = persistence
        self._is_recording = is_recording
        self.bears_garbage = persistence.no_reconnect
        """Whether frames that make no sense are passed over."""
        self.refusals = 0
        """How often in a row the credentials were refused."""
        self._refused_since = 0.0
        self._breakdowns = 0
        self._number = self._spared = 0
        self._waits = self._delays()

    def after(self, exc: SymblError, lost: Connection) -> Try:
        """What follows *lost*, which *exc* ended; that is raised where nothing does."""
        if lost.has_progress:
            self._number = self._spared = 0
            self._waits = self._delays()
        self._number += 1
        self._count_refusals(exc)
        is_unwanted = self._persistence.no_reconnect and not lost.is_first
        if is_unwanted or not self._may_come_back(exc, lost) or self._are_over:
            raise exc
        return Try(self._number, next(self._waits))

    @property
    def _are_over(self) -> bool:
        limit = self._persistence.max_retries
        if limit is not None:
            return self._number > limit
        if self._is_recording():
            self._spared = self._number
        return self._number - self._spared > MAX_RETRIES

    def _may_come_back(self, exc: SymblError, lost: Connection) -> bool:
        match exc:
            case SilentPeer() | Ended() | Overflow():
                return False
            case Garbled():
                # What makes no sense each time is not the line's fault: it is borne.
                self.bears_garbage = not self._is_one_of_a_few(lost)
                return True
            case HungUp(code=code) if code in COME_BACK_A_FEW_TIMES:
                return self._is_one_of_a_few(lost)
            case HungUp(code=code) if code not in COME_BACK:
                return False
            case ConnectionLost() | TryAgain() if lost.is_first:
                return self._is_one_of_a_few(lost)
            case UnreachableError():
                return not lost.is_first
            case AuthenticationError() if self._are_wrong:
                return False
            case _:
                # What keeps a dial from coming through may pass.
                return not lost.is_first and not lost.was_dialled

    def _is_one_of_a_few(self, lost: Connection) -> bool:
        self._breakdowns = 1 if lost.has_progress else self._breakdowns + 1
        return self._breakdowns <= A_FEW

    def _count_refusals(self, exc: SymblError) -> None:
        match exc:
            case AuthenticationError():
                if not self.refusals:
                    self._refused_since = self._persistence.clock()
                self.refusals += 1
            case _:
                self.refusals = 0

    @property
    def _are_wrong(self) -> bool:
        """Whether the credentials are."""
        seconds = self._persistence.clock() - self._refused_since
        return self.refusals >= REFUSALS and seconds >= REFUSED_FOR

    def _delays(self) -> Iterator[float]:
        timing = self._persistence.timing
        return delays(
            self._persistence.random,
            first=timing.first_delay,
            longest=timing.longest_delay,
        )
