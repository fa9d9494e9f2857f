"""Finals into sentences: text split where sentences end, finals joined where not."""

import re
from collections.abc import Iterator
from datetime import datetime

from ...frozen import dataclass
from ...protocol.events import MessageId
from .findings import Party, Said
from .words import read_words

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st vs etc e.g i.e no inc ltd co jr sr approx dept fig".split()
)
_LONGEST_ABBREVIATION = 12
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
_OPEN_END = re.compile(r"(?:,|;|:|-|–|—|\.\.\.|…)$")
_TERMINAL = re.compile(r"[.!?][\"'”’)\]]*$")
_DANGLING = frozenset(
    (
        "a an the to of for with by and or but so because in on at from that which who"
        " if my your our their his her its i we will would could should can"
    ).split()
)
_CONTINUING = frozenset(
    (
        "by on to for with at before after until in from and or of about tomorrow next"
        " this because that which who"
    ).split()
)
_LONGEST = 400
"""Characters from where a sentence is joined no further."""
_LONGEST_SAID = 1200
"""Characters from where a text without an end is cut: nobody says so much at once."""
_SHORT_REST = 6
"""Words of a sentence's rest that a recogniser has set apart, at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence inside a text."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What one speaker said in one breath, from one final or several."""

    key: str
    """The same however much of it has been heard."""
    text: str
    speaker: Party
    message_ids: tuple[MessageId, ...]
    start: float
    end: float
    at: datetime
    is_whole: bool
    """False: it breaks off, the rest may follow."""


def split_sentences(text: str) -> tuple[Piece, ...]:
    """The sentences of *text*, by their punctuation; none of blank text."""
    pieces: list[Piece] = []
    begin = 0
    for match in _END.finditer(text):
        if _is_abbreviation(text, match):
            continue
        _append(pieces, text, begin, match.end())
        begin = match.end()
    _append(pieces, text, begin, len(text))
    return tuple(pieces)


class SentenceJoiner:
    """Makes sentences of finals: a final may hold many, a sentence span several."""

    PAUSE = 2.5
    """Seconds between two finals of one sentence, at most."""

    def __init__(self) -> None:
        self._last: dict[str, Sentence] = {}

    def hear(self, said: Said) -> tuple[Sentence, ...]:
        """The sentences of *said*; the first may be one heard before, now longer."""
        sentences = list(_sentences_of(said))
        if not sentences:
            return ()
        who = speaker_key(said.speaker)
        before = self._last.get(who)
        if before and _goes_on(before, sentences[0]):
            sentences[0] = _joined(before, sentences[0])
        self._last[who] = sentences[-1]
        return tuple(sentences)


def speaker_key(party: Party) -> str:
    return party.id or party.name


def _sentences_of(said: Said) -> Iterator[Sentence]:
    pieces = split_sentences(said.text)
    length = max(len(said.text), 1)
    for index, piece in enumerate(pieces):
        end = piece.offset + len(piece.text)
        yield Sentence(
            key=f"{said.id}:{index}",
            text=piece.text,
            speaker=said.speaker,
            message_ids=(said.id,),
            start=said.start + (said.end - said.start) * piece.offset / length,
            end=said.start + (said.end - said.start) * end / length,
            at=said.at,
            is_whole=not _breaks_off(piece.text),
        )


def _breaks_off(text: str) -> bool:
    if _OPEN_END.search(text):
        return True
    words = read_words(text)
    return bool(words) and not _TERMINAL.search(text) and words[-1].norm in _DANGLING


def _goes_on(before: Sentence, after: Sentence) -> bool:
    is_late = after.start - before.end > SentenceJoiner.PAUSE
    if is_late or len(before.text) > _LONGEST:
        return False
    if not before.is_whole:
        return True
    if before.text.endswith(("?", "!")):
        return False
    words = read_words(after.text)
    if not words or words[0].norm not in _CONTINUING or len(words) > _SHORT_REST:
        return False
    return words[0].norm not in {"and", "that", "this", "who", "which", "so"}


def _joined(before: Sentence, after: Sentence) -> Sentence:
    head = (
        before.text.rstrip(" .…-–—") if not before.text.endswith(",") else before.text
    )
    tail = after.text
    if tail[:1].isupper() and read_words(tail)[0].norm in _CONTINUING:
        tail = tail[0].lower() + tail[1:]
    return Sentence(
        key=before.key,
        text=f"{head} {tail}",
        speaker=before.speaker,
        message_ids=tuple(dict.fromkeys(before.message_ids + after.message_ids)),
        start=before.start,
        end=after.end,
        at=before.at,
        is_whole=after.is_whole,
    )


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    if match.group().rstrip("\"'”’)]") != ".":
        return False
    near = text[max(0, match.start() - _LONGEST_ABBREVIATION) : match.start()]
    before = re.search(r"([^\W\d_][\w.]*)$", near)
    if before is None:
        return False
    word = before.group().lower()
    is_initial = len(word) == 1 and word != "i" and before.group().isupper()
    return word in _ABBREVIATIONS or (is_initial and match.end() < len(text))


def _append(pieces: list[Piece], text: str, begin: int, end: int) -> None:
    while end - begin > _LONGEST_SAID:
        blank = text.rfind(" ", begin + 1, begin + _LONGEST_SAID)
        cut = begin + _LONGEST_SAID if blank < 0 else blank
        _append(pieces, text, begin, cut)
        begin = cut
    part = text[begin:end]
    stripped = part.strip()
    if stripped and any(character.isalnum() for character in stripped):
        pieces.append(Piece(stripped, begin + len(part) - len(part.lstrip())))
