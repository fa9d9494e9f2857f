"""Trackers: phrases to watch for, as said, inflected or nearly so."""

import re
from collections.abc import Callable, Sequence

from ...frozen import dataclass
from ...protocol.events import InsightId, TrackerSpec
from .findings import Place, Said, TrackerMatch
from .stemming import stem
from .words import Word, norms, read_words

_ALIKE = 88.0
"""Of 100, from where two phrases are the same but for a slip of hearing."""
_SHORTEST_ALIKE = 5
"""Characters; below, everything is alike."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    tracker: str
    value: str
    norms: tuple[str, ...]
    stems: tuple[str, ...]


class Trackers:
    """Watches what is said for the phrases of *specs*."""

    def __init__(
        self, specs: Sequence[TrackerSpec], new_id: Callable[[str], InsightId]
    ) -> None:
        self._new_id = new_id
        self._told: dict[str, set[_Phrase]] = {}
        self._phrases = tuple(
            _Phrase(spec.name, value, spoken, tuple(map(stem, spoken)))
            for spec in specs
            for value in spec.vocabulary
            if (spoken := norms(read_words(value)))
        )

    def hear(self, said: Said) -> tuple[TrackerMatch, ...]:
        """What *said* holds; what its interim words seemed to hold is withdrawn."""
        found = self._find(said)
        matches = [self._match(said, phrase, at) for phrase, at in found.items()]
        withdrawn = self._told.pop(said.id, set()) - set(found)
        matches += [
            self._match(said, phrase, -1, removed=True)
            for phrase in sorted(withdrawn, key=lambda p: (p.tracker, p.value))
        ]
        return tuple(matches)

    def hear_interim(self, said: Said) -> tuple[TrackerMatch, ...]:
        """What the interim words of *said* hold and did not yet."""
        told = self._told.setdefault(said.id, set())
        found = self._find(said)
        news = [phrase for phrase in found if phrase not in told]
        told.update(news)
        return tuple(
            self._match(said, phrase, found[phrase], is_final=False) for phrase in news
        )

    def _find(self, said: Said) -> dict[_Phrase, int]:
        """Each phrase in *said* with its place, -1 where only similar.

        A tracker that matches exactly is not searched for what is similar.
        """
        if not self._phrases:
            return {}
        words = read_words(said.text)
        stems = tuple(stem(word.norm) for word in words)
        exact = {
            phrase: offset
            for phrase in self._phrases
            if (offset := _exact(said.text, phrase.value)) is not None
        }
        told = {phrase.tracker for phrase in exact}
        similar = {
            phrase: -1
            for phrase in self._phrases
            if phrase.tracker not in told
            and (_holds(stems, phrase.stems) or _is_near(words, phrase))
        }
        return exact | similar

    def _match(
        self,
        said: Said,
        phrase: _Phrase,
        offset: int,
        *,
        is_final: bool = True,
        removed: bool = False,
    ) -> TrackerMatch:
        return TrackerMatch(
            id=self._new_id(f"tracker:{phrase.tracker}:{phrase.value}:{said.id}"),
            rev=1 if is_final else 0,
            name=phrase.tracker,
            value=phrase.value,
            exact=offset >= 0,
            places=(Place(said.id, said.text, offset),),
            is_final=is_final,
            removed=removed,
        )


def _exact(text: str, value: str) -> int | None:
    pattern = r"\s+".join(map(re.escape, value.split()))
    match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
    return match.start() if match else None


def _holds(stems: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    return any(stems[i : i + size] == wanted for i in range(len(stems) - size + 1))


def _is_near(words: Sequence[Word], phrase: _Phrase) -> bool:
    wanted = " ".join(phrase.norms)
    if len(wanted) < _SHORTEST_ALIKE:
        return False
    from rapidfuzz.fuzz import ratio

    spoken = norms(words)
    for size in {
        max(1, len(phrase.norms) - 1),
        len(phrase.norms),
        len(phrase.norms) + 1,
    }:
        for start in range(len(spoken) - size + 1):
            said = " ".join(spoken[start : start + size])
            if ratio(wanted, said, score_cutoff=_ALIKE) >= _ALIKE:
                return True
    return False
