"""Trackers match a phrase as said, inflected or nearly so."""

import pytest

from symbl_cli.protocol.events import TrackerSpec
from symbl_cli.server.insights.findings import Said, TrackerMatch
from symbl_cli.server.insights.trackers import Trackers
from tests.insights.conversation import ANN, same_id, talk

WATCHED = TrackerSpec(name="Leaks", vocabulary=("water leak", "burst pipe"))


def said(text: str) -> Said:
    (message,) = talk([(ANN, text)])
    return message


def places(matches: tuple[TrackerMatch, ...]) -> list[tuple[str, bool, int]]:
    return [(match.value, match.exact, match.places[0].offset) for match in matches]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A Water  leak again.", [("water leak", True, 2)]),
        ("There were water leaks.", [("water leak", False, -1)]),
        ("The pipes burst.", []),
        ("Two burst pipes upstairs.", [("burst pipe", False, -1)]),
        ("A bursted pipe, he said.", [("burst pipe", False, -1)]),
        ("underwater leakage", []),
        ("", []),
    ],
)
def test_a_phrase_is_found(text: str, found: list[tuple[str, bool, int]]) -> None:
    assert places(Trackers((WATCHED,), same_id).hear(said(text))) == found


def test_interim_words_are_told_once_and_withdrawn_if_they_go() -> None:
    trackers = Trackers((WATCHED,), same_id)

    first = trackers.hear_interim(said("a water leak"))
    second = trackers.hear_interim(said("a water leak at"))
    final = trackers.hear(said("A waterlily."))

    assert [(match.is_final, match.rev) for match in first] == [(False, 0)]
    assert second == ()
    assert [(match.id, match.rev, match.removed) for match in final] == [
        (first[0].id, 1, True)
    ]


def test_the_final_words_replace_the_interim_match() -> None:
    trackers = Trackers((WATCHED,), same_id)
    (interim,) = trackers.hear_interim(said("water leak"))

    (final,) = trackers.hear(said("The water leak."))

    assert final.id == interim.id
    assert (final.rev, final.is_final, final.places[0].offset) == (1, True, 4)


def test_a_tracker_without_words_finds_nothing() -> None:
    trackers = Trackers((TrackerSpec(name="None", vocabulary=("", "?!")),), same_id)

    assert trackers.hear(said("Anything at all?!")) == ()
