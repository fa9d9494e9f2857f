"""Tasks: who is to do what by when, told with names."""

import pytest

from symbl_cli.server.insights.findings import Due, Insight, InsightKind, Party
from symbl_cli.server.insights.insights import analyse
from symbl_cli.server.insights.settings import InsightSettings
from tests.insights.conversation import ANN, BEA, CLEO, same_id, talk

ACTIONS = InsightSettings(kinds=frozenset({"action_item"}))


def actions(*turns: tuple[Party, str]) -> list[Insight]:
    found = analyse(talk(turns), ACTIONS, same_id)
    return [finding for finding in found if isinstance(finding, Insight)]


@pytest.mark.parametrize(
    ("said", "told", "assignee", "due"),
    [
        (
            "I'll mail the keys to Dora by Friday.",
            "Ann will mail the keys to Dora by Friday.",
            "Ann",
            Due("by Friday", "2026-11-27"),
        ),
        (
            "Okay, I'm going to um fix my my bicycle tomorrow.",
            "Ann is going to fix their bicycle tomorrow.",
            "Ann",
            Due("tomorrow", "2026-11-25"),
        ),
        (
            "Could you rent the hall for Tuesday, Bea?",
            "Bea will rent the hall for Tuesday.",
            "Bea",
            Due("for Tuesday", "2026-12-01"),
        ),
        (
            "Could you send me your photos by noon?",
            "Bea will send Ann their photos by noon.",
            "Bea",
            Due("by noon", "2026-11-24T12:00:00+00:00"),
        ),
        (
            "Bea will pay the plumber next week.",
            "Bea will pay the plumber next week.",
            "Bea",
            Due("next week", "2026-12-04"),
        ),
        (
            "Bea, please wrap the vases before Monday.",
            "Bea will wrap the vases before Monday.",
            "Bea",
            Due("before Monday", "2026-11-30"),
        ),
        (
            "I have to renew my passport this week.",
            "Ann has to renew their passport this week.",
            "Ann",
            Due("this week", "2026-11-27"),
        ),
        (
            "Next Wednesday I'll visit the printer.",
            "Ann will visit the printer next Wednesday.",
            "Ann",
            Due("Next Wednesday", "2026-12-02"),
        ),
        (
            "We need to order new chairs by the end of the month.",
            "We need to order new chairs by the end of the month.",
            None,
            Due("by the end of the month", "2026-11-30"),
        ),
        (
            "i'll call the plumber tomorrow morning",
            "Ann will call the plumber tomorrow morning.",
            "Ann",
            Due("tomorrow morning", "2026-11-25"),
        ),
    ],
)
def test_a_task_is_told_with_its_assignee_and_date(
    said: str, told: str, assignee: str | None, due: Due
) -> None:
    (action,) = actions((BEA, "Hello."), (ANN, said))

    assert action.kind is InsightKind.ACTION_ITEM
    assert action.text == told
    assert (action.assignee.name if action.assignee else None) == assignee
    assert action.due == due
    assert action.speaker == ANN
    assert action.message_ids == ("m1",)


@pytest.mark.parametrize(
    "text",
    [
        "I mailed the keys on Friday.",
        "The hall will be cold tomorrow.",
        "Let's go to the next slide.",
        "I'll show you that in a minute.",
        "It should be round.",
        "If we had a van we would move the piano.",
        "I can hear you now.",
        "That costs about two hundred dollars.",
        "I won't mail the keys.",
        "",
        "Um.",
    ],
)
def test_past_hypothetical_and_passing_talk_is_no_task(text: str) -> None:
    assert actions((ANN, text)) == []


def test_one_sentence_may_hold_two_tasks() -> None:
    found = actions(
        (BEA, "Hello."),
        (ANN, "I'll mail the keys by Friday and Bea will pay the plumber tomorrow."),
    )

    assert [(action.text, action.assignee) for action in found] == [
        ("Ann will mail the keys by Friday.", ANN),
        ("Bea will pay the plumber tomorrow.", BEA),
    ]


def test_you_is_nobody_sure_where_three_speak() -> None:
    (action,) = actions(
        (BEA, "Hello."), (CLEO, "Hello."), (ANN, "Could you rent a van by Friday?")
    )

    assert action.assignee is None
    assert action.text == "Rent a van by Friday."


def test_a_request_taken_on_is_a_firm_task_over_both_messages() -> None:
    before, after = (
        actions((BEA, "Hi."), (ANN, "Can you send it to Cleo by Friday?"), *reply)
        for reply in ((), ((BEA, "Sure."),))
    )

    assert [action.rev for action in before] == [1]
    (action,) = after
    assert action.rev == 2
    assert action.assignee == BEA
    assert action.definitive is True
    assert action.message_ids == ("m1", "m2")
    assert action.confidence > before[0].confidence


def test_a_refusal_takes_nothing_on() -> None:
    (action,) = actions(
        (BEA, "Hi."),
        (ANN, "Can you send it to Cleo by Friday?"),
        (BEA, "No, sorry, I can't."),
    )

    assert action.rev == 1


def test_a_task_for_all_goes_to_whoever_takes_it() -> None:
    (action,) = actions(
        (BEA, "Hi."),
        (CLEO, "Hi."),
        (ANN, "We need to order new chairs by Friday."),
        (CLEO, "I can do that."),
    )

    assert action.assignee == CLEO
    assert action.message_ids == ("m2", "m3")


def test_a_task_grows_with_its_sentence() -> None:
    (action,) = actions(
        (BEA, "Hi."), (ANN, "I'll mail the keys to Dora"), (ANN, "By Friday.")
    )

    assert action.text == "Ann will mail the keys to Dora by Friday."
    assert action.due == Due("by Friday", "2026-11-27")
    assert action.message_ids == ("m1", "m2")


def test_a_suggestion_is_not_definitive() -> None:
    (action,) = actions((ANN, "Maybe we should ask the landlord for a new key."))

    assert action.definitive is False
    assert action.assignee is None


@pytest.mark.parametrize(
    ("text", "is_definitive"),
    [
        ("We'll have to order new chairs by Friday.", False),
        ("We need to order new chairs by Friday.", False),
        ("We'll order new chairs by Friday.", True),
        ("I have to order new chairs by Friday.", True),
    ],
)
def test_what_all_of_us_need_is_not_definitive(text: str, is_definitive: bool) -> None:
    (action,) = actions((ANN, text))

    assert action.definitive is is_definitive


def test_somebody_and_i_are_no_single_assignee() -> None:
    (action,) = actions((BEA, "Hi."), (ANN, "You and I should order chairs by Friday."))

    assert action.assignee is None


def test_a_role_of_yours_does_its_own_task() -> None:
    (action,) = actions(
        (BEA, "Hi."), (ANN, "Your personal coach will send the forms by Friday.")
    )

    assert action.assignee not in {ANN, BEA}
    assert action.text == "Your personal coach will send the forms by Friday."


def test_a_threshold_of_ones_own_is_kept_to() -> None:
    settings = InsightSettings(
        kinds=frozenset({"action_item"}), confidence_threshold=1.0
    )

    found = analyse(talk([(ANN, "I'll mail the keys by Friday.")]), settings, same_id)

    assert found == ()
