"""What clients of ours are told while their words are late."""

import asyncio
from dataclasses import replace

from symbl_cli.protocol.events import (
    Progress,
    RecognitionStopped,
    ServerEvent,
    StartRequest,
)
from symbl_cli.server.live.stream import BEHIND
from symbl_cli.server.recognition.scripted import ENDLESS, SLOW
from tests.live.far import OURS, FarDirectory, play_on, say, speaker, texts_of, until

RECORDING = replace(OURS, is_live=False)
MINUTES = 150
"""Signs, one a second: a long sentence is given up only after so many."""
LONG = ["nobody knows it yet, or ever will, whoever may ask"] * 12
"""More than a server takes before it has heard the first of it."""


def _heard(request: StartRequest, *texts: str) -> list[ServerEvent]:
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await speaker(directory)
        started = await port.start(request)
        await say(port, started.audio_received, *texts)
        await port.stop()
        return await until(port, RecognitionStopped)

    return play_on(play)


def _progress(events: list[ServerEvent]) -> list[Progress]:
    return [event for event in events if isinstance(event, Progress)]


def test_who_waits_for_last_words_is_told_that_they_are_worked_on() -> None:
    events = _heard(RECORDING, f"Take your time{SLOW}")

    assert texts_of(events) == [f"Take your time{SLOW}"]
    assert _progress(events)


def test_who_is_held_back_is_told_that_his_words_are_worked_on() -> None:
    """No ping of his is answered meanwhile: he would think that the line is dead."""

    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await speaker(directory)
        started = await port.start(RECORDING)
        texts = (f"Take your time{SLOW}", *LONG)
        await say(port, started.audio_received, *texts)
        return await until(port, Progress)

    assert _progress(play_on(play))[0].backlog > 0


def test_who_is_held_back_by_a_recogniser_that_hangs_is_told_that_the_line_lives() -> (
    None
):
    async def play(directory: FarDirectory) -> list[ServerEvent]:
        port = await speaker(directory)
        started = await port.start(RECORDING)
        async with asyncio.TaskGroup() as group:
            texts = (f"{ENDLESS} for ever", *LONG)
            saying = group.create_task(say(port, started.audio_received, *texts))
            signs = [await until(port, Progress) for _ in range(MINUTES)]
            saying.cancel()
        return [event for events in signs for event in events]

    assert len(_progress(play_on(play, sign=0.001))) == MINUTES


def test_a_long_sentence_that_has_just_ended_is_not_late() -> None:
    text = " ".join(["whoever goes on and on without a breath"] * 6) + SLOW
    events = _heard(OURS, text)

    assert texts_of(events) == [text]
    assert 0 < max(event.backlog for event in _progress(events)) < BEHIND


def test_who_plays_live_is_told_how_far_the_words_are_behind() -> None:
    texts = [f"Take your time{SLOW}", "and what comes then", "waits"]
    events = _heard(OURS, *texts)

    assert texts_of(events) == texts
    assert all(isinstance(event.event, int) for event in _progress(events))
    assert max(event.backlog for event in _progress(events)) >= BEHIND
