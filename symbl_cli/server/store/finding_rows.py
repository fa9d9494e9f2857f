"""Findings as rows: what is asked for by column, the rest as one JSON body."""

from dataclasses import asdict
from enum import StrEnum
from typing import assert_never

from ...protocol.events import ConversationId
from ..insights.findings import (
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
from .rows import Row


class FindingKind(StrEnum):
    QUESTION = "question"
    ACTION_ITEM = "action_item"
    FOLLOW_UP = "follow_up"
    TOPIC = "topic"
    TRACKER = "tracker"
    ENTITY = "entity"
    SENTIMENT = "sentiment"


def kind_of(finding: Finding) -> FindingKind:
    match finding:
        case Insight(kind=kind):
            return FindingKind(kind.value)
        case Topic():
            return FindingKind.TOPIC
        case TrackerMatch():
            return FindingKind.TRACKER
        case Entity():
            return FindingKind.ENTITY
        case Sentiment():
            return FindingKind.SENTIMENT
        case _:
            assert_never(finding)


def finding_row(owner: ConversationId, finding: Finding) -> Row:
    return {
        "conversation_id": owner,
        "kind": kind_of(finding).value,
        "id": finding_id(finding),
        "rev": revision(finding),
        "removed": _is_removed(finding),
        "body": asdict(finding),
    }


def finding_id(finding: Finding) -> str:
    """Unique among the findings of its kind in a conversation."""
    match finding:
        case Sentiment(message_id=message_id):
            return message_id
        case _:
            return finding.id


def revision(finding: Finding) -> int:
    match finding:
        case Sentiment():
            return 1
        case _:
            return finding.rev


def _is_removed(finding: Finding) -> bool:
    match finding:
        case Sentiment():
            return False
        case _:
            return finding.removed


def read_finding(row: Row) -> Finding:
    body: Row = dict(row["body"])
    match FindingKind(row["kind"]):
        case FindingKind.TOPIC:
            return _read_topic(body)
        case FindingKind.TRACKER:
            return TrackerMatch(**body | {"places": _read_places(body)})
        case FindingKind.ENTITY:
            return Entity(**body | {"places": _read_places(body)})
        case FindingKind.SENTIMENT:
            return Sentiment(**body)
        case _:
            return _read_insight(body)


def _read_insight(body: Row) -> Insight:
    assignee, due = body["assignee"], body["due"]
    parts = {
        "kind": InsightKind(body["kind"]),
        "message_ids": tuple(body["message_ids"]),
        "speaker": Party(**body["speaker"]),
        "assignee": None if assignee is None else Party(**assignee),
        "due": None if due is None else Due(**due),
        "phrases": tuple(body["phrases"]),
        "tags": tuple(Tag(**tag) for tag in body["tags"]),
    }
    return Insight(**body | parts)


def _read_topic(body: Row) -> Topic:
    names = ("root_words", "message_ids", "parents")
    return Topic(**body | {name: tuple(body[name]) for name in names})


def _read_places(body: Row) -> tuple[Place, ...]:
    return tuple(Place(**place) for place in body["places"])
