"""Streams of scripted speech, and what of them is heard."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from symbl_cli.media.format import AudioFormat
from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.recognition import Recognition
from symbl_cli.server.settings import RecognizerName
from tests.scripted_speech import cut, speech

T = TypeVar("T")

WIDEBAND = AudioFormat()
TALK = speech("Hello there.", "How are you today?", "Fine")
TEXTS = ["Hello there.", "How are you today?", "Fine"]


def run(work: Awaitable[T], *, timeout: float = 60) -> T:
    async def within() -> T:
        return await asyncio.wait_for(work, timeout)

    return asyncio.run(within())


def scripted(*, workers: int = 1, patience: float = 60) -> Recognition:
    return Recognition(RecognizerName.SCRIPTED, workers=workers, patience=patience)


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
