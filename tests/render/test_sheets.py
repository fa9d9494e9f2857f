"""Conversations as tables and as lines."""

import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from symbl_cli.errors import UsageError
from symbl_cli.protocol.events import Person, TextReference, Tracker, TrackerMatch
from symbl_cli.protocol.resources import (
    ActionItem,
    Conversation,
    Message,
    Question,
    Topic,
)
from symbl_cli.render import sheets
from symbl_cli.render.printing import Form, Printer
from symbl_cli.render.sheets import Sheet

START = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
ANA, BEA = Person(id="1", name="Ana"), Person(id="2", name="Bea")
SAID = (
    Message(id="11", text="Who books the room?", sender=ANA, time_offset=38.0),
    Message(id="12", text="I do.", sender=Person(), time_offset=3661.5),
)
ASKED = Question(id="21", text="Who books the room?", message_ids=("11",), sender=ANA)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_messages_are_lines_like_those_of_a_run() -> None:
    assert sheets.messages(SAID) == Sheet(
        ("Time", "Who", "Text"),
        (
            ("00:38", "Ana", "Who books the room?"),
            ("1:01:01", "Speaker", "I do."),
        ),
        ("[00:38] Ana: Who books the room?", "[1:01:01] Speaker: I do."),
    )


@pytest.mark.parametrize(
    ("answer", "shown"), [(None, "open"), ("12", "1:01:01"), ("13", "yes")]
)
def test_questions_tell_whether_they_were_answered(
    answer: str | None, shown: str
) -> None:
    asked = Question(text="Who?", message_ids=("11",), sender=ANA, answered_by=answer)

    assert sheets.questions([asked], SAID) == Sheet(
        ("Time", "Who", "Question", "Answered"),
        (("00:38", "Ana", "Who?", shown),),
        ("[00:38] ? Ana: Who?",),
    )


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (ActionItem(text="Send it.", message_ids=("11",)), "[00:38] ! Send it."),
        (
            ActionItem(
                text="Send it.",
                message_ids=("12", "11"),
                assignee=BEA,
                due_by="2026-11-27T15:00:00+01:00",
            ),
            "[00:38] ! Send it. (Bea, 2026-11-27 15:00)",
        ),
        (ActionItem(text="Send it.", due_by="2026-11-27"), "! Send it. (2026-11-27)"),
    ],
)
def test_action_items_tell_who_and_when_where_known(
    item: ActionItem, line: str
) -> None:
    assert sheets.action_items([item], SAID).lines == (line,)


def test_conversations_tell_how_long_they_were() -> None:
    local = START.astimezone().strftime("%Y-%m-%d %H:%M")
    over = Conversation(
        id="1",
        name="Weekly",
        start_time=START,
        end_time=START + timedelta(seconds=61),
        members=(ANA, BEA),
    )
    live = Conversation(id="2", name="2", start_time=START)

    assert sheets.conversations([over, live]).rows == (
        ("1", local, "01:01", "Weekly", "Ana, Bea"),
        ("2", local, "live", "", ""),
    )


def test_trackers_tell_where_their_phrases_were_said() -> None:
    references = (TextReference(id="11", text="How much is it?", offset=0),)
    match = TrackerMatch(value="how much", message_refs=references)

    assert sheets.trackers([Tracker(name="Price", matches=(match,))]) == Sheet(
        ("Tracker", "Phrase", "Said"),
        (("Price", "how much", "How much is it?"),),
        ("# Price: how much",),
    )


def test_a_pipe_gets_lines_without_codes_that_a_terminal_obeys() -> None:
    topic = Topic(text="\x1b[31mred\ttape\n", score=0.5)

    assert _printed(StringIO(), [topic]) == "␛[31mred tape \t0.5\t0\n"


def test_a_terminal_gets_a_table_as_wide_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    topic = Topic(text="[bold]release plan of \x1b[31mautumn and of winter", score=0.5)

    shown = re.sub(r"\x1b\[[0-9;]*m", "", _printed(Terminal(), [topic]))

    assert "\x1b" not in shown
    assert [line.rstrip() for line in shown.splitlines()] == [
        "Topic                    Score  Messages",
        "[bold]release plan of    0.5    0",
        "␛[31mautumn and of",
        "winter",
    ]


def test_json_is_what_the_api_says() -> None:
    printed = _printed(StringIO(), [ASKED], form=Form.JSON)

    assert json.loads(printed) == [
        {
            "id": "21",
            "text": "Who books the room?",
            "type": "question",
            "messageIds": ["11"],
            "from": {"id": "1", "name": "Ana"},
        }
    ]


def test_fields_are_chosen_and_ordered() -> None:
    fields = ("from", "text", "score")
    printed = _printed(StringIO(), [ASKED], fields=fields)
    as_json = _printed(StringIO(), [ASKED], form=Form.JSON, fields=fields)

    assert printed == '{"id": "1", "name": "Ana"}\tWho books the room?\t\n'
    assert json.loads(as_json) == [
        {"from": {"id": "1", "name": "Ana"}, "text": ASKED.text, "score": None}
    ]


def test_a_field_that_is_not_there_is_told_also_where_nothing_was_found() -> None:
    printer = Printer(stream=StringIO(), fields=("text", "colour"))

    with pytest.raises(UsageError, match="no field colour") as caught:
        printer.print_all(Question, [], sheets.questions([], []))

    assert "answeredBy" in caught.value.suggestion


def _printed(
    stream: StringIO,
    items: list[Topic] | list[Question],
    *,
    form: Form = Form.TEXT,
    fields: tuple[str, ...] = (),
) -> str:
    printer = Printer(stream=stream, form=form, fields=fields)
    topics = [item for item in items if isinstance(item, Topic)]
    printer.print_all(type(items[0]), items, sheets.topics(topics))
    return stream.getvalue()
