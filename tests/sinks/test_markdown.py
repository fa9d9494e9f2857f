from symbl_cli.lines import (
    Assignee,
    Begin,
    Body,
    Due,
    End,
    EndReason,
    InsightKind,
    SourceRef,
    State,
    Status,
    Topic,
)
from symbl_cli.sinks.markdown import Markdown

from .examples import AT, ListOutput, insight, line, transcript

BEGIN = Begin((SourceRef("mic", 16000),), AT, "local", "0.1.0", "Plan*ning")
END = End(EndReason.STOPPED, 7.0)


def written(*bodies: Body) -> list[str]:
    output = ListOutput()
    sink = Markdown(output)
    for body in bodies:
        sink.handle(line(body))
    sink.close()
    assert output.is_closed
    return output.written


def test_each_final_is_in_the_notes_at_once() -> None:
    assert written(
        BEGIN,
        transcript("Let", final=False),
        transcript("Let us begin.", rev=2),
        transcript("Let us begin!", rev=3),
        transcript("", id_="u-2"),
    ) == [
        "# Plan\\*ning\n\n2026-11-24 09:30\n\n## Transcript\n\n",
        "**Ann** (00:38): Let us begin.\n\n",
    ]


def test_a_gap_is_marked_where_it_is() -> None:
    assert written(
        BEGIN,
        Status(State.GAP, start=40.0, seconds=3700.0),
        transcript("Before.", start=38.0),
        transcript("Afterwards.", id_="u-2", start=3745.0),
        Status(State.GAP, start=3800.0, seconds=12.2, speaker="A*n"),
        END,
    )[1:] == [
        "**Ann** (00:38): Before.\n\n",
        "*(00:40) Nothing was recorded for 1 h 1 min.*\n\n",
        "**Ann** (1:02:25): Afterwards.\n\n",
        "*(1:03:20) Nothing of A\\*n was recorded for 12 s.*\n\n",
    ]


def test_the_end_lists_what_came_of_it_at_its_last_revision() -> None:
    due = Due("by Friday", "2026-11-27")
    task = insight(
        InsightKind.ACTION_ITEM,
        "Send the draft",
        id_="a-1",
        assignee=Assignee("Bea"),
        due=due,
    )

    *_, ending = written(
        BEGIN,
        insight(InsightKind.QUESTION, "Who?", id_="q-1"),
        insight(InsightKind.QUESTION, "Why?", id_="q-2"),
        task,
        insight(InsightKind.FOLLOW_UP, "Meet", id_="f-1", removed=True),
        Topic("t-1", 1, "room", 0.2, (), ()),
        Topic("t-2", 1, "draft", 0.1, (), ()),
        transcript("I do.", id_="u-9"),
        insight(InsightKind.QUESTION, "Who?", id_="q-1", rev=2, answered_by="u-9"),
        Topic("t-2", 2, "draft", 0.8, (), ()),
        END,
    )

    assert ending == (
        "## Questions\n\n- Bea: Who?\n  - Answer: I do.\n- Bea: Why? (open)\n\n"
        "## Action items\n\n- [ ] Send the draft (**Bea**, 2026-11-27)\n\n"
        "## Topics\n\n- draft\n- room\n\n"
    )


def test_a_run_that_came_to_nothing_ends_with_its_transcript() -> None:
    assert written(END) == []


def test_notes_hold_nothing_that_a_terminal_obeys() -> None:
    (text,) = written(transcript("a\x1b]0;x\x07b"))

    assert text == "**Ann** (00:38): a␛\\]0;x␇b\n\n"


def test_an_answer_is_told_as_it_was_said_last() -> None:
    *_, ending = written(
        BEGIN,
        insight(InsightKind.QUESTION, "Who?", id_="q-1"),
        transcript("I too.", id_="u-9"),
        transcript("I do.", id_="u-9", rev=2),
        insight(InsightKind.QUESTION, "Who?", id_="q-1", rev=2, answered_by="u-9"),
        END,
    )

    assert ending == "## Questions\n\n- Bea: Who?\n  - Answer: I do.\n\n"
