"""Analytics follow from the times of messages."""

from dataclasses import replace

from symbl_cli.server.insights.analytics import (
    Analytics,
    MemberAnalytics,
    OverlapWith,
    measure,
)
from symbl_cli.server.insights.findings import Party, Said
from tests.insights.conversation import ANN, BEA, talk


def said(speaker: Party, text: str, start: float, end: float) -> Said:
    (message,) = talk([(speaker, text)])
    return replace(message, start=start, end=end)


def test_talk_silence_and_overlap_add_up() -> None:
    messages = [
        said(ANN, "one two three four five", 0.0, 30.0),
        said(BEA, "one two three", 20.0, 40.0),
    ]

    assert measure(messages, duration=80.0) == Analytics(
        talk_seconds=40.0,
        talk_percent=50.0,
        silence_seconds=40.0,
        silence_percent=50.0,
        overlap_seconds=10.0,
        overlap_percent=12.5,
        members=(
            MemberAnalytics(
                party=ANN,
                talk_seconds=30.0,
                talk_percent=37.5,
                listen_seconds=10.0,
                listen_percent=12.5,
                words_per_minute=10,
                overlaps=(OverlapWith(party=BEA, seconds=10.0, percent=20.0),),
            ),
            MemberAnalytics(
                party=BEA,
                talk_seconds=20.0,
                talk_percent=25.0,
                listen_seconds=20.0,
                listen_percent=25.0,
                words_per_minute=9,
                overlaps=(OverlapWith(party=ANN, seconds=10.0, percent=20.0),),
            ),
        ),
    )


def test_a_conversation_without_words_has_no_members() -> None:
    assert measure([]) == Analytics(
        talk_seconds=0,
        talk_percent=0.0,
        silence_seconds=0.0,
        silence_percent=0.0,
        overlap_seconds=0,
        overlap_percent=0.0,
        members=(),
    )


def test_messages_without_length_break_nothing() -> None:
    (member,) = measure([said(ANN, "text only", 0.0, 0.0)]).members

    assert (member.words_per_minute, member.talk_seconds) == (0, 0)
