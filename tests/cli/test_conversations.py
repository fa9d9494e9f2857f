"""Whole conversations through the real recogniser: the demo, and another one."""

import json
from datetime import datetime
from importlib.resources import files

import jsonschema
import pytest

from symbl_cli.lines import Insight, Topic, Tracker, Transcript, fold
from symbl_cli.sinks.json_form import decode
from tests.cli.expected import DEMO, SECOND, Talk, due_date
from tests.command_line import Home, Ran

_runs: dict[Talk, Ran] = {}


@pytest.fixture(params=[DEMO, SECOND], ids=["demo", "second"])
def talk(request: pytest.FixtureRequest) -> Talk:
    talk: Talk = request.param
    return talk


@pytest.fixture
def ran(talk: Talk, home: Home) -> Ran:
    """One run of *talk*, each voice a speaker, shared by the tests."""
    if talk not in _runs:
        _runs[talk] = home.run("stream", talk.sound, *talk.options, "--json")
    return _runs[talk]


def _has(text: object, phrase: object) -> bool:
    return str(phrase).casefold() in str(text).casefold()


def _speaker(line: dict[str, object]) -> object:
    speaker = line["speaker"]
    assert isinstance(speaker, dict)
    return speaker["name"]


def _latest(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    """Each by its highest revision, the withdrawn left out."""
    newest = {line["id"]: line for line in lines}
    return [line for line in newest.values() if not line.get("removed")]


def test_it_ends_well_and_every_line_is_of_the_schema(ran: Ran) -> None:
    schema = files("symbl_cli") / "resources" / "lines.schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text()))

    assert ran.code == 0
    assert [line["type"] for line in ran.lines][0 :: len(ran.lines) - 1] == [
        "begin",
        "end",
    ]
    assert [list(validator.iter_errors(line)) for line in ran.lines] == [
        [] for _ in ran.lines
    ]
    assert ran.lines[-1]["reason"] == "end_of_input"


def test_everybody_is_heard_and_known(talk: Talk, ran: Ran) -> None:
    said = _latest(ran.of("transcript"))

    for part in talk.parts("transcript"):
        assert [
            line
            for line in said
            if _has(line["text"], part["phrase"]) and _speaker(line) == part["speaker"]
        ], part


def test_it_is_told_in_the_order_in_which_it_was_said(ran: Ran) -> None:
    starts = [line["start"] for line in ran.of("transcript")]

    assert starts == sorted(starts, key=lambda start: float(str(start)))


def test_questions_are_found_and_the_answered_one_knows_its_answer(
    talk: Talk, ran: Ran
) -> None:
    said = {line["id"]: line["text"] for line in ran.of("transcript")}
    questions = _latest(ran.of("question"))

    for part in talk.parts("questions"):
        found = [
            line
            for line in questions
            if _has(line["text"], part["phrase"]) and _speaker(line) == part["speaker"]
        ]
        assert found, part
        if "answer" in part:
            assert _has(said[found[0]["answered_by"]], part["answer"])


def test_action_items_know_who_and_when(talk: Talk, ran: Ran) -> None:
    begun = datetime.fromisoformat(str(ran.lines[0]["started_at"])).date()
    items = _latest(ran.of("action_item"))

    for part in talk.parts("action_items"):
        [item] = [line for line in items if _has(line["text"], part["phrase"])]
        due, assignee = item["due"], item["assignee"]
        expected = part["due"]
        assert isinstance(expected, dict)
        assert isinstance(due, dict)
        assert isinstance(assignee, dict)
        assert assignee["name"] == part["assignee"]
        assert due["date"] == due_date(expected, begun)
        assert _has(due["text"], expected["said"])


def test_follow_ups_and_trackers_are_found(talk: Talk, ran: Ran) -> None:
    follow_ups = _latest(ran.of("follow_up"))
    trackers = ran.of("tracker")

    for part in talk.parts("follow_ups"):
        assert [line for line in follow_ups if _has(line["text"], part["phrase"])], part
    for part in talk.parts("trackers"):
        assert [
            line
            for line in trackers
            if (line["name"], line["match"]) == (part["name"], part["match"])
        ], part


def test_the_folded_lines_are_the_saved_conversation(ran: Ran, home: Home) -> None:
    id_ = str(ran.lines[-1]["conversation_id"])
    lines = [decode(line) for line in ran.stdout.splitlines()]
    folded = fold(line.body for line in lines if line is not None)

    def saved(what: str) -> list[tuple[object, object]]:
        answer = home.run("conversation", what, id_, "--json")
        return [(one["id"], one["text"]) for one in json.loads(answer.stdout)]

    def told(kind: str) -> list[tuple[object, object]]:
        return [
            (body.id, body.text)
            for body in folded
            if isinstance(body, Insight) and body.kind == kind
        ]

    transcripts = [(b.id, b.text) for b in folded if isinstance(b, Transcript)]
    topics = [(b.id, b.text) for b in folded if isinstance(b, Topic)]
    assert saved("messages") == transcripts
    assert sorted(map(str, saved("questions"))) == sorted(map(str, told("question")))
    assert sorted(map(str, saved("action-items"))) == sorted(
        map(str, told("action_item"))
    )
    assert sorted(map(str, saved("follow-ups"))) == sorted(map(str, told("follow_up")))
    assert sorted(map(str, saved("topics"))) == sorted(map(str, topics))
    assert [body for body in folded if isinstance(body, Tracker)]


def test_mixed_down_it_is_one_speaker_who_says_it_all(talk: Talk, home: Home) -> None:
    ran = home.run("stream", talk.sound)

    assert ran.code == 0
    lines = ran.stdout.splitlines()
    assert all(line.startswith(("[", "Topics:")) for line in lines)
    said = " ".join(line for line in lines if "] Speaker 1: " in line)
    heard = [
        part
        for part in talk.parts("transcript")
        if _has(said, str(part["phrase"])[:20])
    ]
    assert len(heard) >= 0.7 * len(talk.parts("transcript"))


def test_the_demo_needs_nothing(home: Home) -> None:
    ran = home.run("stream", "--demo", "--json")

    assert ran.code == 0
    assert [line["text"] for line in _latest(ran.of("action_item"))]
    sources = ran.lines[0]["sources"]
    assert isinstance(sources, list)
    assert [source["speaker"] for source in sources] == DEMO.speakers
