"""What a run has heard and found so far, line by line: `journal.jsonl`."""

import json
from collections.abc import Iterable

from ..errors import StoreError
from ..frozen import dataclass
from ..lines import Entity, Insight, Line, Revised, Topic, Tracker, Transcript, fold
from ..sinks.json_form import decode, encode

_FINAL = "final_end"


@dataclass(frozen=True, slots=True)
class Journal:
    """As read back."""

    lines: tuple[Line, ...] = ()
    ends: tuple[tuple[int, int], ...] = ()
    """Streams, and up to which position they were final."""
    damaged: int = 0
    """Lines that say nothing, but for the last of a killed run, which may be torn."""

    @property
    def kept(self) -> list[Revised]:
        """The transcript and the insights, in order of first appearance."""
        return fold(line.body for line in self.lines)

    @property
    def conversation_id(self) -> str | None:
        ids = (line.conversation_id for line in self.lines)
        return next((one for one in ids if one is not None), None)

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
    return json.dumps({"type": _FINAL, "stream": stream, "end": end}) + "\n"


def read_journal(texts: Iterable[str]) -> Journal:
    """What is damaged, as the last line of a killed run may be, is left out."""
    lines: list[Line] = []
    ends: list[tuple[int, int]] = []
    damaged = 0
    for text in texts:
        try:
            line = decode(text)
            end = _end(text) if line is None else None
        except StoreError:
            damaged += text.endswith("\n")
            continue
        if line is not None:
            lines.append(line)
        elif end is not None:
            ends.append(end)
    return Journal(tuple(lines), tuple(ends), damaged)


def _end(text: str) -> tuple[int, int] | None:
    """What *text* says, if it is of that type; raises StoreError."""
    fields = json.loads(text)
    if fields["type"] != _FINAL:
        return None
    try:
        return int(fields["stream"]), int(fields["end"])
    except (KeyError, TypeError, ValueError) as exc:
        raise StoreError("this is no end of a final") from exc
