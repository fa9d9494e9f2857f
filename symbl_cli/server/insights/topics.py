"""Topics: runs of one to three telling words, by how many messages hold them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ...protocol.events import InsightId, MessageId
from .findings import Said, Topic
from .stemming import stem
from .stop_words import NUMBER_WORDS, SPOKEN_SOUNDS, STOP_WORDS, VAGUE_WORDS
from .words import Word, read_words

_MOST_WORDS = 3
_MOST_SHOWN = 12
"""Topics at once, about: hysteresis lets some more stay."""
_FEWEST_SHOWN = 3
_MESSAGES_A_TOPIC = 6
"""A conversation has one topic more for so many messages."""
_KEPT = 2500
"""Phrases remembered; the rarest and oldest are forgotten beyond."""
_LEAVES_BELOW = 0.6
"""Of the weight that would bring a topic in: below it, one shown leaves."""
_SUBSUMED = 0.65
"""A phrase counts beside a longer one that holds it if that is said less often than
this share of its own."""
_WORD_BONUS = 1.0
_SURE_WEIGHT = 8.0
"""The weight from where a leading topic's score is 1."""
_SILENT = STOP_WORDS | NUMBER_WORDS | SPOKEN_SOUNDS


@dataclass(slots=True)
class _Phrase:
    stems: tuple[str, ...]
    surfaces: Counter[str] = field(default_factory=Counter)
    message_ids: list[MessageId] = field(default_factory=list)
    last_heard: int = 0

    @property
    def weight(self) -> float:
        return len(self.message_ids) * (1 + _WORD_BONUS * (len(self.stems) - 1))


@dataclass(slots=True)
class _Shown:
    topic: Topic
    mentions: int


