"""Entities by their form, with a normalised value."""

import pytest

from symbl_cli.server.insights.entities import find_entities
from tests.insights.conversation import ANN, TUESDAY, same_id, talk


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Pay $1,250.50 now.", [("money", "$1,250.50", "1250.5 USD")]),
        ("about twenty thousand euros", [("money", None, "20000 EUR")]),
        ("two million dollars", [("money", "two million dollars", "2000000 USD")]),
        ("fifteen percent", [("percent", "fifteen percent", "15")]),
        ("7.5% more", [("percent", "7.5%", "7.5")]),
        ("for two and a half hours", [("duration", None, "2.5 hours")]),
        ("a ninety minute film", [("duration", "ninety minute", "90 minutes")]),
        ("twenty-five chairs", [("number", "twenty-five", "25")]),
        ("due on Friday", [("date", "Friday", "2026-11-27")]),
        ("at half past two", [("datetime", None, "2026-11-24T14:30:00+00:00")]),
        ("next month", [("daterange", "next month", "2026-12-31")]),
        ("write to dora@example.org", [("email", None, "dora@example.org")]),
        (
            "dora dot moore at example dot org",
            [("email", None, "dora.moore@example.org")],
        ),
        ("see https://example.org/a?b", [("url", None, "https://example.org/a?b")]),
        ("call 030 123 45 67", [("phone", "030 123 45 67", "0301234567")]),
        (
            "Ann met Dr. Moore",
            [("person", "Ann", "Ann"), ("person", "Dr. Moore", "Dr. Moore")],
        ),
        ("she lives in Lisbon", [("location", "Lisbon", "Lisbon")]),
        ("nothing to see", []),
        ("", []),
    ],
)
def test_a_form_is_recognised(
    text: str, found: list[tuple[str, str | None, str]]
) -> None:
    (said,) = talk([(ANN, text)])

    entities = find_entities(said, TUESDAY, ["Ann"], same_id)

    assert [(entity.type, entity.value) for entity in entities] == [
        (kind, value) for kind, _, value in found
    ]
    for entity, (_, shown, _) in zip(entities, found, strict=True):
        place = entity.places[0]
        assert place.text[place.offset :].startswith(shown or entity.text)


def test_one_value_is_one_entity_with_all_its_places() -> None:
    (said,) = talk([(ANN, "Ann paid 5 percent, five percent, says Ann.")])

    entities = find_entities(said, TUESDAY, ["Ann"], same_id)

    assert [(e.type, [p.offset for p in e.places]) for e in entities] == [
        ("person", [0, 39]),
        ("percent", [9, 20]),
    ]
