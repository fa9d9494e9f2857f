"""A signal while a run waits for somebody: for the first sound, or for a reader."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from threading import Event

import pytest

from tests.cli.read_back import read_jsonl
from tests.cli.talks import talk_in
from tests.cli.test_states import stderr_until
from tests.command_line import LIMIT, Home, command, finished
from tests.scripted_speech import say

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other signals")

SIGNALS = pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["INT", "TERM", "HUP"],
)


@SIGNALS
@pytest.mark.parametrize("source", ["-", "named pipe"])
def test_a_signal_before_the_first_sound_leaves_no_file(
    scripted: Home, tmp_path: Path, number: int, code: int, source: str
) -> None:
    os.mkfifo(tmp_path / "named pipe")
    from_where = "-" if source == "-" else tmp_path / source
    names = {one: tmp_path / f"talk.{one}" for one in ("jsonl", "srt")}
    options = [part for one, path in names.items() for part in (f"--{one}", path)]
    sound = ("--save-audio", tmp_path / "talk.wav")

    with scripted.process("stream", from_where, *options, *sound) as run:
        stderr_until(run, "sound from" if source != "-" else "reading audio")
        run.send_signal(number)
        ended = finished(run)
    left = sorted(path.name for path in tmp_path.iterdir())
    again = scripted.run("stream", talk_in(tmp_path, "so be it"), *options)

    assert (ended.code, ended.stdout, ended.stderr) == (code, "", "")
    assert left == ["named pipe"]
    assert again.code == 0


@contextmanager
def _full_pipe() -> Iterator[tuple[FileIO, FileIO]]:
    """Its reader, who reads nothing, and its other end, which takes nothing."""
    read_end, write_end = os.pipe()
    with FileIO(read_end, "r") as reader, FileIO(write_end, "w") as full:
        os.set_blocking(write_end, False)
        while full.write(bytes(4096)):
            pass
        os.set_blocking(write_end, True)
        yield reader, full


@SIGNALS
def test_one_signal_ends_a_run_whose_stdout_nobody_reads(
    scripted: Home, tmp_path: Path, number: int, code: int
) -> None:
    file = tmp_path / "talk.jsonl"
    with (
        _full_pipe() as (_, full),
        _running(scripted, "--jsonl", file, stdout=full) as run,
    ):
        stderr_until(run, "Listening.")
        run.send_signal(number)
        _, said = run.communicate(timeout=LIMIT)

    assert run.returncode == code
    assert b"stdout was not read: what waited for its reader is lost" in said
    assert [one["type"] for one in read_jsonl(file)][-1] == "end"


def test_who_reads_late_after_a_signal_still_finds_all(
    scripted: Home, tmp_path: Path
) -> None:
    file = tmp_path / "talk.jsonl"
    with (
        _full_pipe() as (reader, full),
        _running(scripted, "--jsonl", file, "--json", stdout=full) as run,
    ):
        _until(lambda: file.exists() and '"listening"' in file.read_text())
        run.send_signal(signal.SIGTERM)
        full.close()
        _until(lambda: '"type":"end"' in file.read_text())
        said = reader.readall().lstrip(b"\0")
        _, errors = run.communicate(timeout=LIMIT)

    assert (run.returncode, errors.splitlines()[1:]) == (143, [])
    assert b'"type":"end"' in said.splitlines()[-1]


@SIGNALS
def test_one_signal_ends_a_run_whose_stderr_nobody_reads(
    scripted: Home, tmp_path: Path, number: int, code: int
) -> None:
    file = tmp_path / "talk.jsonl"
    with (
        _full_pipe() as (_, full),
        _running(scripted, "--jsonl", file, stderr=full) as run,
    ):
        _until(file.exists)
        run.send_signal(number)
        run.wait(LIMIT)

    assert run.returncode == code


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not is_so():
        assert time.monotonic() < deadline
        Event().wait(0.05)


@contextmanager
def _running(
    home: Home,
    *options: str | Path,
    stdout: FileIO | int = subprocess.PIPE,
    stderr: FileIO | int = subprocess.PIPE,
) -> Iterator["subprocess.Popen[bytes]"]:
    """A run that hears, through a pipe that stays open."""
    with subprocess.Popen(
        command(("stream", "-", *options)),
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        env=home.environment(),
        cwd=home.folder,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(say("so be it"))
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()
