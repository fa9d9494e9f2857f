from symbl_cli.sinks.wire import Wire
from symbl_cli.text.terminal import terminal_safe

from .examples import ListOutput


def test_frames_are_written_as_they_came() -> None:
    output = ListOutput()
    wire = Wire(output)

    wire.frame('{"type" : "message",  "é": "\\u00e9"}')
    wire.close()

    assert output.written == ['{"type" : "message",  "é": "\\u00e9"}\n']
    assert output.is_closed


def test_on_a_terminal_no_frame_moves_the_cursor() -> None:
    output = ListOutput()

    Wire(output, terminal_safe).frame('{"text":"\x1b[2J"}')

    assert output.written == ['{"text":"␛[2J"}\n']
