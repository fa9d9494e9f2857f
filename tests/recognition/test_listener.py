"""Streams of scripted speech through real worker processes."""

import asyncio
import os
import signal
import struct
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import pytest

from symbl_cli.errors import SymblError
from symbl_cli.media.format import AudioFormat, Encoding
from symbl_cli.server.recognition.decoder import open_decoder
from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.listener import BOUND, Recognition
from symbl_cli.server.recognition.scripted import DEADLY, ENDLESS, SLOW
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


def test_neighbours_and_further_workers_change_nothing() -> None:
    talks = [speech(f"This is number {n}.", "And it ends here") for n in range(4)]

    async def beside_one_another() -> list[list[Heard]]:
        async with scripted(workers=2) as recognition:
            work = (hear(recognition, talk, size=999) for talk in talks)
            return await asyncio.gather(*work)

    together = [finals(heard) for heard in run(beside_one_another())]

    assert together == [finals(run(hear_alone(talk))) for talk in talks]


def test_interims_grow_into_the_final() -> None:
    async def with_a_break_for_the_first() -> list[Heard]:
        heard: list[Heard] = []
        is_heard = asyncio.Event()

        def on_heard(one: Heard) -> None:
            heard.append(one)
            is_heard.set()

        async with scripted() as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=on_heard)
            await recognition.ready()
            listener.push(silence(0.5) + say("Words come "))
            await is_heard.wait()
            listener.push(say("one by one.") + silence(1.0))
            await listener.finish()
        return heard

    (first, *_, last) = run(with_a_break_for_the_first())

    assert (first.rev, first.is_final, last.is_final) == (1, False, True)
    assert last.text == "Words come one by one."
    assert last.text.startswith(first.text)
    assert first.start == last.start
    assert first.text
    assert last.rev > 1


def test_a_killed_worker_is_replaced_and_nothing_is_lost() -> None:
    async def with_a_murder() -> tuple[list[str], bool]:
        heard: list[Heard] = []
        async with scripted() as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=heard.append)
            await recognition.ready()
            victims = recognition.worker_pids
            for pid in victims:
                os.kill(pid, signal.SIGKILL)
            listener.push(TALK)
            await listener.finish()
            return texts(heard), recognition.worker_pids != victims

    assert run(with_a_murder()) == (TEXTS, True)


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


def test_a_worker_that_stands_still_is_replaced_and_nothing_is_lost() -> None:
    async def with_a_standstill() -> tuple[list[tuple[str, str]], bool]:
        heard: list[Heard] = []
        async with scripted(patience=2) as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=heard.append)
            await recognition.ready()
            stopped = recognition.worker_pids
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            listener.push(TALK)
            await listener.finish()
            return said_and_failed(heard), recognition.worker_pids != stopped

    assert run(with_a_standstill()) == ([(text, "") for text in TEXTS], True)


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


def test_half_a_sentence_is_shown_whole_when_no_more_sound_comes() -> None:
    async def stalled() -> str:
        shown: asyncio.Queue[Heard] = asyncio.Queue()
        async with scripted() as recognition:
            listener = recognition.open(
                audio_format=WIDEBAND, on_heard=shown.put_nowait
            )
            await recognition.ready()
            listener.push(silence(0.5) + say("Nobody said "))
            text = (await shown.get()).text
            # Too little to be worth an interim of its own.
            listener.push(say("half .."))
            while "half" not in text:
                text = (await shown.get()).text
            return text

    assert run(stalled()).startswith("Nobody said half")


def test_a_gap_ends_the_utterance_and_moves_the_count() -> None:
    async def with_a_gap() -> tuple[list[Heard], int]:
        heard: list[Heard] = []
        async with scripted() as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=heard.append)
            listener.push(silence(1.0) + say("Cut off"))
            listener.skip(listener.received, 160_000)
            listener.push(say("here") + silence(1.0))
            await listener.finish()
            return heard, listener.received

    heard, received = run(with_a_gap())
    first, second = finals(heard)

    assert (first.text, second.text) == ("Cut off", "here")
    assert first.end == 16_000 + 7 * 960
    assert second.start == 160_000
    assert received == 160_000 + 4 * 960 + 16_000


