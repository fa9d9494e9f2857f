"""What was asked and agreed (§2.7 to §2.10, §2.18)."""

from dataclasses import replace

from ...protocol import resources
from ...protocol.events import MessageId, MessageReference
from ...protocol.resource_table import write
from ..insights.findings import Insight, InsightKind, Tag
from ..store.finding_rows import FindingKind
from ..store.records import ConversationRecord
from .exchange import Call, Reply
from .people import assigned_to, spoken_by

_PERSON = "person"


def get_questions(call: Call, record: ConversationRecord) -> Reply:
    found = _found(call, record, FindingKind.QUESTION)
    return Reply({"questions": [write(_resource(one)) for one in found]})


def get_action_items(call: Call, record: ConversationRecord) -> Reply:
    found = _found(call, record, FindingKind.ACTION_ITEM)
    return Reply({"actionItems": [write(_resource(one)) for one in found]})


def get_follow_ups(call: Call, record: ConversationRecord) -> Reply:
    found = _found(call, record, FindingKind.FOLLOW_UP)
    return Reply({"followUps": [write(_resource(one)) for one in found]})


def get_all(call: Call, record: ConversationRecord) -> Reply:
    kinds = FindingKind.QUESTION, FindingKind.ACTION_ITEM, FindingKind.FOLLOW_UP
    found = _found(call, record, *kinds)
    return Reply({"insights": [write(_resource(one)) for one in found]})


def get_comprehensive(call: Call, record: ConversationRecord) -> Reply:
    items = map(_action_item, _found(call, record, FindingKind.ACTION_ITEM))
    return Reply({"actionItems": [write(_comprehensive(item)) for item in items]})


def _found(
    call: Call, record: ConversationRecord, *kinds: FindingKind
) -> list[Insight]:
    found = call.desk.store.findings(record.id, kinds)
    return [finding for finding in found if isinstance(finding, Insight)]


def _resource(insight: Insight) -> resources.Question | resources.ActionItem:
    match insight.kind:
        case InsightKind.QUESTION:
            return _question(insight)
        case _:
            return _action_item(insight)


def _question(insight: Insight) -> resources.Question:
    return resources.Question(
        id=insight.id,
        text=insight.text,
        score=insight.confidence,
        message_ids=insight.message_ids,
        sender=spoken_by(insight.speaker),
        answered_by=insight.answered_by,
        rev=insight.rev,
    )


def _action_item(insight: Insight) -> resources.ActionItem:
    return resources.ActionItem(
        id=insight.id,
        text=insight.text,
        type=insight.kind.value,
        score=insight.confidence,
        message_ids=insight.message_ids,
        tags=tuple(_tag(tag, insight) for tag in insight.tags),
        phrases=tuple(
            resources.TypedText(type="action_phrase", text=phrase)
            for phrase in insight.phrases
        ),
        sender=spoken_by(insight.speaker),
        definitive=insight.definitive,
        assignee=assigned_to(insight.assignee),
        due_by=None if insight.due is None else insight.due.date,
        rev=insight.rev,
    )


def _tag(tag: Tag, insight: Insight) -> resources.Tag:
    if tag.type != _PERSON:
        value = tag.value or None
        return resources.Tag(
            type=tag.type, text=tag.text, offset=tag.offset, value=value
        )
    name = tag.value or tag.text
    is_assignee = insight.assignee is not None and insight.assignee.name == name
    return resources.Tag(
        type=tag.type,
        text=tag.text,
        offset=tag.offset,
        value={"assignee": is_assignee, "name": name},
    )


def _comprehensive(item: resources.ActionItem) -> resources.ActionItem:
    references = tuple(
        MessageReference(id=MessageId(one)) for one in item.message_ids or ()
    )
    return replace(item, message_ids=None, message_refs=references)
