"""Workers that die, stand still or are at work for others."""

import asyncio
import os
import signal

import pytest

from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.scripted import DEADLY, ENDLESS, SLOW
from tests.recognition.listening import (
    TALK,
    TEXTS,
    WIDEBAND,
    finals,
    hear,
    hear_alone,
    run,
    scripted,
    texts,
)
from tests.scripted_speech import speech


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_dies_or_hangs_is_replaced_and_nothing_is_lost(
    sent: signal.Signals,
) -> None:
    async def with_a_loss() -> tuple[list[tuple[str, str]], bool]:
        heard: list[Heard] = []
        async with scripted(patience=2) as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=heard.append)
            await recognition.ready()
            lost = recognition.worker_pids
            for pid in lost:
                os.kill(pid, sent)
            listener.push(TALK)
            await listener.finish()
            return said_and_failed(heard), recognition.worker_pids != lost

    assert run(with_a_loss()) == ([(text, "") for text in TEXTS], True)


def test_what_kills_every_worker_is_given_up_and_the_rest_is_heard() -> None:
    talk = speech("Before", f"Deadly {DEADLY} words", "After")

    heard = run(hear_alone(talk))

    assert said_and_failed(heard) == [
        ("Before", ""),
        ("", "the recogniser died"),
        ("After", ""),
    ]


def said_and_failed(heard: list[Heard]) -> list[tuple[str, str]]:
    return [(one.text, one.failure) for one in finals(heard)]


def test_what_no_worker_reads_to_its_end_is_given_up_and_the_rest_is_heard() -> None:
    talk = speech("Before", f"Endless {ENDLESS} words", "After")

    async def beside_another() -> list[list[Heard]]:
        async with scripted(patience=2) as recognition:
            work = (hear(recognition, one) for one in (talk, TALK))
            return await asyncio.gather(*work)

    endless, other = run(beside_another())

    assert said_and_failed(endless) == [
        ("Before", ""),
        ("", "the recogniser did not answer within 2 s"),
        ("After", ""),
    ]
    assert texts(other) == TEXTS


def test_who_waits_his_turn_gets_on_with_whoever_is_read() -> None:
    async def lives() -> int:
        async with scripted() as recognition:
            waiting = recognition.open(audio_format=WIDEBAND, on_heard=lambda _: None)
            await hear(recognition, speech(f"Slow{SLOW}"))
            return waiting.life

    assert run(lives()) > 1


def test_a_worker_at_a_standstill_gives_no_sign_of_life_for_its_stream() -> None:
    """Whatever other workers do for other streams."""

    async def signs() -> tuple[bool, bool]:
        async with scripted(workers=2) as recognition:
            while len(recognition.worker_pids) < 2:
                await asyncio.gather(*(hear(recognition, TALK) for _ in range(2)))
            stopped, _ = recognition.worker_pids
            os.kill(stopped, signal.SIGSTOP)
            first, second = (
                recognition.open(audio_format=WIDEBAND, on_heard=lambda _: None)
                for _ in range(2)
            )
            for listener in (first, second):
                listener.push(speech(f"Slow{SLOW}"))
            before = first.life, second.life
            finishing = [asyncio.create_task(one.finish()) for one in (first, second)]
            await asyncio.wait(finishing, return_when=asyncio.FIRST_COMPLETED)
            for one in finishing:
                one.cancel()
            grown = first.life - before[0], second.life - before[1]
            return min(grown) == 0, max(grown) > 1

    assert run(signs()) == (True, True)
