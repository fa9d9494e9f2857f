import json

from symbl_cli.sinks.jsonl import JsonLines

from .examples import BARE, ListOutput, line, transcript


def test_every_line_is_written_whole_and_at_once() -> None:
    output = ListOutput()
    sink = JsonLines(output)

    for seq, body in enumerate((BARE[0], transcript("Hi."), BARE[-1])):
        sink.handle(line(body, seq))

    types = [json.loads(text)["type"] for text in output.written]
    assert types == ["begin", "transcript", "end"]
    assert all(text.endswith("}\n") for text in output.written)


def test_interims_are_left_out_unless_asked_for() -> None:
    without, with_interims = ListOutput(), ListOutput()

    for sink in (JsonLines(without), JsonLines(with_interims, interim=True)):
        sink.handle(line(transcript("Hel", final=False)))
        sink.handle(line(transcript("Hello.", rev=2)))

    assert [json.loads(text)["text"] for text in without.written] == ["Hello."]
    assert [json.loads(text)["text"] for text in with_interims.written] == [
        "Hel",
        "Hello.",
    ]


def test_closing_the_sink_closes_its_output() -> None:
    output = ListOutput()

    JsonLines(output).close()

    assert output.is_closed
