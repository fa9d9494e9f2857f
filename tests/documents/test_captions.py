from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from symbl_cli.documents import captions as module
from symbl_cli.documents.captions import (
    COLUMNS,
    VTT_HEAD,
    Captioner,
    Cue,
    Spoken,
    TimedWord,
    captions,
    srt,
    vtt,
)

LONG = (
    "We should settle today who writes to the printer, because the brochures take two"
    " weeks. After that we can talk about the room."
)


def lines(spoken: Spoken) -> list[tuple[str, ...]]:
    return [cue.lines for cue in Captioner().cues(spoken)]


def test_a_short_sentence_is_one_cue_of_one_line() -> None:
    assert captions([Spoken("Let us begin.", 1.5, 3.0, "Ann")]) == [
        Cue(1.5, 3.0, ("Let us begin.",), "Ann", "Ann: ")
    ]


def test_a_longer_one_has_two_lines_broken_where_it_reads_best() -> None:
    text = "When everybody is here, we begin with the draft of the contract."

    assert lines(Spoken(text, 0, 5)) == [
        ("When everybody is here,", "we begin with the draft of the contract."),
    ]


def test_a_long_one_is_cut_at_the_ends_of_sentences_and_clauses() -> None:
    assert lines(Spoken(LONG, 0, 12)) == [
        ("We should settle today", "who writes to the printer,"),
        ("because the brochures take two weeks.",),
        ("After that we can talk about the room.",),
    ]


def test_times_are_spread_by_length_where_words_have_none() -> None:
    cues = captions([Spoken(LONG, 10.0, 22.8)])

    assert [(round(cue.start, 2), round(cue.end, 2)) for cue in cues] == [
        (10.0, 15.04),
        (15.04, 18.87),
        (18.87, 22.8),
    ]


def test_words_that_have_times_time_the_cues() -> None:
    texts = LONG.split()
    words = tuple(TimedWord(text, n / 2, n / 2 + 0.4) for n, text in enumerate(texts))

    cues = captions([Spoken(LONG, 0.0, 20.0, words=words)])

    assert [(cue.start, cue.end) for cue in cues] == [
        (0.0, 4.4),
        (4.5, 11.4),
    ]


def test_words_that_are_others_than_those_of_the_text_are_not_used() -> None:
    words = (TimedWord("uh", 0.0, 0.2), TimedWord("hello", 4.0, 5.0))

    assert captions([Spoken("Hello there.", 1.0, 3.0, words=words)]) == [
        Cue(1.0, 3.0, ("Hello there.",))
    ]


def test_nobody_has_to_read_faster_than_they_can() -> None:
    cues = captions([Spoken("Yes.", 1.0, 1.1), Spoken("No.", 1.2, 2.0)])

    assert [(cue.start, round(cue.end, 3)) for cue in cues] == [
        (1.0, 1.7),
        (1.7, 2.4),
    ]


def test_what_comes_late_is_shown_when_it_was_said() -> None:
    captioner = Captioner()
    said = [
        Spoken("One.", 1.0, 2.0, "Ann"),
        Spoken("Three.", 30.0, 31.0, "Ann"),
        Spoken("Two.", 10.0, 11.0, "Bea"),
        Spoken("Four.", 30.5, 32.0, "Bea"),
    ]

    cues = [cue for one in said for cue in captioner.cues(one)]

    assert [(cue.start, cue.end) for cue in cues] == [
        (1.0, 2.0),
        (30.0, 31.0),
        (10.0, 11.0),
        (31.0, 32.0),
    ]


def test_a_name_is_shown_when_another_one_begins() -> None:
    cues = captions(
        [
            Spoken("One.", 0, 1, "Ann"),
            Spoken("Two.", 1, 2, "Ann"),
            Spoken("Three.", 2, 3, "Bea"),
        ]
    )

    assert [cue.label for cue in cues] == ["Ann: ", "", "Bea: "]