class Topics:
    """The topics of one conversation as it goes."""

    def __init__(self, new_id: Callable[[str], InsightId]) -> None:
        self._new_id = new_id
        self._phrases: dict[tuple[str, ...], _Phrase] = {}
        self._shown: dict[tuple[str, ...], _Shown] = {}
        self._roots: dict[str, str] = {}
        self._heard = 0

    def hear(
        self, said: Said, names: frozenset[str] = frozenset()
    ) -> tuple[Topic, ...]:
        """The topics that *said* brings, changes or drives out.

        *names* are lower-case names of those present: who speaks is no topic.
        """
        self._heard += 1
        touched = self._count(said, names)
        if not touched:
            return ()
        self._forget()
        return tuple(self._changes(final=False))

    def finish(self) -> tuple[Topic, ...]:
        return tuple(self._changes(final=True))

    def _count(self, said: Said, names: frozenset[str]) -> set[tuple[str, ...]]:
        touched: set[tuple[str, ...]] = set()
        for run in content_runs(said.text, names):
            for words in _names(run):
                stems = tuple(self._root(word) for word in words)
                phrase = self._phrases.setdefault(stems, _Phrase(stems))
                phrase.surfaces[_surface(said.text, words)] += 1
                phrase.last_heard = self._heard
                if stems not in touched:
                    phrase.message_ids.append(said.id)
                touched.add(stems)
        return touched

    def _root(self, word: Word) -> str:
        root = stem(word.norm)
        known = self._roots.get(root)
        if known is None or len(word.norm) < len(known):
            self._roots[root] = word.norm
        return root

    def _forget(self) -> None:
        if len(self._phrases) <= _KEPT:
            return
        ranked = sorted(
            self._phrases.values(), key=lambda p: (p.weight, p.last_heard), reverse=True
        )
        kept = {phrase.stems for phrase in ranked[: _KEPT // 2]} | set(self._shown)
        self._phrases = {k: p for k, p in self._phrases.items() if k in kept}
        used = {root for stems in self._phrases for root in stems}
        self._roots = {r: word for r, word in self._roots.items() if r in used}

    def _changes(self, *, final: bool) -> Iterator[Topic]:
        ranked = self._ranked()
        most = min(_MOST_SHOWN, _FEWEST_SHOWN + self._heard // _MESSAGES_A_TOPIC)
        entry = ranked[most - 1].weight if len(ranked) >= most else 0.0
        wanted = {phrase.stems for phrase in ranked[:most]}
        staying = {p.stems for p in ranked if p.weight >= _LEAVES_BELOW * entry}
        for stems in [known for known in self._shown if known not in staying]:
            yield self._removed(self._shown.pop(stems).topic)
        top = ranked[0].weight if ranked else 1.0
        for phrase in ranked:
            if phrase.stems in wanted or phrase.stems in self._shown:
                yield from self._revised(phrase, top, final=final)

    def _ranked(self) -> list[_Phrase]:
        likely = [phrase for phrase in self._phrases.values() if _is_likely(phrase)]
        likely.sort(key=lambda p: (-p.weight, p.stems))
        likely = likely[: 6 * _MOST_SHOWN]
        longer = [phrase for phrase in likely if len(phrase.stems) > 1]
        return [phrase for phrase in likely if not _is_subsumed(phrase, longer)]

    def _removed(self, topic: Topic) -> Topic:
        return Topic(
            id=topic.id,
            rev=topic.rev + 1,
            text=topic.text,
            score=0.0,
            root_words=topic.root_words,
            message_ids=topic.message_ids,
            removed=True,
        )

    def _revised(self, phrase: _Phrase, top: float, *, final: bool) -> Iterator[Topic]:
        shown = self._shown.get(phrase.stems)
        mentions = len(phrase.message_ids)
        if shown and (
            mentions == shown.mentions or not (final or _is_news(mentions, shown))
        ):
            return
        topic = Topic(
            id=self._new_id("topic:" + " ".join(phrase.stems)),
            rev=self._next_rev(phrase.stems),
            text=phrase.surfaces.most_common(1)[0][0],
            score=round(min(1.0, phrase.weight / max(top, _SURE_WEIGHT)), 3),
            root_words=(self._roots.get(phrase.stems[-1], phrase.stems[-1]),),
            message_ids=tuple(phrase.message_ids),
            parents=self._parents(phrase.stems),
        )
        self._shown[phrase.stems] = _Shown(topic, mentions)
        yield topic

    def _next_rev(self, stems: tuple[str, ...]) -> int:
        shown = self._shown.get(stems)
        return shown.topic.rev + 1 if shown else 1

    def _parents(self, stems: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            shown.topic.text
            for other, shown in self._shown.items()
            if len(other) < len(stems) and _contains(stems, other)
        )


def content_runs(
    text: str, names: frozenset[str] = frozenset()
) -> Iterator[tuple[Word, ...]]:
    """The longest runs of telling words in *text*, none of them in *names*."""
    run: list[Word] = []
    last_end = 0
    for word in read_words(text):
        is_apart = any(mark in text[last_end : word.start] for mark in '.,;:!?()"')
        is_silent = word.norm in _SILENT or word.norm in names or word.is_part
        is_silent = is_silent or not word.norm[1:].isalpha()
        if run and (is_apart or is_silent):
            yield tuple(run)
            run = []
        if not is_silent:
            run.append(word)
        last_end = word.end
    if run:
        yield tuple(run)


def _names(run: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """The parts of *run* that can name a topic."""
    for start in range(len(run)):
        for end in range(start + 1, min(start + _MOST_WORDS, len(run)) + 1):
            if run[end - 1].norm not in VAGUE_WORDS:
                yield run[start:end]


def _surface(text: str, words: Sequence[Word]) -> str:
    shown = text[words[0].start : words[-1].end]
    is_name = all(word[:1].isupper() for word in shown.split()) and words[0].start > 0
    return shown if is_name else shown.lower()


def _is_likely(phrase: _Phrase) -> bool:
    return len(phrase.message_ids) > 1


def _is_subsumed(phrase: _Phrase, longer: Sequence[_Phrase]) -> bool:
    mentions = len(phrase.message_ids)
    return any(
        len(other.stems) > len(phrase.stems)
        and len(other.message_ids) >= _SUBSUMED * mentions
        and _contains(other.stems, phrase.stems)
        for other in longer
    )


def _contains(longer: tuple[str, ...], shorter: tuple[str, ...]) -> bool:
    size = len(shorter)
    return any(longer[i : i + size] == shorter for i in range(len(longer) - size + 1))


def _is_news(mentions: int, shown: _Shown) -> bool:
    return mentions >= shown.mentions + max(1, shown.mentions // 4)
