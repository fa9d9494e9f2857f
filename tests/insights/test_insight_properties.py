"""Whatever is said: nothing is raised, the same gives the same, revisions fold."""

from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbl_cli.protocol.events import MessageId, TrackerSpec
from symbl_cli.server.insights.findings import (
    Entity,
    Finding,
    Insight,
    Party,
    Said,
    Sentiment,
    Topic,
    TrackerMatch,
)
from symbl_cli.server.insights.insights import Insights, analyse, folded
from symbl_cli.server.insights.sentences import split_sentences
from symbl_cli.server.insights.settings import InsightSettings
from symbl_cli.server.insights.summary import summarise
from tests.insights.conversation import ANN, BEA, CLEO, TUESDAY, same_id, talk

EVERYTHING = InsightSettings(
    kinds=frozenset({"question", "action_item", "follow_up", "topic"}),
    trackers=(TrackerSpec(name="Any", vocabulary=("by friday", "will", "é")),),
    timezone=timezone(timedelta(hours=-8)),
    detect_entities=True,
    sentiment=True,
    interim_trackers=True,
)
WORDS = st.sampled_from(
    [
        *("I", "I'll", "you", "we", "will", "can", "could", "send", "the", "draft"),
        *("by", "Friday", "tomorrow", "at", "nine", "and", "but", "if", "not", "who"),
        *("what", "is", "Bea", "Ann", "please", "Sure", "yes", "five", "percent", "um"),
        *("need", "to", "let", "me", "know", "call", "him", ".", "?", ",", "-", "'s"),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join))
PARTIES = st.sampled_from([ANN, BEA, CLEO, Party("Speaker 4"), Party("")])


@st.composite
def conversations(draw: st.DrawFn) -> list[Said]:
    turns = draw(st.lists(st.tuples(PARTIES, TEXTS, st.floats(0, 9)), max_size=8))
    messages: list[Said] = []
    start = 0.0
    for index, (speaker, text, pause) in enumerate(turns):
        end = start + len(text) / 15
        at = TUESDAY + timedelta(seconds=start)
        messages.append(Said(MessageId(f"m{index}"), text, speaker, start, end, at))
        start = end + pause
    return messages


def all_of(messages: list[Said]) -> list[Finding]:
    insights = Insights(EVERYTHING, same_id)
    found: list[Finding] = []
    for said in messages:
        found += insights.hear_interim(said)
        found += insights.hear(said)
    return [*found, *insights.finish()]


@given(conversations())
@settings(deadline=None, max_examples=150)
def test_hearing_is_deterministic_and_never_raises(messages: list[Said]) -> None:
    assert all_of(messages) == all_of(messages)


@given(conversations())
@settings(deadline=None, max_examples=75)
def test_a_later_revision_is_always_a_higher_one(messages: list[Said]) -> None:
    revisions: dict[str, int] = {}
    for finding in all_of(messages):
        match finding:
            case Insight() | Topic() | Entity():
                assert finding.rev == revisions.get(finding.id, 0) + 1
                revisions[finding.id] = finding.rev
            case TrackerMatch():
                assert finding.rev >= revisions.get(finding.id, 0)
                revisions[finding.id] = finding.rev
            case Sentiment():
                assert -1 <= finding.score <= 1


@given(conversations())
@settings(deadline=None, max_examples=75)
def test_findings_rest_on_messages_that_were_said(messages: list[Said]) -> None:
    known = {said.id for said in messages}
    texts = {said.id: said.text for said in messages}
    for finding in all_of(messages):
        match finding:
            case Insight() | Topic():
                assert finding.message_ids
                assert known.issuperset(finding.message_ids)
            case Entity() | TrackerMatch():
                for place in finding.places:
                    assert place.text == texts[place.message_id]
                    assert -1 <= place.offset < len(place.text)
            case Sentiment():
                assert finding.message_id in known


@given(conversations())
@settings(deadline=None, max_examples=75)
def test_folding_what_was_told_live_is_what_is_found_at_once(
    messages: list[Said],
) -> None:
    live = [f for f in all_of(messages) if not _is_interim(f)]

    assert folded(live) == analyse(messages, EVERYTHING, same_id)


@given(conversations())
@settings(deadline=None, max_examples=75)
def test_a_tag_stands_where_it_says(messages: list[Said]) -> None:
    for finding in analyse(messages, EVERYTHING, same_id):
        if isinstance(finding, Insight):
            for tag in finding.tags:
                assert finding.text[tag.offset :].startswith(tag.text)


@given(TEXTS)
@settings(deadline=None)
def test_sentences_lie_in_their_text(text: str) -> None:
    for piece in split_sentences(text):
        assert text[piece.offset :].startswith(piece.text)


@given(conversations())
@settings(deadline=None, max_examples=50)
def test_a_summary_never_raises(messages: list[Said]) -> None:
    assert len(summarise(messages, analyse(messages, EVERYTHING, same_id))) <= 5


def _is_interim(finding: Finding) -> bool:
    return isinstance(finding, TrackerMatch) and not finding.is_final


@pytest.mark.parametrize("piece", ["x", "?", " ", "a-", "a.", "a@", "1,"])
def test_a_text_without_an_end_is_read_once(piece: str) -> None:
    # Read again from each letter, this would take an hour.
    (said,) = talk([(ANN, piece * (20_000 // len(piece)))])

    found = analyse([said], EVERYTHING, same_id)

    assert [one for one in found if isinstance(one, Insight | Topic)] == []


def test_a_sentence_without_an_end_is_cut() -> None:
    text = "we should send it and " * 200

    pieces = split_sentences(text)

    assert " ".join(piece.text for piece in pieces) == text.strip()
    assert max(len(piece.text) for piece in pieces) <= 1200
    assert all(text.startswith(piece.text, piece.offset) for piece in pieces)
