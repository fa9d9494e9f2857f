"""How well topics are found, beside simpler ways, and what all insights cost."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from benchmarks.insight_data import NOW, Meeting, telling
from benchmarks.insight_scores import head
from symbl_cli.protocol.events import InsightId, MessageId
from symbl_cli.server.insights.features import fluent_words
from symbl_cli.server.insights.findings import Party, Said, Topic
from symbl_cli.server.insights.insights import Insights
from symbl_cli.server.insights.settings import InsightSettings
from symbl_cli.server.insights.stop_words import STOP_WORDS
from symbl_cli.server.insights.topics import Topics

TOPICS = 12
RECOGNITION = 0.08
"""CPU seconds of recognition a second of speech (the budget)."""


def by_frequency(meeting: Meeting) -> list[str]:
    counts = Counter(
        word for _, text in meeting.turns for word in fluent_words(text)
        if word not in STOP_WORDS and len(word) > 2 and word.isalpha()
    )  # fmt: skip
    return [word for word, _ in counts.most_common(TOPICS)]


def by_yake(meeting: Meeting) -> list[str]:
    import yake  # noqa: PLC0415  # installed for this benchmark alone

    text = " ".join(text for _, text in meeting.turns)
    extractor = yake.KeywordExtractor(n=3, top=TOPICS)
    return [phrase for phrase, _ in extractor.extract_keywords(text)]


def by_ours(meeting: Meeting) -> list[str]:
    topics = Topics(InsightId)
    told: dict[str, Topic] = {}
    for said in messages_of(meeting):
        told |= {topic.id: topic for topic in topics.hear(said)}
    told |= {topic.id: topic for topic in topics.finish()}
    shown = [topic for topic in told.values() if not topic.removed]
    shown.sort(key=lambda topic: -topic.score)
    return [topic.text for topic in shown[:TOPICS]]


def messages_of(meeting: Meeting) -> Iterator[Said]:
    start = 0.0
    for index, (speaker, text) in enumerate(meeting.turns):
        end = start + len(text.split()) / 2.5
        at = NOW + timedelta(seconds=start)
        message_id = MessageId(f"{meeting.name}:{index}")
        yield Said(message_id, text, Party(speaker, speaker), start, end, at)
        start = end


def show_topics(meetings: Sequence[Meeting]) -> None:
    head("Topics", "title recall", "precision", "whole phrases", "ms a meeting")
    for name, find in (
        ("word frequency", by_frequency),
        ("YAKE", by_yake),
        ("ours, live", by_ours),
    ):
        began = time.process_time()
        found = [find(meeting) for meeting in meetings]
        spent = (time.process_time() - began) / len(meetings)
        cells = [f"{score:.2f}" for score in _topic_scores(meetings, found)]
        print(f"| {name} | {' | '.join(cells)} | {1000 * spent:.0f} |", flush=True)


def _topic_scores(
    meetings: Sequence[Meeting], found: Sequence[list[str]]
) -> tuple[float, float, float]:
    """The share of titles' words that is told; of told words, and of whole phrases,
    that is in titles or summary."""
    recalls: list[float] = []
    words_right: list[float] = []
    phrases_right: list[float] = []
    for meeting, phrases in zip(meetings, found, strict=True):
        told = [telling(phrase) for phrase in phrases]
        titles = [words for words in map(telling, meeting.titles) if words]
        wanted = telling(meeting.summary).union(*titles)
        recalls += [len(words & set().union(*told)) / len(words) for words in titles]
        words_right += [len(words & wanted) / max(len(words), 1) for words in told]
        phrases_right += [bool(words) and words <= wanted for words in told]
    return _mean(recalls), _mean(words_right), _mean(phrases_right)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)


def show_cost(meetings: Sequence[Meeting]) -> None:
    settings = InsightSettings(
        kinds=frozenset({"question", "action_item", "follow_up", "topic"}),
        detect_entities=True,
        sentiment=True,
    )
    messages = [said for meeting in meetings for said in messages_of(meeting)]
    insights = Insights(settings, InsightId)
    speech = sum(said.end - said.start for said in messages)
    began = time.process_time()
    for said in messages:
        insights.hear(said)
    spent = time.process_time() - began
    share = 100 * spent / (speech * RECOGNITION)
    head("Cost", "value")
    print(f"| CPU a final, all insights | {1000 * spent / len(messages):.1f} ms |")
    print(f"| of that utterance's recognition | {share:.2f} % |")
