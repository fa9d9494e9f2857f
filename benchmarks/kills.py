"""Kill `symbl stream` at random moments, and see what comes back.

    python benchmarks/kills.py --times 50

Sound is sent at the speed of speech and read by the scripted recogniser, so every
word is known: a file that does not parse, or lacks a final that was told before, and
a word spoken over a second before the kill that `symbl recover` does not bring back,
are failures.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.cli.read_back import files_in, named
from tests.command_line import Home
from tests.runs.killed import Victim, victim, words_of
from tests.scripted_speech import say, silence

TEXTS = ("The van is late.", "Who drives it?", "I will call Ann.", "Then we can go.")
PAUSE = 0.8
BYTE = 0.06
"""Seconds that the scripted recogniser needs for one."""
RATE = 2 * 16000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--longest", type=float, default=12.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    moments = random.Random(options.seed)
    lost: list[float] = []
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        home = Home(Path(folder))
        with home.scripted_server():
            for number in range(options.times):
                seconds = moments.uniform(0.1, options.longest)
                outputs = Path(folder) / f"run-{number}"
                outputs.mkdir()
                lost.append(kill_once(home, outputs, seconds))
                print(
                    f"{number + 1:3} killed at {seconds:5.2f} s: lost {lost[-1]:.2f} s"
                )
    print(f"{options.times} kills: at most {max(lost):.2f} s lost; every file whole")
    sys.exit(max(lost) > 1.0)


def kill_once(home: Home, outputs: Path, seconds: float) -> float:
    """How much of what was spoken before the kill did not come back, in seconds."""
    with victim(home, *named(outputs)) as run:
        send_paced(run, seconds)
        run.kill()
        assert run.process.stdout is not None
        told = whole_lines(run.process.stdout.read().decode())
    run.lines = told
    check_files(outputs, run.finals)
    recovered = home.run("recover", "last")
    if recovered.code:
        # Not even the folder was there yet.
        assert not run.finals, recovered.stderr
        return run.sent / RATE
    heard = words_of(home, recovered.stdout.strip()).replace(" ", "")
    return lost_seconds(heard, run.sent / RATE)


def send_paced(run: Victim, seconds: float) -> None:
    """As spoken; *seconds* count from when the run listens."""
    sound = b"".join(silence(PAUSE) + say(text) for text in TEXTS)
    repeated = sound * (int((seconds + PAUSE) * RATE) // len(sound) + 1)
    run.send(repeated[: int(PAUSE * RATE)])
    run.until("listening")
    began = time.monotonic()
    while (spoken := time.monotonic() - began) < seconds:
        until = int((PAUSE + spoken) * RATE)
        run.send(repeated[run.sent : until])
        time.sleep(0.02)


def whole_lines(text: str) -> list[dict[str, object]]:
    """The last may be half."""
    return [json.loads(line) for line in text.split("\n")[:-1]]


def check_files(outputs: Path, finals: list[str]) -> None:
    """Every file parses, and holds *finals*."""
    paths = files_in(outputs)
    sound = paths.pop("save-audio")
    for name, path in paths.items():
        content = path.read_text() if path.exists() else ""
        if name in {"jsonl", "record-wire"}:
            for line in content.splitlines():
                json.loads(line)
        unwrapped = " ".join(content.split())
        missing = [text for text in finals if text not in unwrapped]
        assert not missing, (name, missing, content)
    with suppress(FileNotFoundError), wave.open(str(sound)) as wav:
        assert wav.getframerate() == 16000


def lost_seconds(heard: str, spoken: float) -> float:
    """From the beginning of the first letter not *heard* to *spoken* seconds."""
    letters = spoken_letters()
    for letter in heard:
        said, _ = next(letters)
        assert said == letter, (heard, said)
    _, began = next(letters)
    return max(0.0, spoken - began)


def spoken_letters() -> Iterator[tuple[str, float]]:
    """Without spaces, which silences may become too, and when each begins."""
    position = 0.0
    for text in cycle(TEXTS):
        position += PAUSE
        for letter in text:
            if letter != " ":
                yield letter, position
            position += BYTE


if __name__ == "__main__":
    main()
