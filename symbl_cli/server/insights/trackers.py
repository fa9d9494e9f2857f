"""Trackers: phrases to watch for, as said, inflected or nearly so."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from ...frozen import dataclass
from ...protocol.events import InsightId, TrackerSpec
from .findings import Place, Said, TrackerMatch
from .sentences import SentenceJoiner, speaker_key
from .stemming import stem
from .words import norms, read_words

_ALIKE = 88.0
"""Of 100, from where two phrases are the same but for a slip of hearing."""
_SHORTEST_ALIKE = 5
"""Characters; below, everything is alike."""
_LONGEST_ACROSS = 12
"""Words on each side of a pause."""
_PAUSE_MARKS = " \t\n.,;:…-–—"
"""What a recogniser sets where it hears a pause."""
_OVERLAP = 1.0
"""Seconds by which two messages of one speaker may seem to overlap."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    tracker: str
    value: str
    plain: str
    norms: tuple[str, ...]
    stems: tuple[str, ...]


_Found: TypeAlias = dict[_Phrase, tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Words to search: of one message, or of two where a pause is between."""

    norms: tuple[str, ...]
    stems: tuple[str, ...]
    seam: int = 0
    """The index of the first word after the pause, 0 for none."""

    def runs(self, size: int) -> Iterable[slice]:
        """The places of *size* words in a row, all across the pause if there is one."""
        first, end = 0, len(self.norms) - size + 1
        if self.seam:
            first, end = max(0, self.seam - size + 1), min(self.seam, end)
        return (slice(start, start + size) for start in range(first, end))


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What a speaker said last, and which trackers were told of it."""

    said: Said
    told: frozenset[str]


class Trackers:
    """Watches what is said for the phrases of *specs*.

    A phrase that a pause cuts in two is found with the second message, and names both.
    """

    def __init__(
        self, specs: Sequence[TrackerSpec], new_id: Callable[[str], InsightId]
    ) -> None:
        self._new_id = new_id
        self._told: dict[str, set[_Phrase]] = {}
        self._earlier: dict[str, _Earlier] = {}
        self._phrases = tuple(
            _Phrase(spec.name, value, _plain(value), spoken, tuple(map(stem, spoken)))
            for spec in specs
            for value in spec.vocabulary
            if (spoken := norms(read_words(value)))
        )

    def hear(self, said: Said) -> tuple[TrackerMatch, ...]:
        """What *said* holds; what its interim words seemed to hold is withdrawn."""
        found = self._find(said)
        told = frozenset(phrase.tracker for phrase in found)
        self._earlier[speaker_key(said.speaker)] = _Earlier(said, told)
        matches = [self._match(said, phrase, at) for phrase, at in found.items()]
        return (*matches, *self._withdrawn(said, found))

    def hear_interim(self, said: Said) -> tuple[TrackerMatch, ...]:
        """What the interim words of *said* hold and did not yet; none take all back."""
        if not said.text:
            return self._withdrawn(said, {})
        told = self._told.setdefault(said.id, set())
        found = self._find(said)
        news = [phrase for phrase in found if phrase not in told]
        told.update(news)
        return tuple(
            self._match(said, phrase, found[phrase], is_final=False) for phrase in news
        )

    def _withdrawn(self, said: Said, found: _Found) -> tuple[TrackerMatch, ...]:
        """What the interim words of *said*, which is over, held without being found."""
        gone = self._told.pop(said.id, set()) - set(found)
        nowhere = (Place(said.id, said.text, -1),)
        return tuple(
            self._match(said, phrase, nowhere, removed=True)
            for phrase in sorted(gone, key=lambda p: (p.tracker, p.value))
        )

    def _find(self, said: Said) -> _Found:
        """Each phrase in *said* with its places, offset -1 where only similar."""
        if not self._phrases:
            return {}
        found = self._within(said)
        earlier = self._earlier.get(speaker_key(said.speaker))
        if earlier and _goes_on(earlier.said, said):
            found = self._across(earlier, said, found) | found
        return found

    def _within(self, said: Said) -> _Found:
        exact: _Found = {
            phrase: (Place(said.id, said.text, offset),)
            for phrase in self._phrases
            if (offset := _exact(said.text, phrase)) is not None
        }
        similar = self._similar(_stretch(said.text), _trackers(exact))
        return exact | dict.fromkeys(similar, (Place(said.id, said.text, -1),))

    def _across(self, earlier: _Earlier, said: Said, within: _Found) -> _Found:
        """The phrases that begin in *earlier* and end in *said*."""
        before = earlier.said.text.rstrip(_PAUSE_MARKS)
        joined = f"{before} {said.text.lstrip(_PAUSE_MARKS)}"
        exact: _Found = {
            phrase: _places(earlier.said, said, offset)
            for phrase in self._phrases
            if phrase not in within
            and (offset := _exact_across(joined, len(before), phrase)) is not None
        }
        # A neighbouring word more or less is similar too: what was told is left out.
        told = _trackers(exact) | _trackers(within) | earlier.told
        similar = self._similar(_stretch(earlier.said.text, said.text), told)
        return exact | dict.fromkeys(similar, _places(earlier.said, said, None))

    def _similar(self, stretch: _Stretch, told: frozenset[str]) -> Iterable[_Phrase]:
        """The phrases like *stretch*, of trackers that were not *told* already."""
        return (
            phrase
            for phrase in self._phrases
            if phrase.tracker not in told
            and (_holds(stretch, phrase) or _is_near(stretch, phrase))
        )

    def _match(
        self,
        said: Said,
        phrase: _Phrase,
        places: tuple[Place, ...],
        *,
        is_final: bool = True,
        removed: bool = False,
    ) -> TrackerMatch:
        return TrackerMatch(
            id=self._new_id(f"tracker:{phrase.tracker}:{phrase.value}:{said.id}"),
            rev=1 if is_final else 0,
            name=phrase.tracker,
            value=phrase.value,
            exact=all(place.offset >= 0 for place in places),
            places=places,
            is_final=is_final,
            removed=removed,
        )


def _trackers(found: Mapping[_Phrase, object]) -> frozenset[str]:
    return frozenset(phrase.tracker for phrase in found)


def _goes_on(earlier: Said, said: Said) -> bool:
    """Whether *said* may end what *earlier* began: a short pause, nothing asked."""
    # By the wall clock: interim words count seconds from where their stream began.
    silence = (said.at - earlier.at).total_seconds() - (earlier.end - earlier.start)
    is_new = earlier.id != said.id and not earlier.text.rstrip().endswith(("?", "!"))
    return is_new and -_OVERLAP <= silence <= SentenceJoiner.PAUSE


def _stretch(text: str, after: str | None = None) -> _Stretch:
    spoken = norms(read_words(text))
    seam = 0
    if after is not None:
        spoken = spoken[-_LONGEST_ACROSS:]
        seam = len(spoken)
        spoken += norms(read_words(after))[:_LONGEST_ACROSS]
    return _Stretch(spoken, tuple(map(stem, spoken)), seam)


@lru_cache(maxsize=16)
def _plain(text: str) -> str:
    """*text* in lower case, with one blank between words."""
    return " ".join(text.lower().split())


def _exact(text: str, phrase: _Phrase) -> int | None:
    # Most phrases are not there: a pattern takes long to compile.
    if phrase.plain not in _plain(text):
        return None
    match = _pattern(phrase.value).search(text)
    return match.start() if match else None


def _exact_across(joined: str, seam: int, phrase: _Phrase) -> int | None:
    """Where in *joined* the phrase begins that the pause at *seam* cuts in two."""
    if phrase.plain not in _plain(joined):
        return None
    first = max(0, seam - len(phrase.value) - _LONGEST_ACROSS)
    for match in _pattern(phrase.value).finditer(joined, first):
        if match.start() < seam < match.end() - 1:
            return match.start()
    return None


def _places(earlier: Said, said: Said, offset: int | None) -> tuple[Place, ...]:
    rest = len(said.text) - len(said.text.lstrip(_PAUSE_MARKS))
    return (
        Place(earlier.id, earlier.text, -1 if offset is None else offset),
        Place(said.id, said.text, -1 if offset is None else rest),
    )


@lru_cache(maxsize=2_000)
def _pattern(value: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, value.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def _holds(stretch: _Stretch, phrase: _Phrase) -> bool:
    if phrase.stems[0] not in stretch.stems:
        return False
    runs = stretch.runs(len(phrase.stems))
    return any(stretch.stems[run] == phrase.stems for run in runs)


def _is_near(stretch: _Stretch, phrase: _Phrase) -> bool:
    wanted = " ".join(phrase.norms)
    if len(wanted) < _SHORTEST_ALIKE:
        return False
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne

    count = len(phrase.norms)
    return any(
        extractOne(wanted, _said(stretch, size), scorer=ratio, score_cutoff=_ALIKE)
        for size in {max(1, count - 1), count, count + 1}
    )


@lru_cache(maxsize=16)
def _said(stretch: _Stretch, size: int) -> tuple[str, ...]:
    return tuple(" ".join(stretch.norms[run]) for run in stretch.runs(size))
