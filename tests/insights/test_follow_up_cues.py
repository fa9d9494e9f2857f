"""Follow-ups are tasks of getting in touch or coming back to a matter."""

import pytest

from symbl_cli.server.insights.findings import Due, Insight, InsightKind
from symbl_cli.server.insights.follow_ups import is_follow_up
from symbl_cli.server.insights.insights import analyse
from symbl_cli.server.insights.settings import InsightSettings
from tests.insights.conversation import ANN, BEA, same_id, talk


@pytest.mark.parametrize(
    "task",
    [
        "I'll call the plumber tomorrow",
        "let's meet again on Thursday",
        "I'll get back to you",
        "we should talk to the landlord",
        "I'll email Dora about the keys",
        "could you ask the plumber for a quote",
        "I'll check with the landlord",
        "let's set up a call for Monday",
        "remind me on Friday",
        "let me know when it is done",
        "we will discuss that later",
        "I'll follow up with Dora",
        "I hope to hear back from the plumber",
        "let's circle back to the fence",
        "we will reconvene after lunch",
        "can you schedule a walk through the garden",
        "I'll give the plumber a quick call",
        "I'll keep you posted",
        "let's take it offline",
        "get hold of the landlord before noon",
        "I'll write to the council",
        "please check in with Dora",
        "that is one for the next meeting",
    ],
)
def test_getting_in_touch_and_coming_back_is_a_follow_up(task: str) -> None:
    assert is_follow_up(task)


@pytest.mark.parametrize(
    "task",
    [
        "I'll paint the fence",
        "could you email your slides",
        "book the meeting room for Tuesday",
        "I'll check the numbers again",
        "we need to finish the report",
        "please send me the address",
        "we can set up a work schedule",
        "you could mail them to the office",
        "I'll go back and count the tiles",
        "I'll write a brief summary",
        "please check in the luggage",
        "I'll finish the talk about roses",
    ],
)
def test_other_work_is_none(task: str) -> None:
    assert not is_follow_up(task)


def test_a_follow_up_is_an_action_item_of_its_own_kind() -> None:
    settings = InsightSettings(kinds=frozenset({"action_item", "follow_up"}))

    found = analyse(
        talk([(BEA, "Hi."), (ANN, "I'll call Dora tomorrow.")]), settings, same_id
    )

    insights = [finding for finding in found if isinstance(finding, Insight)]
    assert [(i.kind, i.text, i.assignee, i.due) for i in insights] == [
        (kind, "Ann will call Dora tomorrow.", ANN, Due("tomorrow", "2026-11-25"))
        for kind in (InsightKind.ACTION_ITEM, InsightKind.FOLLOW_UP)
    ]
