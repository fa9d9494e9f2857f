"""How soon commands answer: from the start of the process.

    python benchmarks/startup.py [--rounds 15]

Everything is installed into environments of its own (`build/benchmarks`) first.
"""

import argparse
import json
import re
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.environments import CLIENTS, at_home, ours, peers
from benchmarks.figures import Figure, medians, print_figures
from benchmarks.recordings import DEFAULT, read_recordings
from benchmarks.service import Service, serving

Environment = Mapping[str, str]
CONVERSATIONS = 1000
_LONG_ENOUGH = 12.0
"""Seconds after which a server that nobody needs has ended."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    mine, theirs = ours(), peers()
    figures = [
        *answers(mine, rounds),
        *first_sound(mine, theirs, rounds),
        *asking(mine, theirs, rounds),
        *cold_start(mine, max(3, rounds // 5)),
    ]
    print_figures(figures)


def answers(mine: Path, rounds: int) -> Iterator[Figure]:
    with at_home() as environment:
        python, symbl = str(mine / "python"), str(mine / "symbl")
        took = medians(
            {
                "pass": partial(duration, [python, "-c", "pass"], environment),
                "click": partial(duration, [python, "-c", "import click"], environment),
                "version": partial(duration, [symbl, "--version"], environment),
                "help": partial(duration, [symbl, "--help"], environment),
            },
            rounds,
        )
    yield Figure(
        "`symbl --version` / `python -c pass`", took["version"] / took["pass"], 2
    )
    yield Figure(
        "`symbl --help` / `python -c 'import click'`", took["help"] / took["click"], 1.3
    )


def first_sound(mine: Path, theirs: Path, rounds: int) -> Iterator[Figure]:
    with (
        serving() as service,
        at_home(SYMBL_API_URL=service.url, SYMBL_ACCESS_TOKEN="a.token") as environment,
    ):
        talk = Path(environment["HOME"]) / "talk.wav"
        _write_silence(talk)
        symbl, sdk = str(mine / "symbl"), str(CLIENTS / "sdk.py")
        commands = {
            "symbl": [symbl, "stream", str(talk), "--pace", "fast", "--json"],
            "ours": [str(mine / "python"), sdk, "symbl_cli", service.url, "0.1"],
            "vendor": [str(theirs / "python"), sdk, "symbl", service.url, "0.1"],
            "websockets": [
                str(theirs / "python"),
                str(CLIENTS / "plain_websockets.py"),
                service.url,
                "0.1",
            ],
        }
        took = medians(
            {
                name: partial(until_sound, command, environment, service)
                for name, command in commands.items()
            },
            rounds,
        )
    name = "first sound at a ready server, {} / {}"
    for who, said in (("symbl", "`symbl stream`"), ("ours", "our Python surface")):
        note = f"{took[who] * 1e3:.0f} ms"
        vendor, bare = took[who] / took["vendor"], took[who] / took["websockets"]
        yield Figure(name.format(said, "the vendor's SDK"), vendor, 0.1, note=note)
        yield Figure(name.format(said, "a bare `websockets` client"), bare, 0.9)


def asking(mine: Path, theirs: Path, rounds: int) -> Iterator[Figure]:
    """`conversation messages last`, without a server and with one; and `list`."""
    with at_home() as environment:
        _fill(mine, environment)
        symbl = str(mine / "symbl")
        ask = partial(
            duration, [symbl, "conversation", "messages", "last"], environment
        )
        bare = partial(
            duration, [str(theirs / "python"), "-c", "import requests"], environment
        )
        took = medians({"first": partial(_rested, ask), "requests": bare}, 3)
        yield Figure(
            _ASKING.format("no server running"), took["first"] / took["requests"], 5
        )
        list_all = partial(duration, [symbl, "conversation", "list"], environment)
        took = medians({"again": ask, "list": list_all, "requests": bare}, rounds)
        yield Figure(
            _ASKING.format("a server running"), took["again"] / took["requests"], 2
        )
        yield Figure(
            "`conversation list` of 1,000 / `import requests`, a server running",
            took["list"] / took["requests"],
            2,
        )
        time.sleep(_LONG_ENOUGH)


_ASKING = "`conversation messages last` of 1,000 / `import requests`, {}"


def cold_start(mine: Path, rounds: int) -> Iterator[Figure]:
    """With speech flowing from the first moment."""
    speech = read_recordings(DEFAULT)[0].pcm()
    took = [_until_words(mine, speech) for _ in range(rounds)]
    listening, interim = (
        sorted(times)[rounds // 2] for times in zip(*took, strict=True)
    )
    yield Figure("process start to `listening`, no server running", listening, 1, "s")
    yield Figure("process start to the first interim", interim, 3, "s")


def duration(command: Sequence[str], environment: Environment) -> float:
    begun = time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def until_sound(
    command: Sequence[str], environment: Environment, service: Service
) -> float:
    begun = time.monotonic()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return service.first_sound - begun


def _until_words(mine: Path, speech: bytes) -> tuple[float, float]:
    command = [str(mine / "symbl"), "stream", "-", "--json", "--interim"]
    with at_home() as environment:
        begun, listening = time.monotonic(), 0.0
        with running(command, environment) as process:
            Thread(target=_talk, args=(process, speech), daemon=True).start()
            assert process.stdout is not None
            for text in process.stdout:
                line = json.loads(text)
                if line.get("state") == "listening":
                    listening = time.monotonic() - begun
                if line["type"] == "transcript":
                    break
            interim = time.monotonic() - begun
            process.terminate()
            process.stdout.read()
        time.sleep(_LONG_ENOUGH)
    return listening, interim


@contextmanager
def running(
    command: Sequence[str], environment: Environment
) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        command,
        env=environment,
        bufsize=0,  # else its end fails on what it did not read any more
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield process


def _talk(process: subprocess.Popen[bytes], speech: bytes) -> None:
    """At the speed of speech, until nobody listens."""
    assert process.stdin is not None
    begun = time.monotonic()
    try:
        for at in range(0, len(speech), 3200):
            time.sleep(max(0.0, begun + at / 32000 - time.monotonic()))
            process.stdin.write(speech[at : at + 3200])
            process.stdin.flush()
    except (OSError, ValueError):  # nobody listens any more
        return


def _rested(ask: Callable[[], float]) -> float:
    """*ask* when the server of the last time has ended."""
    time.sleep(_LONG_ENOUGH)
    return ask()


def _fill(mine: Path, environment: Environment) -> None:
    """A store of so many conversations: one, imported under ever new ids."""
    home = Path(environment["HOME"])
    symbl = str(mine / "symbl")
    subprocess.run(
        [symbl, "stream", "--demo", "--json"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    exported = home / "all.json"
    run = partial(subprocess.run, env=environment, check=True, capture_output=True)
    run([symbl, "conversation", "export", "--all", str(exported)])
    whole = json.loads(exported.read_text("utf-8"))
    (pattern,) = whole["conversations"]
    whole["conversations"] = [
        _renamed(pattern, number) for number in range(CONVERSATIONS - 1)
    ]
    exported.write_text(json.dumps(whole), "utf-8")
    run([symbl, "conversation", "import", str(exported)])


def _renamed(conversation: object, number: int) -> object:
    """Every id of 16 digits another one."""

    def other(match: re.Match[str]) -> str:
        return f'"{int(match[1]) + (number + 1) * 1_000_003:016}"'

    return json.loads(re.sub(r'"(\d{16})"', other, json.dumps(conversation)))


def _write_silence(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(3200))


if __name__ == "__main__":
    main()
