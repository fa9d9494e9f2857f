"""Trackers match a phrase as said, inflected or nearly so."""

from dataclasses import replace

import pytest

from symbl_cli.protocol.events import TrackerSpec
from symbl_cli.server.insights.findings import Party, Said, TrackerMatch
from symbl_cli.server.insights.trackers import Trackers
from tests.insights.conversation import ANN, BEA, same_id, talk

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


def test_interim_words_that_come_to_nothing_take_their_match_along() -> None:
    trackers = Trackers((WATCHED,), same_id)

    (first,) = trackers.hear_interim(said("a water leak"))
    (withdrawn,) = trackers.hear_interim(said(""))

    assert (withdrawn.id, withdrawn.rev, withdrawn.removed) == (first.id, 1, True)
    assert trackers.hear_interim(said("")) == ()


def test_the_final_words_replace_the_interim_match() -> None:
    trackers = Trackers((WATCHED,), same_id)
    (interim,) = trackers.hear_interim(said("water leak"))

    (final,) = trackers.hear(said("The water leak."))

    assert final.id == interim.id
    assert (final.rev, final.is_final, final.places[0].offset) == (1, True, 4)


def test_a_tracker_without_words_finds_nothing() -> None:
    trackers = Trackers((TrackerSpec(name="None", vocabulary=("", "?!")),), same_id)

    assert trackers.hear(said("Anything at all?!")) == ()


def across(
    *turns: tuple[Party, str], pause: float = 0.8
) -> list[tuple[str, list[tuple[str, int]]]]:
    """The phrases found in *turns* with their messages and offsets."""
    trackers = Trackers((WATCHED,), same_id)
    return [
        (match.value, [(place.message_id, place.offset) for place in match.places])
        for message in talk(turns, pause=pause)
        for match in trackers.hear(message)
    ]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("There is a water", "leak.", [("water leak", [("m0", 11), ("m1", 0)])]),
        ("A water.", "Leak again.", [("water leak", [("m0", 2), ("m1", 0)])]),
        ("A water –", "… leak.", [("water leak", [("m0", 2), ("m1", 2)])]),
        ("Many water", "leaks.", [("water leak", [("m0", -1), ("m1", -1)])]),
        ("Some bursted", "pipe.", [("burst pipe", [("m0", -1), ("m1", -1)])]),
        ("A water leak", "I said.", [("water leak", [("m0", 2)])]),
        ("The", "water leak.", [("water leak", [("m1", 0)])]),
        ("Is that water?", "Leak it.", []),
        ("A river", "leak.", []),
        ("...", "leak.", []),
    ],
)
def test_a_phrase_cut_by_a_pause_is_found_once(
    first: str, second: str, found: list[tuple[str, list[tuple[str, int]]]]
) -> None:
    assert across((ANN, first), (ANN, second)) == found


def test_what_another_says_between_does_not_hide_a_phrase_that_is_cut() -> None:
    found = across((ANN, "A water"), (BEA, "Mm."), (ANN, "leak."), pause=0.2)

    assert found == [("water leak", [("m0", 2), ("m2", 0)])]


def test_two_people_do_not_say_one_phrase() -> None:
    assert across((ANN, "A water"), (BEA, "leak.")) == []


def test_after_a_long_silence_nothing_goes_on() -> None:
    assert across((ANN, "A water"), (ANN, "leak."), pause=4) == []


def test_interim_words_end_a_phrase_that_a_pause_has_cut() -> None:
    trackers = Trackers((WATCHED,), same_id)
    earlier, cut, changed = talk([(ANN, "A water"), (ANN, "leak"), (ANN, "lily")])
    trackers.hear(earlier)

    (interim,) = trackers.hear_interim(cut)
    (withdrawn,) = trackers.hear(replace(changed, id=cut.id, at=cut.at))

    assert (interim.is_final, [place.offset for place in interim.places]) == (
        False,
        [2, 0],
    )
    assert (withdrawn.id, withdrawn.removed) == (interim.id, True)
