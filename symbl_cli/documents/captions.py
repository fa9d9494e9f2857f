"""Captions: what was said as cues of two short lines, in SRT and WebVTT."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import accumulate
from unicodedata import east_asian_width

from ..frozen import dataclass
from .times import stamp

COLUMNS = 42
"""The most of a line, as broadcasters have it."""
_LINES = 2
_MOST_WORDS = _LINES * COLUMNS
"""Of a cue, and more: each has a letter and a space."""
_LONGEST = 7.0
"""Seconds of a cue; longer ones are hard to follow."""
_SHORTEST = 0.7
"""Seconds; shorter ones cannot be read."""
_WIDEST_NAME = 18
_SENTENCE_ENDS = (".", "?", "!", "…", "。")
_CLAUSE_ENDS = (*_SENTENCE_ENDS, ",", ";", ":")

VTT_HEAD = "WEBVTT\n\n"


@dataclass(frozen=True, slots=True)
class TimedWord:
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """One stretch of speech, in seconds of the recording."""

    text: str
    start: float
    end: float
    speaker: str = ""
    words: tuple[TimedWord, ...] = ()
    """Where they are those of *text*, cues are timed by them; else by its length."""


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    end: float
    lines: tuple[str, ...]
    speaker: str = ""
    label: str = ""
    """`Ann: ` where somebody begins to speak; it fits in the first line too."""


class Captioner:
    """Turns speech, in the order in which it comes, into cues.

    They never overlap: where two speak at once, the later one is shown after the
    earlier. What comes when later speech is there already, as after a lost connection,
    keeps its own times.
    """

    def __init__(self, *, names_each: bool = False) -> None:
        """*names_each*: whoever spoke before, the name is there, as speech that comes
        late may be shown in between."""
        self._names_each = names_each
        self._end = 0.0
        self._start = 0.0
        """Of the latest speech."""
        self._speaker = ""

    def cues(self, spoken: Spoken) -> Iterator[Cue]:
        speaker = _clipped(" ".join(spoken.speaker.split()))
        words = _timed(spoken)
        if self._names_each:
            self._speaker = ""
        if spoken.start < self._start and spoken.end <= self._start:
            yield from self._late(words, speaker)
            return
        self._start = spoken.start
        yield from self._cues(words, speaker)

    def _late(self, words: list[TimedWord], speaker: str) -> Iterator[Cue]:
        end, self._end = self._end, 0.0
        yield from self._cues(words, speaker)
        self._end = max(end, self._end)

    def _cues(self, words: list[TimedWord], speaker: str) -> Iterator[Cue]:
        first = 0
        while first < len(words):
            # As many as a cue can have, and one more: copying all would take for ever.
            next_ones = words[first : first + _MOST_WORDS]
            label = self._label(speaker, next_ones[0].text)
            room = COLUMNS - _columns(label)
            count = _cue_length(next_ones, room)
            yield self._cue(next_ones[:count], room, speaker, label)
            first += count

    def _label(self, speaker: str, word: str) -> str:
        """The name of who begins to speak, where *word* fits beside it."""
        label = f"{speaker}: " if speaker and speaker != self._speaker else ""
        self._speaker = speaker
        return label if _columns(label + word) <= COLUMNS else ""

    def _cue(self, words: list[TimedWord], room: int, speaker: str, label: str) -> Cue:
        start = max(self._end, words[0].start)
        self._end = max(words[-1].end, start + _SHORTEST)
        lines = _lines([word.text for word in words], room)
        return Cue(start, self._end, lines, speaker, label)


def captions(spoken: Iterable[Spoken]) -> list[Cue]:
    """The cues of a whole recording."""
    captioner = Captioner()
    ordered = sorted(spoken, key=lambda one: one.start)
    return [cue for one in ordered for cue in captioner.cues(one)]


def srt(cue: Cue, number: int) -> str:
    """*cue* as the *number*th block of an SRT file, its blank line included."""
    # An arrow in the text would look like the times of another cue.
    text = (cue.label + "\n".join(cue.lines)).replace("-->", "->")
    return f"{number}\n{stamp(cue.start, ',')} --> {stamp(cue.end, ',')}\n{text}\n\n"


def vtt(cue: Cue) -> str:
    """*cue* as a block of a WebVTT file, its blank line included."""
    text = "\n".join(escape(line, quote=False) for line in cue.lines)
    voice = f"<v {escape(cue.speaker, quote=False)}>" if cue.speaker else ""
    return f"{stamp(cue.start, '.')} --> {stamp(cue.end, '.')}\n{voice}{text}\n\n"


def _timed(spoken: Spoken) -> list[TimedWord]:
    """The words of the text with their times; each fits in a line."""
    texts = [part for text in spoken.text.split() for part in _pieces(text, COLUMNS)]
    if texts == [word.text for word in spoken.words]:
        return list(spoken.words)
    return list(_spread(texts, spoken.start, spoken.end))


def _pieces(text: str, width: int) -> Iterator[str]:
    """*text* itself, in pieces where it is wider than *width*."""
    start, used = 0, 0
    for place, character in enumerate(text):
        columns = _columns(character)
        if used + columns > width:
            yield text[start:place]
            start, used = place, 0
        used += columns
    yield text[start:]


def _spread(texts: list[str], start: float, end: float) -> Iterator[TimedWord]:
    """*texts* over the time from *start* to *end*, by their lengths."""
    total = sum(len(text) + 1 for text in texts)
    said = 0
    for text in texts:
        before, said = said, said + len(text) + 1
        yield TimedWord(
            text,
            start + (end - start) * before / total,
            start + (end - start) * said / total,
        )


def _cue_length(words: list[TimedWord], room: int) -> int:
    """How many of *words* make the next cue: all, to a sentence's end, or what fits."""
    most = _fitting(words, room)
    if most == len(words):
        return most
    for ends in (_SENTENCE_ENDS, _CLAUSE_ENDS):
        for count in range(most, most // 3, -1):
            if words[count - 1].text.endswith(ends):
                return count
    return most


def _fitting(words: list[TimedWord], room: int) -> int:
    """How many of *words* fit in the lines and the time of a cue, at least one."""
    line, used = 1, _columns(words[0].text)
    for count, word in enumerate(words[1:], start=1):
        width = _columns(word.text)
        used += 1 + width
        if used > (room if line == 1 else COLUMNS):
            line, used = line + 1, width
        if line > _LINES or word.end - words[0].start > _LONGEST:
            return count
    return len(words)


def _lines(texts: list[str], room: int) -> tuple[str, ...]:
    """*texts* as one line, or as two that are broken where it reads best."""
    widths = [_columns(text) for text in texts]
    whole = sum(widths) + len(texts) - 1
    if whole <= room:
        return (" ".join(texts),)
    firsts = [width + place for place, width in enumerate(accumulate(widths))]
    best = min(
        (
            (not texts[place].endswith(_CLAUSE_ENDS), abs(2 * first + 1 - whole), place)
            for place, first in enumerate(firsts[:-1])
            if first <= room and whole - first - 1 <= COLUMNS
        ),
        default=None,
    )
    if best is None:
        return (" ".join(texts),)
    break_at = best[-1] + 1
    return " ".join(texts[:break_at]), " ".join(texts[break_at:])


def _clipped(name: str) -> str:
    first, *more = _pieces(name, _WIDEST_NAME)
    return f"{first}…" if more else first


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
