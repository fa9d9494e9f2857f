"""A conversation as a store keeps it, for tests."""

from datetime import UTC, datetime, timedelta

from symbl_cli.protocol.events import ConversationId, InsightId, MessageId
from symbl_cli.server.insights.findings import (
    Due,
    Entity,
    Finding,
    Insight,
    InsightKind,
    Party,
    Place,
    Sentiment,
    Tag,
    Topic,
    TrackerMatch,
)
from symbl_cli.server.store.changes import (
    Change,
    SaveConversation,
    SaveFinding,
    SaveMark,
    SaveMember,
    SaveMessage,
)
from symbl_cli.server.store.records import (
    ConversationRecord,
    MarkRecord,
    MemberRecord,
    MessageRecord,
    WordRecord,
)

TENANT = "local"
MEETING = ConversationId("5123456789012345")
START = datetime(2024, 5, 1, 9, 30, 0, 125000, tzinfo=UTC)
ANA = MemberRecord(
    id="0b8e7c52-6f0e-4c53-9f0e-0d6f7a1e2b11",
    conversation_id=MEETING,
    name="Ana",
    user_id="ana@example.org",
    email="ana@example.org",
)
BO = MemberRecord(
    id="0b8e7c52-6f0e-4c53-9f0e-0d6f7a1e2b12", conversation_id=MEETING, name="Bo"
)


def conversation(
    conversation_id: str = MEETING,
    *,
    tenant: str = TENANT,
    started_at: datetime = START,
    name: str | None = "Weekly sync",
    is_live: bool = False,
) -> ConversationRecord:
    return ConversationRecord(
        id=ConversationId(conversation_id),
        tenant=tenant,
        connection_id=f"connection-{conversation_id}",
        started_at=started_at,
        name=name,
        ended_at=started_at + timedelta(seconds=9),
        is_live=is_live,
        metadata={"team": "platform"},
    )


def message(
    message_id: str,
    text: str,
    start: float,
    member: MemberRecord = ANA,
    conversation_id: ConversationId = MEETING,
) -> MessageRecord:
    spoken = text.split()
    return MessageRecord(
        id=MessageId(message_id),
        conversation_id=conversation_id,
        member_id=member.id,
        text=text,
        start=start,
        end=start + 2,
        started_at=START + timedelta(seconds=start),
        ended_at=START + timedelta(seconds=start + 2),
        words=tuple(
            WordRecord(word, start + 0.1 * number, start + 0.1 * number + 0.1)
            for number, word in enumerate(spoken)
        ),
    )


QUESTION = message("5222222222222221", "Who sends the draft by Friday?", 1.875)
ANSWER = message("5222222222222222", "I will send the drafts by Friday.", 4.0, BO)
MESSAGES = (QUESTION, ANSWER)

ASKED = Insight(
    id=InsightId("5444444444444441"),
    kind=InsightKind.QUESTION,
    text="Who sends the draft by Friday?",
    confidence=0.9,
    message_ids=(QUESTION.id,),
    speaker=Party("Ana", ANA.id, "ana@example.org", "ana@example.org"),
    answered_by=ANSWER.id,
    rev=2,
)
PROMISED = Insight(
    id=InsightId("5444444444444442"),
    kind=InsightKind.ACTION_ITEM,
    text="Bo will send the drafts by Friday.",
    confidence=0.97,
    message_ids=(ANSWER.id,),
    speaker=Party("Bo", BO.id),
    assignee=Party("Bo", BO.id),
    due=Due("by Friday", "2024-05-03"),
    definitive=True,
    phrases=("send the drafts",),
    tags=(
        Tag("person", "Bo", 0, "Bo"),
        Tag("date", "by Friday", 24, "2024-05-03"),
    ),
)
PLANNED = Insight(
    id=InsightId("5444444444444443"),
    kind=InsightKind.FOLLOW_UP,
    text="Ana and Bo will meet again.",
    confidence=0.8,
    message_ids=(ANSWER.id,),
    speaker=Party("Bo", BO.id),
)
TOPIC = Topic(
    id=InsightId("5333333333333331"),
    text="draft",
    score=0.71,
    root_words=("draft",),
    message_ids=(QUESTION.id, ANSWER.id),
    parents=("writing",),
)
TRACKED = TrackerMatch(
    id=InsightId("5555555555555551"),
    name="Papers",
    value="the draft",
    exact=True,
    places=(Place(QUESTION.id, QUESTION.text, 10),),
)
DATE = Entity(
    id=InsightId("5666666666666661"),
    type="date",
    text="Friday",
    value="2024-05-03",
    places=(Place(QUESTION.id, QUESTION.text, 23),),
)
MOOD = Sentiment(QUESTION.id, 0.12, "neutral")
FINDINGS: tuple[Finding, ...] = (
    ASKED,
    PROMISED,
    PLANNED,
    TOPIC,
    TRACKED,
    DATE,
    MOOD,
)
MARK = MarkRecord(
    id="5777777777777771",
    conversation_id=MEETING,
    label="Decision",
    description="Bo writes",
    start=4.5,
    duration=1.0,
    message_ids=(ANSWER.id,),
    user_name="Ana",
)


def whole_meeting(record: ConversationRecord | None = None) -> tuple[Change, ...]:
    """Everything of the meeting, in the order in which it would come."""
    return (
        SaveConversation(record or conversation()),
        SaveMember(ANA),
        SaveMember(BO),
        *(SaveMessage(one) for one in MESSAGES),
        *(SaveFinding(MEETING, finding) for finding in FINDINGS),
        SaveMark(MARK),
    )
