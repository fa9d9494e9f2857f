"""Conversations to import."""

from datetime import UTC, datetime, timedelta

from symbl_cli.protocol.events import Person
from symbl_cli.protocol.resources import (
    ActionItem,
    Conversation,
    Export,
    Message,
    Question,
)

START = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
ANA = Person(id="member-ana", name="Ana")
BEA = Person(id="member-bea", name="Bea")


def meeting(name: str, *, day: int = 0, title: str | None = None) -> Export:
    """Two messages, a question without answer, and a task."""
    start = START + timedelta(days=day)
    return Export(
        conversation=Conversation(
            id=name,
            name=title or f"Day {day}",
            start_time=start,
            end_time=start + timedelta(seconds=90),
            members=(ANA, BEA),
        ),
        messages=(
            _message(f"{name}1", "Who books the room?", ANA, start, 38),
            _message(f"{name}2", "Bea will send the draft.", BEA, start, 52),
        ),
        questions=(
            Question(
                id=f"{name}3",
                text="Who books the room?",
                score=0.9,
                message_ids=(f"{name}1",),
                sender=ANA,
                rev=1,
            ),
        ),
        action_items=(
            ActionItem(
                id=f"{name}4",
                text="Bea will send the draft.",
                score=0.8,
                message_ids=(f"{name}2",),
                sender=BEA,
                assignee=BEA,
                due_by="2024-05-03",
                rev=1,
            ),
        ),
    )


def _message(
    name: str, text: str, sender: Person, start: datetime, offset: float
) -> Message:
    at = start + timedelta(seconds=offset)
    return Message(
        id=name,
        text=text,
        sender=sender,
        start_time=at,
        end_time=at + timedelta(seconds=2),
        time_offset=offset,
        duration=2.0,
    )
