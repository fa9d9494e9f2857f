from symbl_cli.sinks.wire import Wire

from .examples import ListOutput


def test_frames_are_written_as_they_came() -> None:
    output = ListOutput()
    wire = Wire(output)

    wire.frame('{"type" : "message",  "é": "\\u00e9"}')
    wire.close()

    assert output.written == ['{"type" : "message",  "é": "\\u00e9"}\n']
    assert output.is_closed
