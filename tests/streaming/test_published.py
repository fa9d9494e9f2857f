"""Words of another server that may not hide what it was asked to hide."""

from dataclasses import replace

import pytest

from symbl_cli.lines import Line, Transcript, WordTimes
from symbl_cli.protocol import events as e
from symbl_cli.sinks.json_form import encode
from symbl_cli.streaming.published import Published
from tests.streaming.runs import RUN, heard, run_against
from tests.streaming.sayings import M1, MARA, NOON, Q, lines_of, ours, theirs, told
from tests.streaming.service import Peer

REDACT = e.StreamConfig(redact=("all",))
FIX = (e.Fix(wrong="van", right="van Dyke"),)
MAIL = "ann.lee@home.org"
REF = e.MessageReference(id=M1)
TEXT_REF = e.TextReference(id=M1)


def _insight(**fields: object) -> e.InsightResponse:
    insight = e.Insight(type="question", content=f"Who has {MAIL}?")
    return e.InsightResponse(insights=(replace(insight, **fields),))  # type: ignore[arg-type] # a test's own fields


DUE = e.Tag(type="datetime", text=MAIL, value={"datetime": "2026-03-06"})

SAYING = {
    "interim": ours(f"It is {MAIL} so", is_final=False),
    "interim that goes on": ours("It is ann.lee@home", is_final=False),
    "final": ours(f"It is {MAIL}."),
    "final of the vendor's": theirs(
        f"It is {MAIL}.",
        words=[("It", 0.0, 0.1), ("is", 0.1, 0.2), (f"{MAIL}.", 0.2, 1.0)],
    ),
    "final without punctuation": replace(
        theirs(""),
        punctuated=None,
        alternatives=(e.Alternative(transcript=f"it is {MAIL}", confidence=0.9),),
    ),
    "words that say more": theirs("It is.", words=[("It", 0, 1), (MAIL, 1, 2)]),
    "message": e.MessageResponse(
        messages=(e.Message(id=M1, sender=MARA, content=f"It is {MAIL}."),)
    ),
    "insight": _insight(id=Q, message_ids=(M1,)),
    "insight without an id": _insight(assignee=e.Person(name=MAIL)),
    "insight with a date": _insight(due="2026-03-06", tags=(DUE,)),
    "topic": e.TopicResponse(
        topics=(e.Topic(phrase=MAIL, root_words=(MAIL,), message_references=(REF,)),)
    ),
    "tracker": e.TrackerResponse(
        trackers=(
            e.Tracker(
                name="mail",
                matches=(e.TrackerMatch(value=MAIL, message_refs=(TEXT_REF,)),),
            ),
        )
    ),
    "entity": e.EntityResponse(
        entities=(
            e.Entity(
                type="email",
                value=MAIL,
                matches=(e.EntityMatch(detected_value=MAIL, message_refs=(TEXT_REF,)),),
            ),
        )
    ),
    "entity without a value": e.EntityResponse(
        entities=(
            e.Entity(type="email", matches=(e.EntityMatch(detected_value=MAIL),)),
        )
    ),
    "mark": e.Marked(id="m", label=f"call {MAIL}"),
}


@pytest.mark.parametrize("saying", SAYING.values(), ids=SAYING.keys())
def test_no_line_of_any_kind_shows_it(saying: e.Event) -> None:
    publish = Published(REDACT)

    said = told(lines_of(), publish(saying))

    (body,) = said
    shown = encode(Line(1, NOON, body))
    assert "ann" not in shown
    assert "home" not in shown


def test_words_that_changed_are_spread_over_the_time_of_those_that_were_said() -> None:
    saying = theirs(
        "It is 555 1234 so.",
        words=[("It", 0, 1), ("is", 1, 2), ("555", 2, 3), ("1234", 3, 4), ("so", 4, 5)],
    )

    (body,) = told(lines_of(), Published(REDACT)(saying))

    assert isinstance(body, Transcript)
    assert [word.text for word in body.words] == ["It", "is", "[phone]", "so."]
    assert body.words[0].start == 0.0
    assert body.words[-1].end == pytest.approx(5.0)
    assert body.word_times is WordTimes.ESTIMATED


def test_an_event_with_nothing_to_hide_stays_as_it_is() -> None:
    publish = Published(REDACT)
    saying = theirs("It is so.", words=[("It", 0, 1), ("is", 1, 2), ("so.", 2, 3)])

    assert publish(saying) == saying
    assert publish(e.Progress(backlog=1.0)) == e.Progress(backlog=1.0)


def test_another_servers_words_are_fixed_and_those_of_one_of_ours_not_again() -> None:
    publish = Published(replace(REDACT, fixes=FIX))
    sayings: tuple[e.Event, ...] = (
        e.StartedListening(),
        ours("The van, 555 1234."),
        e.StartedListening(audio_received=0),
        ours("The van Dyke, 555 1234."),
    )

    said = [
        event.text
        for event in map(publish, sayings)
        if isinstance(event, e.RecognitionResult)
    ]

    assert said == ["The van Dyke, [phone]."] * 2


def test_a_run_hands_on_what_may_be_seen_alone() -> None:
    def serve(peer: Peer) -> None:
        peer.listen()
        peer.until(e.Audio)
        peer.send(heard(f"It is {MAIL}.", is_final=True))
        peer.finish()

    sink = run_against(serve, run=replace(RUN, publish=Published(REDACT)))

    texts = [body.text for body in sink.bodies if isinstance(body, Transcript)]
    assert texts == ["It is [email]."]
