"""What a run has heard and found so far, line by line: `journal.jsonl`."""

import json
from collections.abc import Iterable
from enum import StrEnum

from ..errors import StoreError
from ..frozen import dataclass
from ..lines import Entity, Insight, Line, Revised, Topic, Tracker, Transcript, fold
from ..sinks.json_form import decode, encode

_LONGEST = 10 * 366 * 24 * 3600.0
"""Seconds of a talk: no store has more."""
_FURTHEST = 10**15
"""Samples: no file begins later."""


class _Note(StrEnum):
    """What stands between the lines."""

    FINAL = "final_end"
    ALL_HEARD = "all_heard"
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True)
class Journal:
    """As read back."""

    lines: tuple[Line, ...] = ()
    ends: tuple[tuple[int, int], ...] = ()
    """Streams, and up to which position they were final."""
    is_all_heard: bool = False
    """Whether a recovery has heard the rest of the sound, and noted what it was."""
    unheard: tuple[str, ...] = ()
    """What of the sound a recovery could not make out."""
    damaged: int = 0
    """Lines that say nothing, but for the last of a killed run, which may be torn."""

    @property
    def kept(self) -> list[Revised]:
        """The transcript and the insights, in order of first appearance."""
        return fold(line.body for line in self.lines)

    @property
    def conversation_id(self) -> str | None:
        return next(iter(self.conversation_ids), None)

    @property
    def conversation_ids(self) -> tuple[str, ...]:
        """Another one where the server had lost the first meanwhile."""
        ids = (line.conversation_id for line in self.lines)
        return tuple(dict.fromkeys(one for one in ids if one is not None))

    @property
    def until(self) -> float:
        """Seconds up to which there are words."""
        bodies = (line.body for line in self.lines)
        return max((b.end for b in bodies if isinstance(b, Transcript)), default=0.0)

    def end(self, stream: int) -> int:
        """The position behind the last final of *stream*."""
        return max((end for number, end in self.ends if number == stream), default=0)


def entry(line: Line) -> str | None:
    """*line* for the journal, where it belongs there: finals and insights."""
    match line.body:
        case Transcript(final=False):
            return None
        case Transcript() | Insight() | Topic() | Tracker() | Entity():
            return f"{encode(line)}\n"
        case _:
            return None


def end_entry(stream: int, end: int) -> str:
    """Says that *stream* is final up to *end*."""
    return json.dumps({"type": _Note.FINAL, "stream": stream, "end": end}) + "\n"


def all_heard_entry() -> str:
    """Says that what stands above is all that there is to hear."""
    return json.dumps({"type": _Note.ALL_HEARD}) + "\n"


def unheard_entry(what: str) -> str:
    """Says that a recovery could not make out *what*."""
    return json.dumps({"type": _Note.UNHEARD, "what": what}) + "\n"


def read_journal(texts: Iterable[str]) -> Journal:
    """What is damaged, as the last line of a killed run may be, is left out."""
    lines: list[Line] = []
    ends: list[tuple[int, int]] = []
    unheard: list[str] = []
    is_all_heard = False
    damaged = 0
    for text in texts:
        try:
            match _line(text) or _note(text):
                case Line() as line:
                    lines.append(line)
                case _End(stream=stream, end=end):
                    ends.append((stream, end))
                case _Unheard(what=what):
                    unheard.append(what)
                case _AllHeard():
                    is_all_heard = True
                case None:
                    pass
        except StoreError:
            damaged += text.endswith("\n")
    return Journal(
        tuple(lines), tuple(ends), is_all_heard, tuple(dict.fromkeys(unheard)), damaged
    )


@dataclass(frozen=True, slots=True)
class _End:
    stream: int
    end: int


@dataclass(frozen=True, slots=True)
class _Unheard:
    what: str


@dataclass(frozen=True, slots=True)
class _AllHeard:
    pass


def _line(text: str) -> Line | None:
    """Raises StoreError where *text* says nothing, or what no calendar has."""
    line = decode(text)
    match line and line.body:
        case Transcript() | Insight() as body:
            if max(abs(body.start), abs(body.end)) > _LONGEST:
                raise StoreError("no run is as long")
        case _:
            pass
    return line


def _note(text: str) -> _End | _Unheard | _AllHeard | None:
    """What *text* says, if it is no line; raises StoreError."""
    match json.loads(text):
        case {"type": _Note.FINAL, "stream": int(stream), "end": int(end)} if (
            stream >= 0 and 0 <= end < _FURTHEST
        ):
            return _End(stream, end)
        case {"type": _Note.UNHEARD, "what": str(what)}:
            return _Unheard(what.encode(errors="replace").decode())
        case {"type": _Note.ALL_HEARD}:
            return _AllHeard()
        case {"type": str(name)} if name not in set(_Note):
            return None
        case _:
            raise StoreError("this is no note of a run")
