"""What the embedded server costs: whole commands, with the real recogniser.

    python benchmarks/server.py [--seconds 60] [--overhead-streams 8]

Linux only: it reads what processes use from /proc.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import wave
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.environments import CLIENTS, at_home, ours
from benchmarks.figures import Figure, print_figures
from benchmarks.processes import cpu_seconds, family, resident_megabytes
from benchmarks.recordings import DEFAULT, RATE, read_recordings
from symbl_cli.protocol.events import InsightId, MessageId
from symbl_cli.server.insights.findings import Party, Said
from symbl_cli.server.insights.insights import Insights
from symbl_cli.server.insights.settings import InsightSettings

Environment = Mapping[str, str]
FAST_SECONDS = 600
_SETTLING = 6.0
"""Seconds until a new server, its worker and its model are there."""
_CROWD = 4
"""Live streams for which a second worker is started."""
_PAIR = {"SYMBL_APP_ID": "an-id", "SYMBL_APP_SECRET": "a-secret"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--overhead-streams", type=int, default=8)
    arguments = parser.parse_args()
    programs = ours()
    figures = [
        *fast(programs),
        *live(programs, arguments.seconds),
        *crowd(programs, arguments.seconds),
        *overhead(programs, arguments.overhead_streams, arguments.seconds),
    ]
    print_figures(figures)


def fast(programs: Path) -> Iterator[Figure]:
    """A file as fast as it goes, and what its insights took of that."""
    with at_home() as environment:
        talk = _write_speech(Path(environment["HOME"]) / "talk.wav", FAST_SECONDS)
        command = [str(programs / "symbl"), "stream", str(talk), "--json"]
        begun = time.monotonic()
        ran = subprocess.run(
            command,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        took = time.monotonic() - begun
        server = _server_of(environment)
        recognising = sum(map(cpu_seconds, family(server)[1:]))
    texts = _finals(ran.stdout)
    yield Figure(
        f"{FAST_SECONDS} s of speech in a file, model load included",
        took / FAST_SECONDS,
        0.08,
        "of real time",
    )
    share = _insights_cpu(texts) / (recognising / len(texts))
    yield Figure("insights of one final, of its recognition's CPU", share * 100, 1, "%")


def live(programs: Path, seconds: float) -> Iterator[Figure]:
    """One stream that speaks all the time, with interims."""
    with at_home() as environment, _streams(programs, environment, 1, seconds):
        server = _server_of(environment)
        time.sleep(_SETTLING)
        before = _cpu(server)
        time.sleep(seconds - 2 * _SETTLING)
        used = (_cpu(server) - before) / (seconds - 2 * _SETTLING)
        memory = sum(map(resident_megabytes, family(server)))
    yield Figure("one live stream, CPU of all server processes", used, 0.2, "cores")
    yield Figure("one live stream, memory of all server processes", memory, 350, "MB")


def crowd(programs: Path, seconds: float) -> Iterator[Figure]:
    with at_home() as environment, _streams(programs, environment, _CROWD, seconds):
        server = _server_of(environment)
        time.sleep(seconds - _SETTLING)
        workers = [resident_megabytes(pid) for pid in family(server)[1:]]
    yield Figure(
        "each further worker", max(workers), 250, "MB", f"{len(workers)} workers"
    )


def overhead(programs: Path, count: int, seconds: float) -> Iterator[Figure]:
    """Streams in which nobody speaks, on a server whose recogniser does nothing."""
    with at_home(**_PAIR) as environment:
        command = [str(programs / "symbl"), "serve", "--recognizer", "scripted"]
        with subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE
        ) as server:
            assert server.stderr is not None
            url = next(
                word
                for word in server.stderr.readline().decode().split()
                if "://" in word
            )
            streams = [_silent(programs, environment, url) for _ in range(count)]
            time.sleep(_SETTLING)
            before = cpu_seconds(server.pid)
            time.sleep(seconds)
            used = (cpu_seconds(server.pid) - before) / seconds / count
            for stream in streams:
                stream.terminate()
                stream.wait()
            server.terminate()
    yield Figure(
        "a live stream without recognition",
        used * 100,
        0.5,
        "% of a core",
        f"{count} streams",
    )


def _insights_cpu(texts: Sequence[str]) -> float:
    """Seconds for one of *texts*, once everything is loaded."""
    kinds = frozenset({"question", "action_item", "follow_up", "topic"})
    for _ in range(2):
        insights = Insights(InsightSettings(kinds=kinds), InsightId)
        begun = time.process_time()
        for number, text in enumerate(texts):
            insights.hear(_said(number, text))
        used = time.process_time() - begun
    return used / len(texts)


def _said(number: int, text: str) -> Said:
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    ann = Party("Ann", id="ann")
    return Said(MessageId(str(number)), text, ann, number * 5.0, number * 5.0 + 4, at)


def _finals(lines: bytes) -> list[str]:
    said = (json.loads(line) for line in lines.splitlines())
    return [one["text"] for one in said if one["type"] == "transcript" and one["text"]]


@contextmanager
def _streams(
    programs: Path, environment: Environment, count: int, seconds: float
) -> Iterator[None]:
    talk = _write_speech(Path(environment["HOME"]) / "talk.wav", seconds + 60)
    command = [str(programs / "symbl"), "stream", str(talk), "--pace", "realtime"]
    streams = [
        subprocess.Popen(
            [*command, "--json", "--interim"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for stream in streams:
            stream.terminate()
            stream.wait()


def _silent(
    programs: Path, environment: Environment, url: str
) -> subprocess.Popen[bytes]:
    silence = subprocess.Popen(
        [sys.executable, CLIENTS / "silence.py"], stdout=subprocess.PIPE
    )
    stream = subprocess.Popen(
        [str(programs / "symbl"), "stream", "-", "--json", "--api-url", url],
        env=environment,
        stdin=silence.stdout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert silence.stdout is not None
    silence.stdout.close()  # so that it ends with the one who reads
    return stream


def _cpu(server: int) -> float:
    return sum(map(cpu_seconds, family(server)))


def _server_of(environment: Environment) -> int:
    """The process id of the server that a command has started or is starting."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for file in Path(environment["HOME"]).rglob("server.json"):
            return int(json.loads(file.read_text("utf-8"))["pid"])
        time.sleep(0.1)
    raise SystemExit("no server has started")


def _write_speech(path: Path, seconds: float) -> Path:
    """Clips of several voices, one after another, again and again."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        left = round(seconds * RATE)
        for clip in cycle([one.samples() for one in read_recordings(DEFAULT)]):
            file.writeframes(clip[:left].tobytes())
            left -= len(clip)
            if left <= 0:
                return path
    raise AssertionError(os.fspath(path))


if __name__ == "__main__":
    main()
