from symbl_cli.lines import Begin, Body, End, EndReason, InsightKind, SourceRef
from symbl_cli.sinks.captions import Srt, Vtt
from symbl_cli.sinks.sink import Sink

from .examples import AT, BARE, BEA, ListOutput, insight, line, transcript

BEGIN = BARE[0]
RUN: tuple[Body, ...] = (
    BEGIN,
    transcript("Let", id_="u-1", start=1.0, end=2.0, final=False),
    transcript("Let us begin.", id_="u-1", rev=2, start=1.0, end=2.0),
    insight(InsightKind.QUESTION, "Who?"),
    transcript("Let us begin!", id_="u-1", rev=3, start=1.0, end=2.0),
    transcript("", id_="u-2", start=3.0, end=3.5),
    transcript("Well\x1b[2J,\nyes.", id_="u-3", start=4.0, end=6.0, speaker=BEA),
    End(EndReason.STOPPED, 7.0),
)


def feed(sink: Sink, *bodies: Body) -> None:
    for body in bodies:
        sink.handle(line(body))


def test_srt_has_a_numbered_block_a_final() -> None:
    output = ListOutput()

    feed(Srt(output), *RUN)

    assert output.written == [
        "1\n00:00:01,000 --> 00:00:02,000\nAnn: Let us begin.\n\n",
        "2\n00:00:04,000 --> 00:00:06,000\nBea: Well␛[2J, yes.\n\n",
    ]


def test_who_speaks_is_named_in_each_block_where_several_are_heard() -> None:
    output = ListOutput()
    sources = (SourceRef("0", 16000), SourceRef("1", 16000))
    two = Begin(sources, AT, "local", "1.0")

    feed(
        Srt(output),
        two,
        transcript("One.", id_="u-1", start=1.0, end=2.0),
        transcript("Four.", id_="u-4", start=30.0, end=31.0),
        transcript("Two.", id_="u-2", start=10.0, end=11.0, speaker=BEA),
        transcript("Three.", id_="u-3", start=20.0, end=21.0, speaker=BEA),
        transcript("Five.", id_="u-5", start=40.0, end=41.0, speaker=BEA),
    )

    by_time = sorted(block.splitlines()[1:3] for block in output.written)
    assert [text for _, text in by_time] == [
        *("Ann: One.", "Bea: Two.", "Bea: Three.", "Ann: Four.", "Bea: Five."),
    ]


def test_vtt_is_one_from_the_beginning_of_the_run() -> None:
    output = ListOutput()
    sink = Vtt(output)

    feed(sink, BEGIN)
    assert output.written == ["WEBVTT\n\n"]

    feed(sink, *RUN[1:])
    assert output.written[1:] == [
        "00:00:01.000 --> 00:00:02.000\n<v Ann>Let us begin.\n\n",
        "00:00:04.000 --> 00:00:06.000\n<v Bea>Well␛[2J, yes.\n\n",
    ]


def test_closing_the_sinks_closes_their_outputs() -> None:
    outputs = ListOutput(), ListOutput()

    Srt(outputs[0]).close()
    Vtt(outputs[1]).close()

    assert [output.is_closed for output in outputs] == [True, True]
