"""Hours of lines: what is remembered of them, and how much memory that takes."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from symbl_cli.lines import (
    RECENT,
    Body,
    End,
    EndReason,
    Firsts,
    Insight,
    InsightKind,
    Line,
    Transcript,
)
from symbl_cli.protocol import events as e
from symbl_cli.sinks.captions import Srt, Vtt
from symbl_cli.sinks.markdown import Markdown
from symbl_cli.sinks.text import Text
from symbl_cli.streaming.lateness import Lateness
from symbl_cli.streaming.teller import Teller
from tests.sinks.examples import AT, ListOutput, insight, line, transcript
from tests.streaming.sayings import lines_of, ours, question, told

LITTLE = 30_000
"""Bytes: an id kept for each final of two hours would be more."""
HOUR = 300
"""Finals."""


class Nowhere:
    """An output that keeps nothing."""

    def write(self, text: str) -> None: ...

    def close(self) -> None: ...


class Blind:
    """A sink that keeps nothing."""

    def handle(self, line: Line) -> None: ...

    def close(self) -> None: ...


def hours(first: int, last: int) -> Iterator[Transcript]:
    for number in range(first * HOUR, last * HOUR):
        text = f"In sentence {number} there are as many words as people say at a time."
        yield transcript(text, id_=f"{number:016}", start=float(number))


@pytest.mark.parametrize("kind", [Markdown, Text, Srt, Vtt])
def test_a_file_needs_no_more_memory_the_longer_people_talk(
    kind: type[Markdown] | type[Text] | type[Srt] | type[Vtt],
) -> None:
    sink = kind(Nowhere())

    assert growth(lambda said: sink.handle(line(said))) < LITTLE


def test_counting_needs_no_more_memory_the_longer_people_talk() -> None:
    teller = Teller(Blind(), lambda: AT, Lateness(is_local=True))

    assert growth(lambda said: teller.say(said, None)) < LITTLE
    assert teller.counts == {"transcript": 5 * HOUR}


def test_an_insight_finds_what_was_said_hours_ago() -> None:
    lines = lines_of()
    told(lines, ours("Who?"))
    for number in range(2, 3 * HOUR):
        name = e.MessageId(str(number))
        told(lines, ours("Hm.", name=name, span=(number * 16000, number * 16000 + 1)))

    asked = told(lines, question(rev=1))
    answered = told(lines, question(rev=2, answered_by=e.MessageId("899")))

    known = lines_of()
    told(known, ours("Who?"))
    assert asked == told(known, question(rev=1))
    (first,) = asked
    assert isinstance(first, Insight)
    assert answered == [replace(first, rev=2, answered_by="899")]


def test_what_was_final_hours_ago_is_not_told_again() -> None:
    lines = lines_of()
    for number in range(3 * HOUR):
        told(lines, ours("Hm.", name=e.MessageId(str(number))))

    assert told(lines, ours("Hm.", name=e.MessageId("0"))) == []


def test_notes_have_the_answer_to_a_question_of_hours_ago() -> None:
    output = ListOutput()
    notes = Markdown(output)
    asked = insight(InsightKind.QUESTION, "Who?", id_="q-1")
    notes.handle(line(asked))
    for said in hours(0, 2):
        notes.handle(line(said))
    notes.handle(line(transcript("Bea does.", id_="u-9")))
    notes.handle(line(replace(asked, rev=2, answered_by="u-9")))
    for said in hours(2, 3):
        notes.handle(line(said))
    notes.handle(line(End(EndReason.STOPPED, 7.0)))

    assert (
        output.written[-1] == "## Questions\n\n- Bea: Who?\n  - Answer: Bea does.\n\n"
    )


def test_notes_have_an_answer_whose_caption_comes_late() -> None:
    output = ListOutput()
    notes = Markdown(output)
    asked = insight(InsightKind.QUESTION, "Who?", id_="q-1", answered_by="u-9")
    bodies: list[Body] = [asked, transcript("Bea does.", id_="u-9"), *hours(0, 1)]
    for body in bodies:
        notes.handle(line(body))
    notes.handle(line(End(EndReason.STOPPED, 7.0)))

    assert (
        output.written[-1] == "## Questions\n\n- Bea: Who?\n  - Answer: Bea does.\n\n"
    )


def test_a_finding_is_told_once_however_long_ago_it_was_and_a_recent_final() -> None:
    firsts = Firsts()
    asked = insight(InsightKind.QUESTION, "Who?", id_="q-1")
    finals = [transcript("Hm.", id_=str(number)) for number in range(2 * RECENT)]

    assert firsts.is_first(asked)
    assert all(map(firsts.is_first, finals))
    assert not firsts.is_first(replace(asked, rev=2))
    assert not any(map(firsts.is_first, finals[-RECENT:]))


def growth(take: Callable[[Transcript], None]) -> int:
    """Bytes that *take* keeps of two hours, after one."""
    for said in hours(0, 1):
        take(said)
    tracemalloc.start()
    try:
        for said in hours(1, 3):
            take(said)
        # What replaced something untraced counts, too: a second look takes it off.
        before, _ = tracemalloc.get_traced_memory()
        for said in hours(3, 5):
            take(said)
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
