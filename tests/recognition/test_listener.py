"""Streams of scripted speech through real worker processes."""

import asyncio
import struct
from pathlib import Path

import pytest

from symbl_cli.errors import SymblError
from symbl_cli.media.format import AudioFormat, Encoding
from symbl_cli.server.recognition.decoder import open_decoder
from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.listener import BOUND
from symbl_cli.server.recognition.recognition import Recognition
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
from tests.scripted_speech import say, silence, speech


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
    (samples,) = decoder.push(bytes(range(256)))
    table = (samples * 32768).tolist()
    wanted = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    nearest = {s: min(range(256), key=lambda b: abs(table[b] - s)) for s in {*wanted}}
    return bytes(nearest[sample] for sample in wanted)


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
