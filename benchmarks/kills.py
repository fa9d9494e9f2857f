"""Kill `symbl stream` at random moments, and see what comes back.

    python benchmarks/kills.py --times 50

Sound of one speaker, and every second time of two, is sent at the speed of speech and
read by the scripted recogniser, so every word is known. Each file is read by a parser
that is not ours. Failures: one that does not parse, that lacks a final that was told
before, has one twice, by another or at another time, or what nobody said; and a word
spoken over a second before the kill that `symbl recover` does not bring back.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.cli.read_back import (
    Cue,
    Final,
    files_in,
    finals_of,
    named,
    read_jsonl,
    read_markdown,
    read_srt,
    read_text,
    read_vtt,
    read_wire,
    spoken,
)
from tests.command_line import Home
from tests.runs.killed import Victim, victim
from tests.scripted_speech import cut, say, silence
from tests.wavs import fmt_chunk, wav_file

TEXTS = ("The van is late.", "Who drives it?", "I will call Ann.", "Then we can go.")
OTHERS = ("No idea.", "Ask the depot.", "All the same to me.", "It is time.")
TALK = tuple(zip(TEXTS, OTHERS, strict=True))
PAUSE = 1.2
"""Enough for a sentence to become final by itself."""
BYTE = 0.06
"""Seconds that the scripted recogniser needs for one."""
SAMPLES = 16000
ENDLESS = 0xFFFF_FFFF

Lines = list[dict[str, object]]


@dataclass(frozen=True)
class Script:
    """Who says what, one after the other, over and over."""

    turns: tuple[Final, ...]
    options: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self.turns))

    @property
    def head(self) -> bytes:
        """What stands before the sound, where it is of several."""
        shape = fmt_chunk(channels=len(self.names))
        return wav_file(b"", fmt=shape, size=ENDLESS) if len(self.names) > 1 else b""

    @property
    def rate(self) -> int:
        """Bytes a second."""
        return 2 * SAMPLES * len(self.names)

    def sound(self, seconds: float) -> bytes:
        """At least so much of it."""
        once = b"".join(
            silence(PAUSE) * len(self.names) + self._say(*turn) for turn in self.turns
        )
        return once * (int(seconds * self.rate) // len(once) + 1)

    def _say(self, name: str, text: str) -> bytes:
        voice = say(text)
        voices = [voice if one == name else bytes(len(voice)) for one in self.names]
        return b"".join(chain(*zip(*(cut(one, 2) for one in voices), strict=True)))


ONE = Script(tuple(("Speaker 1", text) for text in TEXTS))
TWO = Script(
    tuple(chain(*((("Ann", text), ("Bea", other)) for text, other in TALK))),
    ("--speaker", "Ann", "--speaker", "Bea"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--longest", type=float, default=12.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    moments = random.Random(options.seed)
    lost: list[float] = []
    checked: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        home = Home(Path(folder))
        with home.scripted_server():
            for number in range(options.times):
                seconds = moments.uniform(0.1, options.longest)
                outputs = Path(folder) / f"run-{number}"
                outputs.mkdir()
                script = (ONE, TWO)[number % 2]
                lost.append(kill_once(home, outputs, script, seconds, checked))
                print(
                    f"{number + 1:3} {len(script.names)} speaking, killed at "
                    f"{seconds:5.2f} s: lost {lost[-1]:.2f} s",
                    flush=True,
                )
    print(f"{options.times} kills, half of them of two speakers")
    print(f"at most {max(lost):.2f} s lost; finals that were read back, none missing,")
    print("none twice: " + ", ".join(f"{name} {n}" for name, n in checked.items()))
    sys.exit(max(lost) > 1.0)


def kill_once(
    home: Home, outputs: Path, script: Script, seconds: float, checked: Counter[str]
) -> float:
    """How much of what was spoken before the kill did not come back, in seconds."""
    with victim(home, *script.options, *named(outputs)) as run:
        send_paced(run, script, seconds)
        run.kill()
        assert run.process.stdout is not None
        rest = run.process.stdout.read().decode()
    # The last may be half.
    told = [*run.lines, *map(json.loads, rest.split("\n")[:-1])]
    checked.update(check_files(outputs, script, told))
    recovered = home.run("recover", "last")
    duration = max(0, run.sent - len(script.head)) / script.rate
    if recovered.code:
        # Not even the folder was there yet.
        assert not finals_of(told), recovered.stderr
        return duration
    heard = said_in(home, recovered.stdout.strip())
    return max(
        lost_seconds("".join(heard.get(name, [])), script, name, duration)
        for name in script.names
    )


def send_paced(run: Victim, script: Script, seconds: float) -> None:
    """As spoken; *seconds* count from when the run listens."""
    sound = script.head + script.sound(seconds + PAUSE)
    run.send(sound[: int(PAUSE * script.rate)])
    run.until("listening")
    began = time.monotonic()
    while (since := time.monotonic() - began) < seconds:
        until = int((PAUSE + since) * script.rate)
        run.send(sound[run.sent : until])
        time.sleep(0.02)


def check_files(outputs: Path, script: Script, told: Lines) -> dict[str, int]:
    """Every file parses, and holds what was *told*; how many finals each has."""
    paths = files_in(outputs)
    finals = finals_of(told)
    lines = read_jsonl(paths["jsonl"]) if _has_words(paths["jsonl"]) else []
    assert lines[: len(told)] == told[: len(lines)]
    srt = read_srt(paths["srt"]) if _has_words(paths["srt"]) else []
    vtt = read_vtt(paths["vtt"]) if _has_words(paths["vtt"]) else []
    has_begun = "## Transcript" in _text(paths["markdown"])
    found = {
        "jsonl": finals_of(lines),
        "srt": cues_in(srt, told),
        "vtt": cues_in(vtt, told),
        "markdown": read_markdown(paths["markdown"]) if has_begun else [],
        "text": read_text(paths["text"]) if _has_words(paths["text"]) else [],
    }
    for name, said in found.items():
        assert said[: len(finals)] == finals, (name, said, finals)
        check_said(name, said, script)
    wire = paths["record-wire"]
    assert {text for _, text in finals} <= (read_wire(wire) if wire.exists() else set())
    check_sound(paths["save-audio"], script)
    return {name: len(said) for name, said in found.items()}


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _has_words(path: Path) -> bool:
    return bool(_text(path))


def cues_in(cues: list[Cue], told: Lines) -> list[Final]:
    """*cues*, those of what was *told* at its time; no sentence needs two."""
    count = len(finals_of(told))
    assert spoken(cues[:count], told) == finals_of(told)
    return [(cue.speaker, cue.text) for cue in cues]


def check_said(name: str, said: list[Final], script: Script) -> None:
    """All that was said comes in order, and nothing twice."""
    assert said == list(islice(cycle(script.turns), len(said))), (name, said)


def check_sound(path: Path, script: Script) -> None:
    """It can be played, and is what was sent."""
    if not path.exists():
        return
    with wave.open(str(path)) as wav:
        assert (wav.getframerate(), wav.getnchannels()) == (SAMPLES, len(script.names))
        frames = wav.getnframes()
        assert script.sound(frames / SAMPLES).startswith(wav.readframes(frames))


def said_in(home: Home, conversation: str) -> dict[str, list[str]]:
    """By speaker, without spaces, which silences may become too."""
    listed = home.run("conversation", "messages", conversation).stdout
    said: dict[str, list[str]] = {}
    for line in listed.splitlines():
        found = re.fullmatch(r"\[[\d:]+\] (\w+(?: \d+)?): (.*)", line)
        assert found is not None, line
        said.setdefault(found[1], []).append(found[2].replace(" ", ""))
    return said


def lost_seconds(heard: str, script: Script, name: str, duration: float) -> float:
    """From the first letter of *name* that was not *heard* to *duration* seconds."""
    letters = spoken_letters(script, name)
    for letter in heard:
        said, _ = next(letters)
        assert said == letter, (heard, said)
    _, began = next(letters)
    return max(0.0, duration - began)


def spoken_letters(script: Script, name: str) -> Iterator[tuple[str, float]]:
    """Without spaces, and when each begins."""
    position = 0.0
    for speaker, text in cycle(script.turns):
        position += PAUSE
        for letter in text:
            if letter != " " and speaker == name:
                yield letter, position
            position += BYTE


if __name__ == "__main__":
    main()
