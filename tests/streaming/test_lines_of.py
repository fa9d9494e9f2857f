"""What servers hear, as lines: ours, which numbers everything, and others."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbl_cli.lines import (
    Insight,
    SentimentScore,
    SpeakerRef,
    SpokenWord,
    Transcript,
    WordTimes,
    fold,
)
from symbl_cli.protocol import events as e
from tests.protocol.strategies import EVENTS
from tests.streaming.sayings import (
    BEN,
    M2,
    MARA,
    NOON,
    line,
    lines_of,
    message,
    ours,
    question,
    theirs,
    told,
)


def test_revisions_of_an_utterance_are_counted() -> None:
    lines = lines_of()

    assert told(
        lines,
        ours("The", is_final=False),
        ours("The van", is_final=False),
        ours("The van is late."),
    ) == [
        line("The", rev=1, final=False),
        line("The van", rev=2, final=False),
        line("The van is late.", rev=3),
    ]
    assert list(lines.close()) == []
    assert lines.final_end(0) == 24000


def test_what_comes_after_the_final_is_known_already() -> None:
    lines = lines_of()

    assert told(lines, ours("Done."), ours("Done"), ours("Do", is_final=False)) == [
        line("Done.")
    ]


def test_nothing_is_made_of_an_utterance_that_never_was() -> None:
    assert told(lines_of(), ours("")) == []


def test_an_utterance_that_came_to_nothing_is_withdrawn() -> None:
    bodies = told(lines_of(), ours("Hm", is_final=False), ours(""))

    assert bodies == [line("Hm", final=False), line("", rev=2)]
    assert fold(bodies) == []


def test_what_was_not_measured_is_not_told_as_measured() -> None:
    word = e.Word(text="Hi.", start=0.5, end=1.5)
    spoken = e.Alternative(transcript="Hi.", confidence=0.5, words=(word,))
    guessed = replace(ours("Hi."), alternatives=(spoken,))
    measured = replace(guessed, estimated=(), message_id=M2)

    first, second = told(lines_of(), guessed, measured)

    words = (SpokenWord("Hi.", 0.5, 1.5),)
    assert first == replace(line("Hi."), words=words, word_times=WordTimes.ESTIMATED)
    assert second == replace(
        line("Hi.", name="2"),
        words=words,
        word_times=WordTimes.MEASURED,
        confidence=0.5,
    )


def test_a_nameless_speaker_has_a_number() -> None:
    nobody, other = e.Person(id="m7"), e.Person(id="m8")
    first, second, third = told(
        lines_of(),
        ours("One.", user=nobody),
        ours("Two.", name=M2, user=other),
        ours("Three.", name=e.MessageId("3"), user=nobody),
    )

    assert isinstance(first, Transcript)
    assert isinstance(second, Transcript)
    assert isinstance(third, Transcript)
    assert first.speaker == third.speaker == SpeakerRef("m7", "Speaker 1")
    assert second.speaker == SpeakerRef("m8", "Speaker 2")


def test_the_name_given_on_this_side_holds_where_the_server_has_none() -> None:
    (said,) = told(lines_of(e.Person(name="Ann")), theirs("Hi.", user=None))

    assert isinstance(said, Transcript)
    assert said.speaker == SpeakerRef("Ann", "Ann")


# --- servers that number nothing


def test_another_servers_utterances_are_numbered() -> None:
    bodies = told(
        lines_of(),
        theirs("The", is_final=False, offset=0.4),
        theirs("The van is late.", words=[("The", 0.2, 0.3), ("late.", 0.9, 1.2)]),
        theirs("So", is_final=False, offset=1.9),
    )

    said = [one for one in bodies if isinstance(one, Transcript)]
    assert [
        (one.id, one.rev, one.final, one.text, one.start, one.end) for one in said
    ] == [
        ("u1", 1, False, "The", 0.0, 0.4),
        ("u1", 2, True, "The van is late.", 0.2, 1.2),
        ("u2", 1, False, "So", 1.2, 1.9),
    ]
    assert [one.confidence for one in said] == [None, 0.94, None]
    assert said[1].words == (
        SpokenWord("The", 0.2, 0.3),
        SpokenWord("late.", 0.9, 1.2),
    )
    assert said[1].word_times is WordTimes.MEASURED


def test_messages_are_paired_with_finals_in_order_per_speaker() -> None:
    lines = lines_of()
    told(lines, theirs("One."), theirs("Uno.", user=BEN), theirs("Two."))
    told(
        lines,
        e.MessageResponse(messages=(message("a", MARA), message("x", BEN))),
        e.MessageResponse(messages=(message("b", MARA),)),
    )

    (asked,) = told(lines, question(of=("a", "x", "b")))

    assert isinstance(asked, Insight)
    assert asked.message_ids == ("u1", "u2", "u3")


def test_a_message_that_comes_twice_is_paired_once() -> None:
    lines = lines_of()
    told(lines, theirs("One."), theirs("Two."))
    first = e.MessageResponse(messages=(message("a", MARA),))
    second = e.MessageResponse(messages=(message("b", MARA),))

    told(lines, first, first, second)

    (asked,) = told(lines, question(of=("a", "b")))
    assert isinstance(asked, Insight)
    assert asked.message_ids == ("u1", "u2")


def test_after_a_loss_another_servers_time_starts_anew() -> None:
    lines = lines_of()
    told(lines, theirs("One.", words=[("One.", 0.5, 1.0)]))
    lines.resumed(0)

    (said,) = told(lines, theirs("Two.", words=[("Two.", 0.25, 0.5)]), base=16000)

    assert isinstance(said, Transcript)
    assert (said.start, said.end) == (1.25, 1.5)
    assert said.words == (SpokenWord("Two.", 1.25, 1.5),)


def test_captions_of_ones_other_stream_are_heard_there() -> None:
    lines = lines_of(MARA, BEN)

    assert told(lines, theirs("Mine.", user=BEN), stream=0) == []
    assert len(told(lines, theirs("Mine.", user=BEN), stream=1)) == 1


# --- losses


def test_an_utterance_whose_sound_became_another_comes_to_nothing() -> None:
    lines = lines_of()
    told(lines, ours("The v", is_final=False))
    lines.resumed(0)

    assert told(lines, ours("The van is late.", name=M2)) == [
        line("The van is late.", name="2"),
        line("", rev=2),
    ]


def test_an_utterance_that_goes_on_after_a_loss_is_the_same() -> None:
    lines = lines_of()
    told(lines, ours("The v", is_final=False))
    lines.resumed(0)

    assert told(lines, ours("The van.")) == [line("The van.", rev=2)]
    assert list(lines.close()) == []


def test_two_open_utterances_without_a_loss_are_both_waited_for() -> None:
    lines = lines_of()
    told(lines, ours("One", is_final=False))

    assert told(lines, ours("Two.", name=M2)) == [line("Two.", name="2")]
    assert told(lines, ours("One.")) == [line("One.", rev=2)]


def test_what_is_open_at_the_end_comes_to_nothing() -> None:
    lines = lines_of()
    told(lines, ours("Half", is_final=False))

    assert list(lines.close()) == [line("", rev=2)]


# --- messages


def test_a_sentiment_is_a_later_revision_of_the_line() -> None:
    lines = lines_of()
    told(lines, ours("Great."))
    felt = replace(message("1", MARA), sentiment=e.Sentiment(score=0.8))

    response = e.MessageResponse(messages=(felt,))
    assert told(lines, response, response) == [
        replace(line("Great.", rev=2), sentiment=SentimentScore(0.8, "positive"))
    ]


@pytest.mark.parametrize(
    ("score", "label"), [(0.3, "neutral"), (0.31, "positive"), (-0.3, "negative")]
)
def test_a_sentiment_without_a_label_gets_the_apis(score: float, label: str) -> None:
    lines = lines_of()
    told(lines, ours("So."))
    felt = replace(message("1", MARA), sentiment=e.Sentiment(score=score))

    (body,) = told(lines, e.MessageResponse(messages=(felt,)))

    assert isinstance(body, Transcript)
    assert body.sentiment == SentimentScore(score, label)


def test_what_others_say_in_a_joined_conversation_is_told() -> None:
    said = replace(
        message("9", BEN, "Hello."),
        start_time="2026-03-02T12:00:02.000Z",
        duration=1.5,
    )
    response = e.MessageResponse(messages=(said,))

    (body, *more) = told(lines_of(MARA), response, response)

    assert more == []
    assert body == Transcript(
        id="9",
        rev=1,
        final=True,
        text="Hello.",
        start=2.0,
        end=3.5,
        at=NOON + timedelta(seconds=2),
        speaker=SpeakerRef("ben@example.net", "Ben"),
    )


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "soon", ""]
)
def test_a_message_of_a_time_that_no_calendar_has_is_told(time: str) -> None:
    said = replace(message("9", BEN, "Hello."), start_time=time)

    (body,) = told(lines_of(MARA), e.MessageResponse(messages=(said,)))

    assert isinstance(body, Transcript)
    assert body.text == "Hello."


def test_a_message_of_ones_other_stream_is_left_to_its_caption() -> None:
    lines = lines_of(MARA, BEN)
    response = e.MessageResponse(messages=(message("1", MARA, "Hi."),))

    assert told(lines, response, stream=1) == []
    assert told(lines, ours("Hi."), stream=0) == [line("Hi.")]


def test_the_conversation_is_known_by_its_first_id() -> None:
    lines = lines_of()
    assert lines.conversation_id is None

    told(lines, e.ConversationCreated(conversation_id=e.ConversationId("5")))
    told(lines, e.ConversationCompleted(conversation_id=e.ConversationId("6")))

    assert lines.conversation_id == "5"


def test_a_server_that_forgot_the_conversation_begins_another() -> None:
    lines = lines_of()

    told(lines, e.ConversationCreated(conversation_id=e.ConversationId("5")))
    told(lines, e.ConversationCreated(conversation_id=e.ConversationId("6")))

    assert lines.conversation_id == "6"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.sampled_from(sorted(EVENTS, key=str)), st.data()
        ),
        max_size=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_a_server_says_makes_lines_that_fold(
    said: list[tuple[int, type, st.DataObject]],
) -> None:
    lines = lines_of(MARA, None)
    bodies = [
        body
        for stream, cls, data in said
        for body in told(lines, data.draw(EVENTS[cls]), stream=stream)
    ]
    bodies += lines.close()

    finals = {one.id for one in fold(bodies) if isinstance(one, Transcript)}
    still_open = [
        one for one in fold(bodies) if isinstance(one, Transcript) and not one.final
    ]
    assert still_open == []
    assert all(isinstance(name, str) for name in finals)


def test_utterances_without_an_end_are_not_kept_without_end() -> None:
    lines = lines_of()
    ids = [e.MessageId(f"m{number}") for number in range(3000)]

    bodies = told(lines, *(ours("Hm", name=one, is_final=False) for one in ids))

    withdrawn = [b.id for b in bodies if isinstance(b, Transcript) and not b.text]
    assert withdrawn == ids[:2000]
    bodies += lines.close()
    assert fold(bodies) == []


def test_insights_whose_captions_never_come_are_told_all_the_same() -> None:
    lines = lines_of(MARA, BEN)
    asked = [question(id=e.InsightId(f"q{number}")) for number in range(1500)]

    bodies = told(lines, *asked, stream=1)

    assert [one.id for one in bodies if isinstance(one, Insight)] == [
        f"q{number}" for number in range(1000, 1500)
    ]
    bodies += lines.close()
    assert len({one.id for one in bodies if isinstance(one, Insight)}) == 1500
