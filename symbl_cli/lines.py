"""What a run says: one frozen class a JSON line type (docs/json-lines.md), and a fold.

Lines are what sinks, the journal, hooks and webhooks know; frames stop before them.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath
from typing import TypeAlias

from .errors import SymblError
from .frozen import dataclass

RECENT = 128
"""Finals of a run after which one is not revised any more."""


class InsightKind(StrEnum):
    QUESTION = "question"
    ACTION_ITEM = "action_item"
    FOLLOW_UP = "follow_up"


class WordTimes(StrEnum):
    MEASURED = "measured"
    ESTIMATED = "estimated"


class State(StrEnum):
    """The states a `status` line can tell."""

    CONNECTING = "connecting"
    LISTENING = "listening"
    RECONNECTING = "reconnecting"
    RECONNECTED = "reconnected"
    INPUT_SILENT = "input_silent"
    CLIPPING = "clipping"
    DEVICE_LOST = "device_lost"
    DEVICE_CHANGED = "device_changed"
    AUDIO_DROPPED = "audio_dropped"
    GAP = "gap"
    LAGGING = "lagging"
    PAUSED = "paused"
    RESUMED = "resumed"
    SPOOL_OFF = "spool_off"
    DRAINING = "draining"
    MARKED = "marked"


class Cause(StrEnum):
    """What makes words come late, loses sound, or leaves a gap in it."""

    COMPUTER = "computer"
    """It is too busy for its server or its microphone, or it slept."""
    SERVER = "server"
    """It says itself that it is behind, or has lost what it had taken."""
    CONNECTION = "connection"
    """Or a server that does not say so; more than may be kept waited to be sent."""
    MEMORY = "memory"
    """The same for sound that is not kept on disk."""
    DISK = "disk"
    """What was kept there cannot be read."""
    DEVICE = "device"
    """It is away."""


class EndReason(StrEnum):
    END_OF_INPUT = "end_of_input"
    DURATION = "duration"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"
    HANGUP = "hangup"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class SpeakerRef:
    """Who speaks: *id* is the userId, else the member id; *name* is never empty."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Assignee:
    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    text: str
    """As it was said: "by Friday"."""
    date: str
    """An ISO date, or RFC 3339 where a time of day was said."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    text: str
    start: float
    """Seconds of audio, like every `start` and `end` of a line."""
    end: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class SentimentScore:
    score: float
    label: str
    """`positive`, `neutral` or `negative`."""


@dataclass(frozen=True, slots=True)
class SourceRef:
    name: str
    sample_rate: int
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """Always first, one a run."""

    sources: tuple[SourceRef, ...]
    started_at: datetime
    engine: str
    version: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard in one stretch of speech; a higher *rev* replaces a lower one.

    Final with an empty text: the utterance came to nothing.
    """

    id: str
    rev: int
    final: bool
    text: str
    start: float
    end: float
    at: datetime
    speaker: SpeakerRef
    words: tuple[SpokenWord, ...] = ()
    word_times: WordTimes = WordTimes.ESTIMATED
    confidence: float | None = None
    sentiment: SentimentScore | None = None
    lag: float | None = None


