"""How quick recognition is, and how much of it fits: without sockets and clients.

    python benchmarks/recognition.py fast|latency|streams [FOLDER] [--streams 10]

`fast`: ten minutes of speech as fast as it goes, model load included (target: 0.08 of
real time on two cores). `latency`: one live stream after another; from the edges of
the sound's energy to the first interim (0.7 s, p95 1.1 s) and to the final (0.9 s).
`streams`: so many at once, each another clip, looped (ten; lag p95 2 s), their cost,
and whether their text is that of the same sound heard fast.
"""

import argparse
import asyncio
import os
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.recordings import RATE, Recording, add_folder, read_recordings
from symbl_cli.media.format import AudioFormat
from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.recognition import Recognition

Samples = npt.NDArray[np.int16]

CHUNK = RATE // 10
FAST_SECONDS = 600
SHORT = 12.0
"""Clips up to so many seconds are clean speech from edge to edge."""
TAIL = 2.0
FRAME = RATE // 50
LOUD = 0.03
"""Of the loudest frame: what is louder is speech."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What was heard, and how many seconds after the stream had begun."""

    at: float
    heard: Heard


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["fast", "latency", "streams"])
    add_folder(parser)
    parser.add_argument("--streams", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each stream")
    arguments = parser.parse_args()
    recordings = read_recordings(arguments.folder)
    match arguments.what:
        case "fast":
            asyncio.run(_measure_fast(recordings))
        case "latency":
            asyncio.run(_measure_latency(recordings))
        case "streams":
            asyncio.run(
                _measure_streams(recordings, arguments.streams, arguments.seconds)
            )


async def _measure_fast(recordings: Sequence[Recording]) -> None:
    clips = (clip.samples() for clip in cycle(recordings))
    sound = np.concatenate(list(islice(clips, 8 * len(recordings))))
    sound = sound[: FAST_SECONDS * RATE]
    started = time.perf_counter()
    async with Recognition() as recognition:
        await _hear_fast(recognition, sound)
    factor = (time.perf_counter() - started) / (len(sound) / RATE)
    print(f"real-time factor {factor:.3f} for {len(sound) / RATE:.0f} s")


async def _measure_latency(recordings: Sequence[Recording]) -> None:
    firsts, finals = [], []
    async with Recognition() as recognition:
        recognition.warm()
        await recognition.ready()
        for recording in recordings:
            speech = recording.samples()
            if len(speech) > SHORT * RATE:
                continue
            sound = np.concatenate([_still(0.5), speech, _still(TAIL)])
            timed = await _hear_live(recognition, sound)
            first, last = _edges(sound)
            firsts.append(timed[0].at - first)
            finals.append(timed[-1].at - last)
    _print("first interim after speech begins", firsts)
    _print("final after speech ends", finals)


async def _measure_streams(
    recordings: Sequence[Recording], count: int, seconds: float
) -> None:
    longest = sorted(recordings, key=lambda clip: -len(clip.samples()))
    sounds = [_looped(clip, seconds) for clip in islice(cycle(longest), count)]
    before = time.process_time()
    async with Recognition() as recognition:
        recognition.warm()
        await recognition.ready()
        live = await asyncio.gather(*(_hear_live(recognition, s) for s in sounds))
    _print_cost(time.process_time() - before, seconds)
    everything = [timed for stream in live for timed in stream]
    lags = [timed.at - timed.heard.end / RATE for timed in everything]
    _print("lag of what was heard behind the sound", lags)
    interims = sum(not timed.heard.is_final for timed in everything)
    print(f"an interim every {count * seconds / max(interims, 1):.2f} s of a stream")
    async with Recognition() as recognition:
        fast = [await _hear_fast(recognition, sound) for sound in sounds]
    same = [
        _finals([t.heard for t in a]) == _finals(b)
        for a, b in zip(live, fast, strict=True)
    ]
    print(f"text as heard fast: {sum(same)} of {count}")


async def _hear_fast(recognition: Recognition, sound: Samples) -> list[Heard]:
    heard: list[Heard] = []
    listener = recognition.open(audio_format=AudioFormat(), on_heard=heard.append)
    for start in range(0, len(sound), CHUNK):
        listener.push(sound[start : start + CHUNK].tobytes())
        await listener.ready()
        await asyncio.sleep(0)
    await listener.finish()
    return heard


async def _hear_live(recognition: Recognition, sound: Samples) -> list[Timed]:
    timed: list[Timed] = []
    started = time.perf_counter()

    def on_heard(heard: Heard) -> None:
        timed.append(Timed(time.perf_counter() - started, heard))

    listener = recognition.open(audio_format=AudioFormat(), on_heard=on_heard)
    for start in range(0, len(sound), CHUNK):
        due = started + min(start + CHUNK, len(sound)) / RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        listener.push(sound[start : start + CHUNK].tobytes())
    await listener.finish()
    return timed


def _looped(clip: Recording, seconds: float) -> Samples:
    once = np.concatenate([clip.samples(), _still(1.0)])
    times = int(seconds * RATE / len(once)) + 1
    return np.tile(once, times)[: round(seconds * RATE)]


def _still(seconds: float) -> Samples:
    """A quiet room."""
    room = np.random.default_rng(1).standard_normal(round(seconds * RATE)) * 3
    return room.astype(np.int16)


def _edges(sound: Samples) -> tuple[float, float]:
    """Seconds at which the sound gets loud first, and stops being so."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME).astype(float)
    energy = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(energy > LOUD * energy.max())
    return float(loud[0] * FRAME / RATE), float((loud[-1] + 1) * FRAME / RATE)


def _finals(heard: Sequence[Heard]) -> list[str]:
    return [each.text for each in heard if each.is_final]


def _print(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{what}: p50 {statistics.median(ordered):.2f} s, p95 {p95:.2f} s, "
        f"max {ordered[-1]:.2f} s, n {len(ordered)}"
    )


def _print_cost(own: float, seconds: float) -> None:
    """Of the server's process and of its workers, which have ended by now."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    workers = usage.ru_utime + usage.ru_stime
    print(
        f"cost in cores: {own / seconds:.3f} server, {workers / seconds:.3f} workers, "
        f"of {os.cpu_count()}"
    )


if __name__ == "__main__":
    main()
