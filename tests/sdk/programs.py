"""Python programs of users: files that are run as they are, in a home of the test's."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.command_line import LIMIT, Home, Ran, read_until

SAMPLES = Path(__file__).with_name("samples")


def run_program(
    home: Home,
    *arguments: str | Path,
    sound: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Ran:
    """Run Python with *arguments* to its end, *sound* on its stdin."""
    done = subprocess.run(
        [sys.executable, "-u", *map(str, arguments)],
        input=sound,
        capture_output=True,
        timeout=LIMIT,
        env=home.environment(**(environment or {})),
        cwd=home.folder,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_until(
    home: Home, wanted: str, *arguments: str | Path, environment: Mapping[str, str]
) -> Ran:
    """Press Ctrl-C when the program has said a line that begins with *wanted*."""
    with subprocess.Popen(
        [sys.executable, "-u", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=home.environment(**environment),
        cwd=home.folder,
    ) as program:
        try:
            said = read_until(program, lambda line: line.startswith(wanted))
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=LIMIT)
        finally:
            program.kill()
    return Ran(program.returncode, "".join(said) + out.decode(), err.decode())


PAIR = {"app_id": "mine", "app_secret": "secret"}
"""What `serving` accepts."""


@contextmanager
def serving(home: Home) -> Iterator[str]:
    """`symbl serve` for other clients, with the scripted recogniser; gives its URL."""
    pair = {f"SYMBL_{name.upper()}": value for name, value in PAIR.items()}
    with home.process("serve", "--recognizer", "scripted", **pair) as server:
        assert server.stderr is not None
        said = server.stderr.readline().decode()
        assert said.startswith("listening on "), said
        yield said.split()[-1]