@dataclass(frozen=True, slots=True)
class Insight:
    """A question, an action item or a follow-up: *kind* is the line's type."""

    kind: InsightKind
    id: str
    rev: int
    text: str
    confidence: float
    message_ids: tuple[str, ...]
    start: float
    end: float
    at: datetime
    speaker: SpeakerRef
    assignee: Assignee | None = None
    due: Due | None = None
    definitive: bool | None = None
    answered_by: str | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    id: str
    rev: int
    text: str
    score: float
    root_words: tuple[str, ...]
    message_ids: tuple[str, ...]
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Tracker:
    id: str
    rev: int
    name: str
    match: str
    exact: bool
    message_ids: tuple[str, ...]
    start: float
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    id: str
    rev: int
    kind: str
    text: str
    value: str
    message_ids: tuple[str, ...]
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """A state of the run; of its fields those that the state has are set.

    `reconnecting` has attempt, delay, recording; `reconnected` gap, lost;
    `device_changed` device; `audio_dropped`, `gap` and `lagging` seconds, cause, a
    `gap` start too; `marked` id, text, start.
    """

    state: State
    speaker: str | None = None
    attempt: int | None = None
    delay: float | None = None
    gap: float | None = None
    lost: float | None = None
    device: str | None = None
    seconds: float | None = None
    cause: Cause | None = None
    id: str | None = None
    text: str | None = None
    start: float | None = None
    recording: bool | None = None
    """False where no more sound comes that cannot wait."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended a run: the fields of an `{"error": …}` line."""

    type: str
    message: str
    suggestion: str = ""

    @classmethod
    def of(cls, error: SymblError) -> "Failure":
        return cls(error.kind, error.message, error.suggestion)


@dataclass(frozen=True, slots=True)
class LeftFile:
    """A file that the run has written."""

    path: str
    error: Failure | None = None
    """Why it ends early, if it does."""

    @classmethod
    def of(cls, path: PurePath, failure: SymblError | None) -> "LeftFile":
        return cls(str(path), Failure.of(failure) if failure else None)


@dataclass(frozen=True, slots=True)
class End:
    """Always last, one a run."""

    reason: EndReason
    duration: float
    """Seconds of audio sent."""
    counts: dict[str, int] = field(default_factory=dict)
    audio_dropped: float = 0.0
    files: tuple[str, ...] = ()
    """Those that are there, whole."""
    error: Failure | None = None
    incomplete: tuple[LeftFile, ...] | None = None
    """Those that are there besides."""


Body: TypeAlias = Begin | Transcript | Insight | Topic | Tracker | Entity | Status | End
Revised: TypeAlias = Transcript | Insight | Topic | Tracker | Entity


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it says, and when it was written."""

    seq: int
    ts: datetime
    body: Body
    conversation_id: str | None = None


def line_type(body: Body) -> str:
    """The `type` of *body*'s line."""
    match body:
        case Insight(kind=kind):
            return kind.value
        case _:
            return type(body).__name__.lower()


class Fold:
    """The saved transcript and insights so far: per id the highest *rev*."""

    def __init__(self) -> None:
        self._latest: dict[str, Revised] = {}

    def add(self, body: Body) -> None:
        match body:
            case Transcript() | Insight() | Topic() | Tracker() | Entity():
                known = self._latest.get(body.id)
                if known is None or body.rev > known.rev:
                    self._latest[body.id] = body
            case _:
                pass

    def kept(self) -> list[Revised]:
        """In order of first appearance; the gone are left out."""
        return [body for body in self._latest.values() if not _is_gone(body)]


def fold(bodies: Iterable[Body]) -> list[Revised]:
    """The saved transcript and insights, in order of first appearance."""
    folded = Fold()
    for body in bodies:
        folded.add(body)
    return folded.kept()


class Firsts:
    """Which finals and findings are told for the first time, in hours of lines.

    Of finals the newest *recent* are known: none is revised later than that.
    """

    def __init__(self, recent: int = RECENT) -> None:
        self._recent = recent
        self._finals: OrderedDict[str, None] = OrderedDict()
        self._findings: set[str] = set()

    def is_first(self, body: Revised) -> bool:
        """Whether the id of *body*, a final or a finding, was not asked for before."""
        known = self._finals if isinstance(body, Transcript) else self._findings
        if body.id in known:
            return False
        if isinstance(body, Transcript):
            self._finals[body.id] = None
            if len(self._finals) > self._recent:
                self._finals.popitem(last=False)
        else:
            self._findings.add(body.id)
        return True


def _is_gone(body: Revised) -> bool:
    match body:
        case Transcript(text=text):
            return not text
        case _:
            return body.removed
