"""Streams of scripted speech through real worker processes."""

import asyncio
import os
import signal
from collections.abc import Awaitable
from typing import TypeVar

import pytest

from symbl_cli.media.format import AudioFormat, Encoding
from symbl_cli.server.recognition.hearing import Heard
from symbl_cli.server.recognition.listener import Recognition
from symbl_cli.server.recognition.scripted import DEADLY
from symbl_cli.server.settings import RecognizerName
from tests.scripted_speech import cut, say, silence, speech

T = TypeVar("T")

WIDEBAND = AudioFormat()
TALK = speech("Hello there.", "How are you today?", "Fine")
TEXTS = ["Hello there.", "How are you today?", "Fine"]


def run(work: Awaitable[T], *, timeout: float = 60) -> T:
    async def within() -> T:
        return await asyncio.wait_for(work, timeout)

    return asyncio.run(within())


def scripted(*, workers: int = 1, idle: float = 60) -> Recognition:
    return Recognition(RecognizerName.SCRIPTED, workers=workers, idle=idle)


def texts(heard: list[Heard]) -> list[str]:
    return [h.text for h in heard if h.is_final]


def finals(heard: list[Heard]) -> list[Heard]:
    return [h for h in heard if h.is_final]


async def hear(
    recognition: Recognition,
    pcm: bytes,
    *,
    size: int = 3200,
    audio_format: AudioFormat = WIDEBAND,
    position: int = 0,
) -> list[Heard]:
    heard: list[Heard] = []
    listener = recognition.open(
        audio_format=audio_format, position=position, on_heard=heard.append
    )
    for chunk in cut(pcm, size):
        listener.push(chunk)
        await listener.ready()
    await listener.finish()
    return heard


async def hear_alone(
    pcm: bytes,
    *,
    size: int = 3200,
    audio_format: AudioFormat = WIDEBAND,
    position: int = 0,
) -> list[Heard]:
    async with scripted() as recognition:
        return await hear(
            recognition, pcm, size=size, audio_format=audio_format, position=position
        )


def test_what_is_said_is_heard_in_order() -> None:
    heard = run(hear_alone(TALK))

    assert texts(heard) == TEXTS
    assert [h.utterance for h in finals(heard)] == [1, 2, 3]


def test_positions_are_where_it_was_said() -> None:
    pcm = silence(1.0) + say("Ten letters") + silence(2.0)

    (final,) = finals(run(hear_alone(pcm, position=100_000)))

    assert abs(final.start - 116_000) <= 512
    assert abs(final.end - (116_000 + 11 * 960)) <= 512


@pytest.mark.parametrize("size", [1, 7, 333, 8191, 1_000_000])
def test_the_cut_of_the_bytes_changes_nothing(size: int) -> None:
    pcm = speech("Odd cuts?", pause=0.9)

    assert finals(run(hear_alone(pcm, size=size)))[0].text == "Odd cuts?"
    assert finals(run(hear_alone(pcm, size=size))) == finals(run(hear_alone(pcm)))
