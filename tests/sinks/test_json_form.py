import json
from collections.abc import Iterator
from copy import deepcopy
from importlib.resources import files
from typing import cast

import pytest
from jsonschema import Draft202012Validator

from symbl_cli.errors import StoreError
from symbl_cli.lines import Body
from symbl_cli.protocol.events import Json
from symbl_cli.sinks.json_form import as_fields, decode, encode, to_json

from .examples import ANN, BARE, EVERY_BODY, FULL, line, transcript

SCHEMA = json.loads(
    files("symbl_cli.resources").joinpath("lines.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def name(body: object) -> str:
    return type(body).__name__


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("body", EVERY_BODY, ids=name)
def test_every_line_is_what_the_schema_says(body: Body) -> None:
    VALIDATOR.validate(as_fields(line(body, 7, "c-1")))
    VALIDATOR.validate(as_fields(line(body)))


def objects(value: Json) -> Iterator[dict[str, Json]]:
    match value:
        case dict():
            yield value
            for item in value.values():
                yield from objects(item)
        case list():
            for item in value:
                yield from objects(item)
        case _:
            pass


def renamed(value: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """*value* with one field of one of its objects named otherwise, each in turn."""
    for index, part in enumerate(objects(value)):
        for field in part:
            changed = deepcopy(value)
            target = list(objects(changed))[index]
            target[f"{field}_"] = target.pop(field)
            yield changed


@pytest.mark.parametrize("body", FULL, ids=name)
def test_no_field_of_any_line_can_be_renamed_unnoticed(body: Body) -> None:
    fields = as_fields(line(body, 7, "c-1"))
    fields.pop("counts", None)  # its names are types, which may grow

    passed = [changed for changed in renamed(fields) if VALIDATOR.is_valid(changed)]

    assert passed == []


@pytest.mark.parametrize("body", BARE, ids=name)
def test_no_required_field_can_be_left_out(body: Body) -> None:
    fields = as_fields(line(body))

    missed = [
        field
        for field in fields
        if VALIDATOR.is_valid({k: v for k, v in fields.items() if k != field})
    ]

    assert missed == []


@pytest.mark.parametrize("body", EVERY_BODY, ids=name)
def test_every_line_survives_its_json(body: Body) -> None:
    written = line(body, 7, "c-1")

    assert decode(encode(written)) == written


def test_a_transcript_has_the_shape_that_scripts_rely_on() -> None:
    assert as_fields(line(FULL[1], 7, "c-1")) == {
        "v": 1,
        "seq": 7,
        "ts": "2026-11-24T08:31:00.000+00:00",
        "type": "transcript",
        "conversation_id": "c-1",
        "id": "u-1",
        "rev": 3,
        "final": True,
        "text": "Hello there.",
        "start": 1.5,
        "end": 2.25,
        "at": "2026-11-24T09:30:15.250+01:00",
        "speaker": {"id": "ann@example.org", "name": "Ann"},
        "words": [
            {"text": "Hello", "start": 1.5, "end": 1.9, "confidence": 0.8},
            {"text": "there.", "start": 1.9, "end": 2.25},
        ],
        "word_times": "measured",
        "confidence": 0.75,
        "sentiment": {"score": 0.5, "label": "positive"},
        "lag": 0.4,
    }


def test_what_is_not_known_is_absent() -> None:
    assert as_fields(line(transcript("Hel", final=False))) == {
        "v": 1,
        "seq": 0,
        "ts": "2026-11-24T08:31:00.000+00:00",
        "type": "transcript",
        "id": "u-1",
        "rev": 1,
        "final": False,
        "text": "Hel",
        "start": 38.0,
        "end": 40.0,
        "at": "2026-11-24T09:30:15.250+01:00",
        "speaker": {"id": ANN.id, "name": ANN.name},
        "words": [],
        "word_times": "estimated",
    }


def test_times_have_milliseconds() -> None:
    fields = as_fields(line(transcript("Hi.", start=1 / 3, end=0.1 + 0.2)))

    assert (fields["start"], fields["end"]) == (0.333, 0.3)


@pytest.mark.parametrize(
    "text",
    ["\x1b]0;title\x07", "\x9b2J", "a\u2028b", "\u202eevil", "one\ntwo"],
)
def test_json_holds_nothing_that_a_terminal_obeys_or_a_line_ends_at(text: str) -> None:
    written = line(transcript(text))

    spelled = encode(written)

    assert spelled.isprintable()
    assert spelled.splitlines() == [spelled]
    assert decode(spelled) == written


def test_half_a_character_is_no_reason_to_refuse_a_line() -> None:
    assert to_json("a\ud800b") == '"a�b"'


def test_other_scripts_stay_readable() -> None:
    assert to_json("où 東京 🙂") == '"où 東京 🙂"'


def test_types_and_fields_of_later_versions_are_passed_over() -> None:
    known = line(BARE[1])
    later = cast("dict[str, Json]", {**as_fields(known), "mood": "gay"})

    assert decode(to_json(later)) == known
    assert decode('{"v":1,"seq":1,"type":"smell"}') is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"v":1,"seq":1,"type":"transcr',
        "[]",
        "7",
        '{"seq":1}',
        '{"v":1,"seq":"1","ts":"2026-11-24T08:31:00Z","type":"end"}',
        '{"v":1,"seq":1,"ts":"yesterday","type":"end","reason":"error","duration":1}',
        '{"v":1,"seq":1,"ts":"2026-11-24T08:31:00Z","type":"end","reason":"error"}',
        '{"v":1,"seq":1,"ts":"2026-11-24T08:31:00Z","type":"status","state":"ill"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_line_is_said_so(text: str) -> None:
    with pytest.raises(StoreError, match="not a line that a run has written"):
        decode(text)
