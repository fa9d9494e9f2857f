from symbl_cli.lines import (
    Assignee,
    Body,
    Due,
    End,
    EndReason,
    InsightKind,
    SpeakerRef,
    State,
    Status,
    Topic,
    Tracker,
)
from symbl_cli.sinks.text import Text

from .examples import ListOutput, insight, line, transcript

END = End(EndReason.END_OF_INPUT, 60.0)


def written(*bodies: Body) -> str:
    output = ListOutput()
    sink = Text(output)
    for body in bodies:
        sink.handle(line(body))
    sink.close()
    return "".join(output.written)


def test_a_final_is_one_line_with_its_time_and_speaker() -> None:
    assert written(transcript("Let us begin.", start=38.9)) == (
        "[00:38] Ann: Let us begin.\n"
    )


def test_from_an_hour_on_times_have_hours() -> None:
    assert written(transcript("Still here.", start=3600 + 62)) == (
        "[1:01:02] Ann: Still here.\n"
    )


def test_interims_and_states_are_not_text() -> None:
    assert written(transcript("Le", final=False), Status(State.LISTENING)) == ""


def _gap(start: float, seconds: float, speaker: str | None = None) -> Status:
    return Status(State.GAP, speaker=speaker, seconds=seconds, start=start)


def test_a_gap_stands_between_what_was_said_before_and_after_it() -> None:
    assert written(
        _gap(40.2, 3600.0),
        _gap(20.0, 1.5, "Bea\x1b"),
        transcript("Before.", id_="u-1", start=38.0),
        transcript("", id_="u-2", start=3641.0),
        transcript("Afterwa", id_="u-3", start=3642.0, final=False),
        transcript("Afterwards.", id_="u-3", rev=2, start=3642.0),
        transcript("Last.", id_="u-4", start=3650.0),
        END,
    ) == (
        "[00:20] ~ nothing of Bea\N{SYMBOL FOR ESCAPE} was recorded for 1.5 s\n"
        "[00:38] Ann: Before.\n"
        "[00:40] ~ nothing was recorded for 1 h\n"
        "[1:00:42] Ann: Afterwards.\n"
        "[1:00:50] Ann: Last.\n"
    )


def test_a_gap_that_nobody_spoke_after_is_marked_at_the_end() -> None:
    assert written(_gap(65.0, 61.0), END) == (
        "[01:05] ~ nothing was recorded for 1 min 1 s\n"
    )


def test_an_utterance_that_came_to_nothing_is_not_told() -> None:
    assert written(transcript("", rev=2)) == ""


def test_a_question_names_who_asked() -> None:
    assert written(insight(InsightKind.QUESTION, "Who books the room?")) == (
        "[00:41] ? Bea: Who books the room?\n"
    )


def test_an_action_item_tells_assignee_and_date_where_known() -> None:
    text = "Bea will send the draft by Friday"
    due = Due("by Friday", "2026-11-27")

    assert written(
        insight(
            InsightKind.ACTION_ITEM, text, id_="1", assignee=Assignee("Bea"), due=due
        ),
        insight(InsightKind.ACTION_ITEM, text, id_="2", due=due),
        insight(InsightKind.ACTION_ITEM, text, id_="3", assignee=Assignee("Bea")),
        insight(InsightKind.ACTION_ITEM, text, id_="4"),
    ) == (
        f"[00:41] ! {text} (Bea, 2026-11-27)\n"
        f"[00:41] ! {text} (2026-11-27)\n"
        f"[00:41] ! {text} (Bea)\n"
        f"[00:41] ! {text}\n"
    )


def test_a_follow_up_tells_the_time_of_day_where_one_was_said() -> None:
    due = Due("tomorrow at three", "2026-11-25T15:00:00+01:00")

    assert written(insight(InsightKind.FOLLOW_UP, "Meet again", due=due)) == (
        "[00:41] > Meet again (2026-11-25 15:00)\n"
    )


def test_a_tracker_tells_its_name_and_what_matched() -> None:
    tracker = Tracker("k-1", 1, "Risk", "too late", True, ("u-1",), 52.0)  # noqa: FBT003

    assert written(tracker) == "[00:52] # Risk: too late\n"


def test_only_the_first_revision_is_told() -> None:
    assert written(
        transcript("One."),
        transcript("One!", rev=2),
        insight(InsightKind.QUESTION, "Who?"),
        insight(InsightKind.QUESTION, "Who?", rev=2, answered_by="u-2"),
        insight(InsightKind.QUESTION, "Gone?", id_="i-2", removed=True),
    ) == ("[00:38] Ann: One.\n[00:41] ? Bea: Who?\n")


def test_topics_close_the_text_at_their_last_score() -> None:
    assert written(
        Topic("t-1", 1, "budget", 0.4, (), ()),
        Topic("t-2", 1, "launch", 0.6, (), ()),
        Topic("t-3", 1, "cat", 0.9, (), ()),
        Topic("t-1", 2, "budget", 0.8, (), ()),
        Topic("t-3", 2, "cat", 0.9, (), (), removed=True),
        END,
    ) == ("Topics: budget, launch\n")


def test_nothing_closes_a_text_without_topics() -> None:
    assert written(END) == ""


def test_no_words_and_no_name_move_the_cursor() -> None:
    speaker = SpeakerRef("x", "A\x1b[2Jnn")

    assert written(transcript("one\r\ntwo \x9b1A\x1b]0;x\x07", speaker=speaker)) == (
        "[00:38] A␛[2Jnn: one  two �1A␛]0;x␇\n"
    )
