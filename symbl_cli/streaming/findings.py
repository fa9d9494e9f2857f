"""Insights, topics, trackers and entities as lines, each id and rev once."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from .. import lines
from ..protocol import events as wire
from ..protocol.events import Json, MessageId, Person
from .said import Record, Said, Speakers

_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?")
_KINDS = {kind.value: kind for kind in lines.InsightKind}

_Line = TypeVar("_Line", lines.Insight, lines.Topic, lines.Tracker, lines.Entity)


class Findings:
    """Of one run, over all its streams: both may deliver the same."""

    def __init__(
        self, record: Record, speakers: Speakers, started_at: datetime
    ) -> None:
        self._record = record
        self._speakers = speakers
        self._nowhere = Said(0.0, 0.0, started_at, lines.SpeakerRef("", "Speaker 1"))
        self._revs: dict[str, int] = {}
        self._latest: dict[str, int] = {}
        """What an unnumbered finding said last, as a hash."""

    def insights(
        self, response: wire.InsightResponse, stream: int
    ) -> Iterator[lines.Body]:
        for insight in response.insights:
            kind = _KINDS.get(insight.type)
            if kind is not None:
                line = self._insight(insight, kind, stream)
                yield from self._once(line, insight.rev)

    def is_early(self, response: wire.InsightResponse | wire.TrackerResponse) -> bool:
        """Whether *response* speaks of messages of which nothing is known yet."""
        if isinstance(response, wire.InsightResponse):
            ids = [one.message_ids or _one(one.message_id) for one in response.insights]
        else:
            ids = [_of_matches(tracker.matches) for tracker in response.trackers]
        return any(some and not self._record.find(some) for some in ids)

    def topics(self, response: wire.TopicResponse) -> Iterator[lines.Body]:
        for topic in response.topics:
            messages = tuple(one.id for one in topic.message_references)
            line = lines.Topic(
                id=topic.id or f"topic:{topic.phrase}",
                rev=topic.rev or 1,
                text=topic.phrase,
                score=topic.score or 0.0,
                root_words=topic.root_words,
                message_ids=self._utterances(messages),
                removed=bool(topic.removed),
            )
            yield from self._once(line, topic.rev)

    def trackers(self, response: wire.TrackerResponse) -> Iterator[lines.Body]:
        """An interim match may come to nothing: final ones alone are told."""
        if response.is_final is False:
            return
        for tracker in response.trackers:
            # One that is withdrawn may have no matches left.
            for match in tracker.matches or (wire.TrackerMatch(),):
                yield from self._once(self._match(tracker, match), tracker.rev)

    def entities(self, response: wire.EntityResponse) -> Iterator[lines.Body]:
        for entity in response.entities:
            for match in entity.matches or (wire.EntityMatch(),):
                ids = tuple(MessageId(ref.id) for ref in match.message_refs)
                where = "".join(f":{one}" for one in ids)
                line = lines.Entity(
                    id=entity.id or f"entity:{match.detected_value}{where}",
                    rev=entity.rev or 1,
                    kind=entity.type,
                    text=match.detected_value,
                    value=entity.value or match.detected_value,
                    message_ids=self._utterances(ids),
                    removed=bool(entity.removed),
                )
                yield from self._once(line, entity.rev)

    def _insight(
        self, insight: wire.Insight, kind: lines.InsightKind, stream: int
    ) -> lines.Insight:
        ids = insight.message_ids or _one(insight.message_id)
        said = self._record.find(ids) or [self._nowhere]
        speaker = said[0].speaker
        if insight.sender is not None:
            speaker = self._speakers.of(insight.sender, stream)
        answer = insight.answered_by
        return lines.Insight(
            kind=kind,
            id=insight.id or f"{kind}:{insight.content}",
            rev=insight.rev or 1,
            text=insight.content,
            confidence=insight.confidence or 0.0,
            message_ids=self._utterances(ids),
            start=said[0].start,
            end=said[-1].end,
            at=said[0].at,
            speaker=speaker,
            assignee=_assignee(insight.assignee),
            due=_due(insight),
            definitive=insight.definitive,
            answered_by=self._record.utterance(answer) if answer else None,
            removed=bool(insight.removed),
        )

    def _match(self, tracker: wire.Tracker, match: wire.TrackerMatch) -> lines.Tracker:
        ids = tuple(dict.fromkeys(_of_matches((match,))))
        said = self._record.find(ids) or [self._nowhere]
        where = "".join(f":{one}" for one in ids)
        # A managed tracker's id stands for all its matches, ours for one.
        own = tracker.id if tracker.rev else None
        return lines.Tracker(
            id=own or f"tracker:{tracker.name}:{match.value}{where}",
            rev=tracker.rev or 1,
            name=tracker.name,
            match=match.value,
            exact=any((ref.offset or 0) >= 0 for ref in match.message_refs),
            message_ids=self._utterances(ids),
            start=said[0].start,
            removed=bool(tracker.removed),
        )

    def _once(self, line: _Line, rev: int | None) -> Iterator[_Line]:
        """*line* unless it was told already; numbered by us where *rev* is missing."""
        known = self._revs.get(line.id, 0)
        if rev is None:
            line = replace(line, rev=known + 1)
            content = hash(repr(replace(line, rev=0)))
            if self._latest.get(line.id) == content:
                return
            self._latest[line.id] = content
        elif rev <= known:
            return
        self._revs[line.id] = line.rev
        yield line

    def _utterances(self, messages: tuple[MessageId, ...]) -> tuple[str, ...]:
        return tuple(self._record.utterance(message) for message in messages)


def _of_matches(matches: tuple[wire.TrackerMatch, ...]) -> tuple[MessageId, ...]:
    return tuple(MessageId(ref.id) for match in matches for ref in match.message_refs)


def _one(message: MessageId | None) -> tuple[MessageId, ...]:
    return () if message is None else (message,)


def _assignee(person: Person | None) -> lines.Assignee | None:
    if person is None or not person.name:
        return None
    return lines.Assignee(person.name, person.user_id or person.id)


def _due(insight: wire.Insight) -> lines.Due | None:
    if insight.due is None:
        return None
    midnight = _MIDNIGHT.fullmatch(insight.due)
    date = midnight[1] if midnight else insight.due
    spoken = (tag.text for tag in insight.tags if _is_date(tag))
    return lines.Due(text=next(spoken, date) or date, date=date)


def _is_date(tag: wire.Tag) -> bool:
    value: Json = tag.value
    return tag.type in {"date", "datetime", "time"} or (
        isinstance(value, dict) and "datetime" in value
    )
