"""What a run of the streaming engine is told, before and while it runs."""

from collections.abc import Callable, Iterator
from dataclasses import field
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from queue import SimpleQueue

from ..frozen import dataclass
from ..lines import EndReason, LeftFile
from ..protocol.events import Event, Person, StartRequest, StreamConfig, TrackerSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long the engine waits for what, in seconds."""

    connect: float = 10.0
    """For the TCP connection and the handshakes together."""
    start: float = 20.0
    """For the answer to a start request."""
    ping: float = 4.0
    """Between two pings."""
    silence: float = 12.0
    """Without a byte, the answer to a ping included: the line is dead."""
    silence_at_end: float = 60.0
    """The same while another server has a recording to hear, of which it got all."""
    last_words: float = 5.0
    """Without a word, after a signal: nothing more will come."""
    last_words_of_all: float = 60.0
    """The same where nobody is waiting to leave: at the end of the input."""
    all_words: float = 60.0
    """The longest wait for last words after a signal, while the server gets nowhere."""
    all_words_of_all: float = 600.0
    """The same at the end of the input."""
    farewell: float = 1.0
    """For the server to close the socket after the conversation's end."""
    look: float = 0.5
    """After which somebody who waits looks at the clock."""
    first_delay: float = 0.25
    """Before the first try to connect again."""
    longest_delay: float = 8.0


def _as_it_is(event: Event) -> Event:
    return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to do, decided before the first sample."""

    connection_id: str
    started_at: datetime
    """Wall time of sample 0, with a zone."""
    engine: str
    """`local` or `remote`, as the `begin` line says it."""
    version: str
    url: str | None = None
    """Of a remote server, without anything secret."""
    file: Path | None = None
    """The recording that is read, if it is one."""
    title: str | None = None
    insight_types: tuple[str, ...] = ()
    trackers: tuple[TrackerSpec, ...] = ()
    vocabulary: tuple[str, ...] = ()
    config: StreamConfig = field(default_factory=StreamConfig)
    """Encoding, rate and title are filled in."""
    publish: Callable[[Event], Event] = _as_it_is
    """What others may see of an event, where that is not left to the server."""
    people: tuple[Person | None, ...] = ()
    """Who speaks on each source; else its own name for the speaker is used."""
    store: bool | None = None
    client: str | None = None
    """The lease held at a server of this computer."""
    duration: float | None = None
    """Seconds of sound after which to stop."""
    no_reconnect: bool = False
    max_retries: int | None = None
    """How often to dial again; `None`: without end while it is recorded, else 60."""
    no_connection_timeout: float = 300.0
    has_lag: bool = True
    """Whether lines tell their lag: it means nothing when audio comes in bursts."""
    resumed: tuple[StartRequest, ...] = ()
    """What an earlier run asked for, one a source: it is gone on with."""
    epoch: int = 0
    """The first dial has the next."""
    files: Callable[[], tuple[LeftFile, ...]] = tuple
    """Those that are there, for the `end` line."""
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error that the server goes on after."""

    message: str
    suggestion: str = ""
    is_stored: bool = True
    """Whether the conversation is kept all the same, as far as is known."""


class Control:
    """How others reach a run: from any thread, and from a signal handler."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[EndReason | _Nobody | None] = SimpleQueue()
        self.reason: EndReason | None = None
        """Of the first stop that was asked for, once the run has taken notice."""

    def stop(self, reason: EndReason = EndReason.STOPPED) -> None:
        """End the run and wait for the last words; asked twice, leave at once."""
        self._asked.put(reason)  # SimpleQueue.put alone may interrupt itself

    def reader_gone(self) -> None:
        """End the run, as nobody reads what it says; a stop beside it is the first.

        Where a terminal is closed there is one too, before or after.
        """
        self._asked.put(_Nobody.READS)

    def release(self) -> None:
        """No more stops are awaited; for the run."""
        self._asked.put(None)

    def stops(self) -> Iterator[int]:
        """How often it was asked to stop so far, each time; until `release`.

        For the run.
        """
        count = 0
        while (asked := self._asked.get()) is not None:
            match asked:
                case _Nobody.READS:
                    self.reason = self.reason or EndReason.STOPPED
                case reason:
                    count += 1
                    self.reason = reason if count == 1 else self.reason
            yield count


class _Nobody(Enum):
    READS = auto()
