"""An extractive summary: a few whole sentences, what was asked and agreed first."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ...frozen import dataclass
from ...protocol.events import MessageId
from .findings import Finding, Insight, InsightKind, Said, Topic
from .sentences import SentenceJoiner
from .topics import content_runs

_FEWEST_WORDS = 5
_INSIGHT_WEIGHT = {
    InsightKind.ACTION_ITEM: 2.0,
    InsightKind.FOLLOW_UP: 1.0,
    InsightKind.QUESTION: 0.6,
}
_TOPIC_WEIGHT = 1.0
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class SummarySentence:
    text: str
    message_ids: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: SummarySentence
    words: frozenset[str]
    score: float
    index: int


def summarise(
    messages: Iterable[Said], findings: Iterable[Finding] = (), *, most: int = 5
) -> tuple[SummarySentence, ...]:
    """At most *most* telling sentences of *messages*, in the order they were said.

    *findings* weigh in: a sentence by which something was agreed counts more.
    """
    weights = _weights(findings)
    counts: Counter[str] = Counter()
    read: list[tuple[SummarySentence, frozenset[str]]] = []
    for sentence in _sentences(messages):
        words = frozenset(w.norm for run in content_runs(sentence.text) for w in run)
        counts.update(words)
        if len(sentence.text.split()) >= _FEWEST_WORDS and words:
            read.append((sentence, words))
    candidates = [
        _Candidate(sentence, words, _score(sentence, words, counts, weights), index)
        for index, (sentence, words) in enumerate(read)
    ]
    return tuple(c.sentence for c in _chosen(candidates, most))


def _sentences(messages: Iterable[Said]) -> Sequence[SummarySentence]:
    joiner = SentenceJoiner()
    found: dict[str, SummarySentence] = {}
    for said in messages:
        for sentence in joiner.hear(said):
            found[sentence.key] = SummarySentence(sentence.text, sentence.message_ids)
    return list(found.values())


def _weights(findings: Iterable[Finding]) -> Counter[MessageId]:
    weights: Counter[MessageId] = Counter()
    for finding in findings:
        match finding:
            case Insight(kind=kind, message_ids=ids, confidence=confidence):
                for message_id in ids[:1]:
                    weights[message_id] += _INSIGHT_WEIGHT[kind] * confidence  # type: ignore[assignment]  # a Counter adds floats too
            case Topic(message_ids=ids, score=score):
                for message_id in ids:
                    weights[message_id] += _TOPIC_WEIGHT * score  # type: ignore[assignment]  # likewise
            case _:
                pass
    return weights


def _score(
    sentence: SummarySentence,
    words: frozenset[str],
    counts: Counter[str],
    weights: Counter[MessageId],
) -> float:
    telling = sum(counts[word] for word in words) / (len(words) + 3)
    return telling + sum(weights[message_id] for message_id in sentence.message_ids)


def _chosen(candidates: list[_Candidate], most: int) -> list[_Candidate]:
    chosen: list[_Candidate] = []
    for candidate in sorted(candidates, key=lambda c: (-c.score, c.index)):
        if len(chosen) == most:
            break
        if not any(_alike(candidate.words, other.words) for other in chosen):
            chosen.append(candidate)
    return sorted(chosen, key=lambda c: c.index)


def _alike(one: frozenset[str], two: frozenset[str]) -> bool:
    return len(one & two) >= _ALIKE * len(one | two)
