import json
from io import StringIO

import pytest

from symbl_cli.errors import ConnectionLost
from symbl_cli.lines import Body, Cause, End, EndReason, Failure, State, Status
from symbl_cli.sinks.notices import JsonNotices, PlainNotices
from symbl_cli.sinks.status import StatusSink, sentence

from .examples import CUT, line, transcript

END = End(
    EndReason.END_OF_INPUT,
    754.0,
    {"transcript": 56, "question": 1, "action_item": 0, "smell": 3},
    files=("a.srt", "b.md"),
)


def _late(cause: Cause) -> Status:
    return Status(State.LAGGING, seconds=7, cause=cause)


def _gap(cause: Cause) -> Status:
    return Status(State.GAP, seconds=60, cause=cause)


def _lost(cause: Cause) -> Status:
    return Status(State.AUDIO_DROPPED, seconds=2.5, cause=cause)


def said(*bodies: Body, quiet: bool = False) -> str:
    stream = StringIO()
    sink = StatusSink(PlainNotices(stream, quiet=quiet))
    for body in bodies:
        sink.handle(line(body))
    sink.close()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status(State.INPUT_SILENT), "`symbl devices test`"),
        (Status(State.CLIPPING), "turn the microphone down"),
        (Status(State.DEVICE_LOST), "plug it in again"),
        (Status(State.DEVICE_CHANGED, device="USB"), "Recording from USB."),
        (_lost(Cause.COMPUTER), "2.5 s of sound are lost: this computer is too busy"),
        (_lost(Cause.SERVER), "had them, and has them no more; what was shown here"),
        (_lost(Cause.CONNECTION), "could not be sent, and more waits than `spool_lim"),
        (_lost(Cause.CONNECTION), "a better connection, or raise it: `symbl config s"),
        (_lost(Cause.MEMORY), "memory may hold; get a better connection, or let it"),
        (_lost(Cause.DISK), "cannot be read; see whether the disk is sound"),
        (_gap(Cause.COMPUTER), "60.0 s nothing was recorded, as this computer slept"),
        (_gap(Cause.DEVICE), "60.0 s nothing was recorded, as the microphone was away"),
        (_late(Cause.COMPUTER), "7.0 s late: this computer is too busy; close"),
        (_late(Cause.SERVER), "7.0 s late: the server is too busy; try again"),
        (_late(Cause.CONNECTION), "the connection is too slow, or the server"),
        (Status(State.RECONNECTING, attempt=3, delay=1.5), "attempt 3 "),
        (
            Status(State.RECONNECTING, attempt=3, delay=1),
            "in 1.0 s. Recording goes on.",
        ),
        (Status(State.RECONNECTED, gap=3, lost=0), "after 3.0 s. Nothing is lost"),
        (Status(State.RECONNECTED, gap=3, lost=1), "1.0 s of sound are lost"),
        (Status(State.SPOOL_OFF), "make room"),
        (Status(State.MARKED, id="1", text="here", start=65), "at 01:05: here"),
    ],
)
def test_a_state_is_a_sentence_with_its_remedy(status: Status, text: str) -> None:
    assert text in sentence(status)


def test_of_a_recording_that_has_ended_nobody_says_that_it_goes_on() -> None:
    status = Status(State.RECONNECTING, attempt=3, delay=1, recording=False)

    assert sentence(status).endswith("attempt 3 to get it back in 1.0 s.")


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sentence(state: State) -> None:
    assert sentence(Status(state)) != state


def test_with_several_speakers_a_state_says_whose_it_is() -> None:
    assert sentence(Status(State.PAUSED, speaker="Ann")).startswith("Ann: ")


def test_troubles_are_warnings_and_the_rest_is_status() -> None:
    assert said(
        Status(State.LISTENING), transcript("Hi."), _gap(Cause.DEVICE), END
    ) == (
        "Listening.\n"
        "Warning: A gap: for 60.0 s nothing was recorded, as the microphone was away.\n"
        "12:34 of sound, 56 messages, 1 question. Saved: a.srt, b.md.\n"
    )


def test_a_run_that_failed_before_its_first_sound_leaves_the_word_to_the_error() -> (
    None
):
    failure = Failure("unreachable", "nobody answers", "")

    assert said(End(EndReason.ERROR, 0.0, error=failure)) == ""
    assert said(End(EndReason.ERROR, 0.0, files=("a.srt",), error=failure)) == (
        "Saved: a.srt.\n"
    )
    assert said(End(EndReason.STOPPED, 0.0)) == "00:00 of sound.\n"


def test_a_file_that_ends_early_is_not_called_saved() -> None:
    assert said(End(EndReason.STOPPED, 1.0, files=("a.md",), incomplete=(CUT,))) == (
        "00:01 of sound. Saved: a.md. Incomplete: b.srt.\n"
    )


def test_quiet_leaves_only_what_nobody_wants_to_miss() -> None:
    assert said(Status(State.LISTENING), Status(State.CLIPPING), END, quiet=True) == (
        "Warning: The sound is too loud and therefore distorted: turn the microphone"
        " down.\n"
    )


def test_an_error_says_what_to_do() -> None:
    stream = StringIO()

    PlainNotices(stream).error(ConnectionLost("it is gone", suggestion="try again"))

    assert stream.getvalue() == "Error: it is gone; try again\n"


def test_programs_get_one_object_a_line() -> None:
    stream = StringIO()
    notices = JsonNotices(stream)

    notices.status("Ready.")
    notices.warning("Full", suggestion="Free some.")
    notices.error(ConnectionLost("Gone\n!", suggestion="Try again."))

    assert [json.loads(text) for text in stream.getvalue().splitlines()] == [
        {"status": {"message": "Ready."}},
        {"warning": {"message": "Full", "suggestion": "Free some."}},
        {
            "error": {
                "type": "connection_lost",
                "message": "Gone\n!",
                "suggestion": "Try again.",
            }
        },
    ]


def test_a_server_that_is_quoted_cannot_move_the_cursor() -> None:
    stream = StringIO()

    PlainNotices(stream).warning("it said \x1b[2J\nand more")

    assert stream.getvalue() == "Warning: it said ␛[2J and more\n"


def test_a_stderr_that_is_gone_stops_nothing() -> None:
    class Gone(StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    PlainNotices(Gone()).status("Nobody hears this.")
