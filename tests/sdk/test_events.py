"""What reaches callbacks, and what does not."""

import json
import logging
from threading import Event

import pytest

from symbl_cli.sdk.events import Events, Message


def said(events: Events, *messages: Message) -> list[Message]:
    """What of *messages* a callback for everything is told when all were put."""
    told: list[Message] = []
    for message in messages:
        events.put(json.dumps(message))
    kinds = ("message", "insight_response", "error", "sound_response")
    events.subscribe(dict.fromkeys(kinds, told.append))
    events.finish()
    events.join()
    return told


def result(text: str, *, is_final: bool = False, name: str = "1") -> Message:
    return {
        "type": "message",
        "message": {
            "type": "recognition_result",
            "id": name,
            "isFinal": is_final,
            "punctuated": {"transcript": text},
        },
    }


def insight(name: str, rev: int, *, removed: bool = False) -> Message:
    one: Message = {"id": name, "rev": rev, "removed": removed}
    return {"type": "insight_response", "insights": [one]}


def test_what_the_vendor_kept_to_itself_is_not_told() -> None:
    kinds = ("started_listening", "conversation_created", "recognition_started")
    frames: list[Message] = [{"type": "message", "message": {"type": k}} for k in kinds]

    assert said(Events(), *frames) == frames[2:]


def test_a_finding_that_changes_is_told_once() -> None:
    first, other = insight("1", 1), insight("2", 1)
    changes = (insight("1", 2), insight("2", 2, removed=True))

    assert said(Events(), first, other, *changes) == [first, other]


def test_findings_without_ids_are_all_told() -> None:
    nameless: Message = {"type": "insight_response", "insights": [{"text": "So be it"}]}

    assert said(Events(), nameless, nameless) == [nameless, nameless]


def test_interim_words_that_wait_give_way_to_later_ones() -> None:
    other = result("And", name="2")
    final = result("So be it.", is_final=True)

    assert said(Events(), result("So"), other, result("So be"), final) == [
        result("So"),
        other,
        final,
    ]


def test_unknown_messages_and_errors_are_told_as_they_came() -> None:
    frames: tuple[Message, ...] = (
        {"type": "error", "details": "no"},
        {"type": "sound_response", "sounds": [1]},
    )
    assert said(Events(), *frames) == list(frames)


def test_what_nobody_takes_is_dropped_and_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    frames: list[Message] = [{"type": "error", "details": f"{n}"} for n in range(9)]
    size = len(json.dumps(frames[0]))

    with caplog.at_level(logging.WARNING):
        assert said(Events(limit=3 * size), *frames) == frames[-3:]
    assert "1 messages were dropped" in caplog.text


def test_only_a_callback_is_calling() -> None:
    events, asked = Events(), Event()
    answers: list[bool] = []

    def ask(_: Message) -> None:
        answers.append(events.is_calling)
        asked.set()

    events.subscribe({"error": ask})
    events.put('{"type": "error"}')
    assert asked.wait(10)
    events.finish()
    events.join()

    assert (answers, events.is_calling) == ([True], False)
