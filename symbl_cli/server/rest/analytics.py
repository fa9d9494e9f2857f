"""Who spoke how long (§2.15)."""

from ...protocol import resources
from ...protocol.resource_table import write
from ..insights.analytics import Analytics, MemberAnalytics, OverlapWith, measure
from ..store.records import ConversationRecord
from .exchange import Call, Reply
from .people import said_in


def get(call: Call, record: ConversationRecord) -> Reply:
    ended_at = record.ended_at or record.started_at
    duration = (ended_at - record.started_at).total_seconds()
    return Reply(write(_resource(measure(said_in(call, record), duration))))


def _resource(analytics: Analytics) -> resources.Analytics:
    metrics = (
        ("total_silence", analytics.silence_percent, analytics.silence_seconds),
        ("total_talk_time", analytics.talk_percent, analytics.talk_seconds),
        ("total_overlap", analytics.overlap_percent, analytics.overlap_seconds),
    )
    return resources.Analytics(
        metrics=tuple(
            resources.Metric(type=name, percent=percent, seconds=seconds)
            for name, percent, seconds in metrics
        ),
        members=tuple(_member(member) for member in analytics.members),
    )


def _member(member: MemberAnalytics) -> resources.MemberAnalytics:
    return resources.MemberAnalytics(
        id=member.party.id,
        name=member.party.name,
        user_id=member.party.user_id,
        words_per_minute=member.words_per_minute,
        talk_percentage=member.talk_percent,
        talk_seconds=member.talk_seconds,
        listen_percentage=member.listen_percent,
        listen_seconds=member.listen_seconds,
        overlap=_overlap(member) if member.overlaps else resources.Overlap(),
    )


def _overlap(member: MemberAnalytics) -> resources.Overlap:
    return resources.Overlap(
        duration=member.overlap_seconds,
        members=tuple(_overlapping(overlap) for overlap in member.overlaps),
    )


def _overlapping(overlap: OverlapWith) -> resources.Overlapping:
    return resources.Overlapping(
        id=overlap.party.id,
        name=overlap.party.name,
        user_id=overlap.party.user_id,
        percent=overlap.percent,
        seconds=overlap.seconds,
    )
