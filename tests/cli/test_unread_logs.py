"""Who does not read what is logged stalls nothing else."""

import fcntl
import io
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO

import pytest

from symbl_cli.cli.log_writing import LogWriter
from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import LIMIT, Home, read_until
from tests.scripted_speech import speech
from tests.security.serving import ask, serving, token_of
from tests.socket_line import SocketLine, kind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pipes have their size")

PAIR = {"SYMBL_APP_ID": "an-id", "SYMBL_APP_SECRET": "a-secret-for-tests"}
MANY = ("so be it", QUESTION, TASK, "nobody knows it yet", "now they do")
SMALL = 4096


@contextmanager
def _pipe() -> Iterator[tuple[TextIO, TextIO]]:
    """Both ends of one that takes little."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, SMALL)
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as writer:
        yield reader, writer


def _never(exc: OSError) -> None:
    raise AssertionError(exc)


def _log(writer: LogWriter, *numbers: int) -> None:
    for number in numbers:
        writer.emit(logging.makeLogRecord({"msg": "%0100d", "args": (number,)}))


def test_what_nobody_reads_is_left_out_and_counted() -> None:
    with _pipe() as (reader, stream):
        stream.write("-" * (SMALL - 1) + "\n")
        stream.flush()
        writer = LogWriter(stream, on_failure=_never, most_waiting=SMALL)

        _log(writer, *range(1000))
        _, *first = [reader.readline() for _ in range(42)]
        _log(writer, 1000)
        writer.close()
        stream.close()
        told, last = reader.read().splitlines()

    assert [*map(int, first)] == [*range(41)]
    assert told == "left out here, as nothing read it in time: 959 records"
    assert int(last) == 1000


def test_all_that_is_logged_is_written_where_it_is_read() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    writer = LogWriter(stream, on_failure=_never)

    _log(writer, *range(1000))
    writer.close()

    stream.seek(0)
    assert [int(line) for line in stream] == [*range(1000)]


def test_a_server_whose_log_nobody_reads_answers_and_ends(own_home: Home) -> None:
    with serving(own_home, "-v", **PAIR) as served:
        token = token_of(served.url, *PAIR.values())
        url = served.url.replace("http", "ws")
        with SocketLine.dial(url, token, room="room") as line:
            for _ in range(2000):
                line.send({"type": "nonsense"})
                line.until("error")
            line.start()
            line.audio(speech("The van is late."))
            line.stop()
            line.rest()
        health = ask(served.url, "GET", "/health")
        served.process.send_signal(signal.SIGTERM)
        code = served.process.wait(LIMIT)

    assert line.texts() == ["The van is late."]
    assert kind(line.frames[-1]) == "recognition_stopped"
    assert (health[0], code) == (200, 143)


def test_a_run_whose_log_nobody_reads_says_all_and_can_be_ended(
    scripted: Home,
) -> None:
    command = ("stream", "-", "-vv", "--json", "--interim")
    with scripted.process(*command) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, SMALL)
        process.stdin.write(speech(*MANY))
        process.stdin.flush()
        for text in MANY:
            read_until(process, partial(_is_final, text))

        process.send_signal(signal.SIGINT)
        code = process.wait(LIMIT)

    assert code == 130


def _is_final(text: str, line: str) -> bool:
    return '"final":true' in line and f'"text":"{text}"' in line


def test_a_pipe_for_the_log_that_nobody_opens_is_no_file_to_log_to(
    scripted: Home, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    ran = scripted.run("stream", talk_in(tmp_path), "--log-file", pipe)

    assert (ran.code, ran.stdout) == (2, "")
    assert f"cannot write the log to '{pipe}': nobody reads from that" in ran.stderr


def test_a_pipe_for_the_log_that_nobody_reads_holds_up_nothing(
    scripted: Home, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as reader:
        fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, SMALL)

        ran = scripted.run("stream", talk_in(tmp_path, *MANY), "--log-file", pipe)

        read = reader.read()

    assert ran.code == 0
    assert all(text in ran.stdout for text in MANY)
    assert 0 < len(read) <= SMALL


LEAVING = "app.leaving import Leaving", "Leaving(Control())"
ENDING = "app.ending import Ending", "Ending(JsonNotices(sys.stderr))"
LEFT = """
import logging, os, signal, sys
from symbl_cli.{}
from symbl_cli.cli.logs import log_as_asked
from symbl_cli.sinks.notices import JsonNotices
from symbl_cli.streaming.run import Control

log_as_asked(verbosity=2, log_file=None, as_json=False, warn=print)
with {}.on_signals():
    for number in range(3000):
        logging.debug("%0100d", number)
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.mark.parametrize("command", [LEAVING, ENDING], ids=["stream", "recover"])
def test_what_was_logged_before_a_signal_ended_it_at_once_is_written(
    command: tuple[str, str],
) -> None:
    program = [sys.executable, "-c", LEFT.format(*command)]

    left = subprocess.run(program, capture_output=True, timeout=LIMIT, check=False)

    numbers = [int(line.split()[-1]) for line in left.stderr.splitlines()]
    assert (left.returncode, numbers) == (130, [*range(3000)])
