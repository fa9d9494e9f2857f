"""Speech as text (§2.5)."""

from datetime import datetime, timedelta

from ...protocol import resources
from ...protocol.events import Person, Sentiment
from ...protocol.resource_table import write
from ..insights.sentiment import label_of, sentiment_score
from ..live.frames import estimates, person
from ..store.records import ConversationRecord, MessageRecord, WordRecord
from .exchange import Call, Reply
from .people import members_by_id


def get(call: Call, record: ConversationRecord) -> Reply:
    is_verbose, with_sentiment = call.read_flag("verbose"), call.read_flag("sentiment")
    members = members_by_id(call, record)
    found = [
        message(
            one,
            person(members[one.member_id]),
            words=_words(one) if is_verbose else None,
            sentiment=sentiment_of(one.text) if with_sentiment else None,
        )
        for one in call.desk.store.messages(record.id)
    ]
    return Reply({"messages": [write(one) for one in found]})


def message(
    record: MessageRecord,
    sender: Person,
    *,
    words: tuple[resources.Word, ...] | None,
    sentiment: Sentiment | None,
) -> resources.Message:
    return resources.Message(
        id=record.id,
        text=record.text,
        sender=sender,
        start_time=record.started_at,
        end_time=record.ended_at,
        time_offset=round(record.start, 2),
        duration=round(record.end - record.start, 2),
        conversation_id=record.conversation_id,
        sentiment=sentiment,
        words=words,
        estimated=estimates(record),
    )


def sentiment_of(text: str) -> Sentiment:
    score = round(sentiment_score(text), 3)
    return Sentiment(score=score, suggested=label_of(score))


def _words(record: MessageRecord) -> tuple[resources.Word, ...]:
    beginning = record.started_at - timedelta(seconds=record.start)
    return tuple(_word(word, beginning) for word in record.words)


def _word(record: WordRecord, beginning: datetime) -> resources.Word:
    return resources.Word(
        text=record.text,
        start_time=beginning + timedelta(seconds=record.start),
        end_time=beginning + timedelta(seconds=record.end),
        score=record.confidence,
        time_offset=round(record.start, 2),
        duration=round(record.end - record.start, 2),
    )
