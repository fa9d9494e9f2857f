"""What the client costs while a conversation runs, beside programs of other libraries.

    python benchmarks/streaming.py [--seconds 30] [--rounds 3]

All talk to the stand-in service of `service.py`: sound at the speed of speech out and,
where it is about receiving, a hundred results a second in.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.environments import CLIENTS, at_home, ours, peers
from benchmarks.figures import Figure, medians, print_figures
from benchmarks.processes import resident_megabytes
from benchmarks.service import serving

Environment = Mapping[str, str]
RESULTS = 100.0
_SHORT = 2.0
"""Seconds of a run that is taken off a longer one: what starting costs."""
_AHEAD = 1.0
"""Seconds that are left out while everything starts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=5.0, help="of memory")
    arguments = parser.parse_args()
    programs = _programs(ours(), peers())
    figures = [
        *sending(programs, arguments.seconds, arguments.rounds),
        *receiving(programs, arguments.seconds, arguments.rounds),
        *printing(programs, arguments.seconds, arguments.rounds),
        *remembering(programs, arguments.minutes),
    ]
    print_figures(figures)


def sending(
    programs: Mapping[str, Sequence[str]], seconds: float, rounds: int
) -> Iterator[Figure]:
    with serving() as service, at_home(**_remote(service.url)) as environment:
        took = medians(
            {
                name: partial(_cost, programs[name], service.url, seconds, environment)
                for name in ("symbl", "ours", "vendor", "socket")
            },
            rounds,
        )
    share = f"{took['ours'] * 100:.2f} % of a core"
    yield Figure(
        "sending at the speed of speech, CPU, our Python surface / the vendor's SDK",
        took["ours"] / took["vendor"],
        1,
        note=share,
    )
    yield Figure("… / a raw socket", took["ours"] / took["socket"], 2)
    yield Figure(
        "sending, `symbl stream` with all its outputs / the vendor's SDK",
        took["symbl"] / took["vendor"],
        1,
    )


def receiving(
    programs: Mapping[str, Sequence[str]], seconds: float, rounds: int
) -> Iterator[Figure]:
    with serving(RESULTS) as service, at_home(**_remote(service.url)) as environment:
        took = medians(
            {
                name: partial(_delay, programs[name], service.url, seconds, environment)
                for name in ("ours", "app", "websockets")
            },
            rounds,
        )
    for peer, said, target in (
        ("app", "WebSocketApp", 0.4),
        ("websockets", "`websockets`", 0.8),
    ):
        yield Figure(
            f"service to callback at 100 results/s, p50, ours / {said}",
            took["ours"] / took[peer],
            target,
            note=f"{took['ours'] * 1e6:.0f} us",
        )


def printing(
    programs: Mapping[str, Sequence[str]], seconds: float, rounds: int
) -> Iterator[Figure]:
    with serving(RESULTS) as service, at_home(**_remote(service.url)) as environment:
        took = medians(
            {
                "symbl": partial(
                    _printed, programs["symbl"], service.url, seconds, environment
                ),
                "websockets": partial(
                    _printed, programs["printing"], service.url, seconds, environment
                ),
            },
            rounds,
        )
    yield Figure(
        "service to JSON line on stdout, p50, `symbl stream` / `websockets` and print",
        took["symbl"] / took["websockets"],
        0.75,
        note=f"{took['symbl'] * 1e6:.0f} us",
    )


def remembering(
    programs: Mapping[str, Sequence[str]], minutes: float
) -> Iterator[Figure]:
    """Three minutes of a hundred results a second are those of an hour of talk."""
    with serving(RESULTS) as service, at_home(**_remote(service.url)) as environment:
        seconds = minutes * 60
        command = _command(programs["symbl"], service.url, seconds)
        process = _started(command, environment, stdout=subprocess.DEVNULL)
        time.sleep(seconds / 4)
        before = resident_megabytes(process.pid)
        time.sleep(seconds / 2)
        grown = resident_megabytes(process.pid) - before
        process.wait()
    results = RESULTS * seconds / 2
    note = f"{before:.0f} MB, after {results:.0f} results more"
    yield Figure("memory that `symbl stream` grows by", grown, 1, "MB", note)


def _programs(mine: Path, theirs: Path) -> Mapping[str, Sequence[str]]:
    """URL and SECONDS stand for what they are called with."""
    python, peer = str(mine / "python"), str(theirs / "python")
    sdk, plain = str(CLIENTS / "sdk.py"), str(CLIENTS / "plain_websockets.py")
    return {
        "symbl": [
            *(str(mine / "symbl"), "stream", "-", "--json", "--interim"),
            *("--duration", "SECONDS"),
        ],
        "ours": [python, sdk, "symbl_cli", "URL", "SECONDS"],
        "vendor": [peer, sdk, "symbl", "URL", "SECONDS"],
        "app": [peer, str(CLIENTS / "websocket_app.py"), "URL", "SECONDS"],
        "websockets": [peer, plain, "URL", "SECONDS"],
        "printing": [peer, plain, "URL", "SECONDS", "print"],
        "socket": [peer, str(CLIENTS / "raw_socket.py"), "URL", "SECONDS"],
    }


def _remote(url: str) -> dict[str, str]:
    return {"SYMBL_API_URL": url, "SYMBL_ACCESS_TOKEN": "a.token"}


def _cost(
    program: Sequence[str], url: str, seconds: float, environment: Environment
) -> float:
    """Of a core, once it has started."""
    times = [
        _cpu(_command(program, url, length), environment)
        for length in (_SHORT, _SHORT + seconds)
    ]
    return max(0.0, times[1] - times[0]) / seconds


def _cpu(command: Sequence[str], environment: Environment) -> float:
    process = _started(command, environment, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime


def _delay(
    program: Sequence[str], url: str, seconds: float, environment: Environment
) -> float:
    """Median of the seconds from the service's sending to the callback."""
    process = _started(
        _command(program, url, seconds), environment, stdout=subprocess.PIPE
    )
    out, _ = process.communicate()
    delays = json.loads(out.splitlines()[-1])
    return statistics.median(delays[round(_AHEAD * RESULTS) :]) / 1e9


def _printed(
    program: Sequence[str], url: str, seconds: float, environment: Environment
) -> float:
    """Median of the seconds from the service's sending to the line in the pipe."""
    process = _started(
        _command(program, url, seconds), environment, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    arrived = []
    for line in process.stdout:
        now = time.monotonic_ns()
        arrived.append((now, line))
    process.wait()
    delays = [now - sent for now, line in arrived if (sent := _sent(line))]
    return statistics.median(delays[round(_AHEAD * RESULTS) :]) / 1e9


def _sent(line: bytes) -> int | None:
    """When the service sent the result in *line*, ours or the API's own."""
    match json.loads(line):
        case {"type": "transcript", "text": str(text)}:
            return int(text.split()[-1]) if text else None
        case {"message": {"punctuated": {"transcript": str(text)}}}:
            return int(text.split()[-1])
        case _:
            return None


def _command(program: Sequence[str], url: str, seconds: float) -> list[str]:
    named = {"URL": url, "SECONDS": str(seconds)}
    return [named.get(word, word) for word in program]


def _started(
    command: Sequence[str], environment: Environment, *, stdout: int
) -> subprocess.Popen[bytes]:
    """With silence on stdin at the speed of sound, for who reads it."""
    silence = subprocess.Popen(
        [sys.executable, CLIENTS / "silence.py"], stdout=subprocess.PIPE
    )
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=silence.stdout,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )
    assert silence.stdout is not None
    silence.stdout.close()  # so that it ends with the one who reads
    return process


if __name__ == "__main__":
    main()