def test_a_name_is_shown_once_an_utterance_where_each_is_named() -> None:
    captioner = Captioner(names_each=True)
    said = [Spoken(LONG, 0, 12, "Ann"), Spoken("Two.", 12, 13, "Ann")]

    cues = [cue for one in said for cue in captioner.cues(one)]

    assert [cue.label for cue in cues] == ["Ann: ", "", "", "Ann: "]


def test_silence_and_blanks_make_no_cue() -> None:
    assert captions([Spoken("", 0, 1), Spoken(" \n ", 1, 2)]) == []


def test_srt_numbers_its_blocks() -> None:
    cue = Cue(3661.5, 3663.25, ("One", "two."), "Ann", "Ann: ")

    assert srt(cue, 7) == ("7\n01:01:01,500 --> 01:01:03,250\nAnn: One\ntwo.\n\n")


def test_vtt_names_its_voices() -> None:
    cue = Cue(1.5, 3.25, ("One", "two."), "Ann & Bea")

    assert VTT_HEAD + vtt(cue) == (
        "WEBVTT\n\n00:00:01.500 --> 00:00:03.250\n<v Ann &amp; Bea>One\ntwo.\n\n"
    )


def test_no_text_can_be_taken_for_another_cue() -> None:
    text = "x\n\n2\n00:00:09,000 --> 00:00:10,000\nforged <b>"
    (cue, *_) = captions([Spoken(text, 0, 5)])

    assert srt(cue, 1).count("-->") == 1
    assert vtt(cue).count("-->") == 1
    assert srt(cue, 1).count("\n\n") == 1
    assert "<b>" not in vtt(cue)


@pytest.mark.parametrize("text", ["w ", "w", "ä ", "字", "Well. "])
def test_each_word_of_a_megabyte_is_looked_at_a_few_times(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    looked_at = 0

    def counted(words: list[TimedWord], room: int) -> int:
        nonlocal looked_at
        looked_at += len(words)
        return fitting(words, room)

    fitting = module._fitting  # noqa: SLF001 - to count its work
    monkeypatch.setattr(module, "_fitting", counted)
    long = text * 30_000

    cues = captions([Spoken(long, 0.0, 3600.0)])

    said = "".join("".join(cue.lines) for cue in cues)
    assert said.replace(" ", "") == long.replace(" ", "")
    assert looked_at < 100 * len(long.split()) + 100 * len(cues)


def test_a_word_wider_than_a_line_is_cut() -> None:
    assert lines(Spoken("x" * 100, 0, 5)) == [("x" * 42, "x" * 42), ("x" * 16,)]


def test_wide_characters_count_twice() -> None:
    assert lines(Spoken("東" * 30, 0, 5)) == [("東" * 21, "東" * 9)]


@given(
    st.lists(
        st.builds(
            Spoken,
            text=st.text("abc.,東 \n", max_size=300),
            start=st.floats(0, 100),
            end=st.floats(100, 200),
            speaker=st.text("Anb東 ", max_size=40),
        ),
        max_size=5,
    )
)
@example([Spoken("a", 100, 100), Spoken("a", 100, 100)])
def test_cues_never_overlap_and_always_fit(spoken: list[Spoken]) -> None:
    cues = captions(spoken)

    for before, after in pairwise(cues):
        assert before.end <= after.start
    for cue in cues:
        assert cue.start < cue.end
        assert 1 <= len(cue.lines) <= 2
        for line in (cue.label + cue.lines[0], *cue.lines[1:]):
            assert sum(2 if c == "東" else 1 for c in line) <= COLUMNS
    said = "".join("".join(one.text.split()) for one in sorted(spoken, key=start_of))
    shown = "".join("".join(cue.lines).replace(" ", "") for cue in cues)
    assert shown == said


def start_of(spoken: Spoken) -> float:
    return spoken.start


@pytest.mark.parametrize("seconds", [0.0, 59.9996, 3599.9999, 360000.0])
def test_times_carry_over(seconds: float) -> None:
    block = srt(Cue(seconds, seconds + 1, ("x",)), 1)

    minutes, rest = block.splitlines()[1].split(" --> ")[0].split(":")[1:]
    assert int(minutes) < 60
    assert float(rest.replace(",", ".")) < 60
