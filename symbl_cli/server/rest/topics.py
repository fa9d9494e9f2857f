"""What was talked about (§2.6)."""

from collections.abc import Mapping
from statistics import fmean

from ...protocol import resources
from ...protocol.events import Sentiment
from ...protocol.resource_table import write
from ..insights.findings import Finding, Topic
from ..insights.sentiment import label_of, sentiment_score
from ..store.finding_rows import FindingKind
from ..store.records import ConversationRecord
from .exchange import Call, Reply


def get(call: Call, record: ConversationRecord) -> Reply:
    with_parents = call.read_flag("parentRefs")
    scores = _scores(call, record) if call.read_flag("sentiment") else {}
    found = call.desk.store.findings(record.id, {FindingKind.TOPIC})
    topics = (
        _topic(finding, scores, with_parents=with_parents)
        for finding in sorted(topics_of(found), key=lambda topic: -topic.score)
    )
    return Reply({"topics": [write(topic) for topic in topics]})


def topics_of(findings: tuple[Finding, ...]) -> list[Topic]:
    return [finding for finding in findings if isinstance(finding, Topic)]


def _scores(call: Call, record: ConversationRecord) -> dict[str, float]:
    messages = call.desk.store.messages(record.id)
    return {message.id: sentiment_score(message.text) for message in messages}


def _topic(
    topic: Topic, scores: Mapping[str, float], *, with_parents: bool
) -> resources.Topic:
    parents = topic.parents if with_parents else ()
    return resources.Topic(
        id=topic.id,
        text=topic.text,
        score=topic.score,
        message_ids=topic.message_ids,
        parent_refs=tuple(
            resources.TypedText(type="topic", text=parent) for parent in parents
        ),
        sentiment=_sentiment([scores[i] for i in topic.message_ids if i in scores]),
        root_words=topic.root_words,
        rev=topic.rev,
    )


def _sentiment(scores: list[float]) -> Sentiment | None:
    """That of the messages that a topic stands in, where it was asked for."""
    if not scores:
        return None
    score = round(fmean(scores), 3)
    return Sentiment(score=score, suggested=label_of(score))