def test_a_pause_ends_the_utterance_and_keeps_the_count() -> None:
    async def with_a_pause() -> tuple[list[Heard], int]:
        heard: list[Heard] = []
        async with scripted() as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=heard.append)
            listener.push(say("One"))
            listener.skip(listener.received, listener.received)
            listener.push(say("two"))
            await listener.finish()
            return heard, listener.received

    heard, received = run(with_a_pause())

    assert texts(heard) == ["One", "two"]
    assert received == 6 * 960


def test_another_format_goes_on_at_the_first_rate() -> None:
    async def with_two_formats() -> tuple[list[Heard], int]:
        heard: list[Heard] = []
        async with scripted() as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=heard.append)
            listener.push(silence(1.0) + say("Wide") + silence(1.0))
            listener.change_format(AudioFormat(8000))
            listener.push(silence(1.0, 8000) + say("narrow", 8000) + silence(1.0, 8000))
            await listener.finish()
            return heard, listener.received

    heard, received = run(with_two_formats())

    assert texts(heard) == ["Wide", "narrow"]
    assert received == 4 * 16_000 + 10 * 960
    assert abs(finals(heard)[1].start - (3 * 16_000 + 4 * 960)) <= 512


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_every_rate_is_heard_at_its_own_positions(rate: int) -> None:
    pcm = silence(1.0, rate) + say("Any rate.", rate) + silence(1.0, rate)

    (final,) = finals(run(hear_alone(pcm, audio_format=AudioFormat(rate))))

    assert final.text == "Any rate."
    assert abs(final.start / rate - 1.0) <= 0.032
    assert abs(final.end / rate - (1.0 + 9 * 0.06)) <= 0.032


def mulaw(pcm: bytes) -> bytes:
    """*pcm* as G.711, by asking the decoder which byte comes nearest."""
    decoder = open_decoder(AudioFormat(16000, encoding=Encoding.MULAW))
    table = (decoder.push(bytes(range(256))) * 32768).tolist()
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    nearest = {s: min(range(256), key=lambda b: abs(table[b] - s)) for s in {*samples}}
    return bytes(nearest[sample] for sample in samples)


def test_mulaw_is_heard() -> None:
    pcm = mulaw(speech("Telephone", sample_rate=8000))
    telephone = AudioFormat(8000, encoding=Encoding.MULAW)

    assert texts(run(hear_alone(pcm, audio_format=telephone))) == ["Telephone"]


def test_an_abandoned_stream_says_nothing_more() -> None:
    async def abandoned() -> list[Heard]:
        heard: list[Heard] = []
        async with scripted() as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=heard.append)
            listener.push(TALK)
            listener.close()
            listener.close()
            await hear(recognition, TALK)
        return heard

    assert run(abandoned()) == []


def test_a_long_file_has_to_wait() -> None:
    async def too_fast() -> tuple[bool, bool]:
        async with scripted() as recognition:
            listener = recognition.open(audio_format=WIDEBAND, on_heard=lambda _: None)
            listener.push(speech("Minutes of it. ", pause=1.1) * 60)
            is_waiting = listener.backlog >= BOUND
            await listener.ready()
            return is_waiting, listener.backlog < BOUND

    assert run(too_fast()) == (True, True)


def test_a_recogniser_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "base-en"
    broken.mkdir()
    (broken / "model.json").write_text('{"architecture": "BASE"}')

    async def without_a_model() -> None:
        async with Recognition(models_folder=tmp_path) as recognition:
            recognition.warm()
            await recognition.ready()

    with pytest.raises(SymblError, match="cannot be loaded"):
        run(without_a_model())


def test_a_recogniser_that_failed_is_looked_for_again(tmp_path: Path) -> None:
    broken = tmp_path / "base-en"
    broken.mkdir()
    (broken / "model.json").write_text('{"architecture": "BASE"}')

    async def repaired() -> int:
        async with Recognition(models_folder=tmp_path) as recognition:
            recognition.warm()
            with pytest.raises(SymblError):
                await recognition.ready()
            (broken / "model.json").unlink()
            recognition.warm()
            await recognition.ready()
            return len(recognition.worker_pids)

    assert run(repaired()) == 1
