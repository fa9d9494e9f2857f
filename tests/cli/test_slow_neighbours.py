"""Who does not read what a run says holds up nothing else of it."""

import fcntl
import json
import os
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from tests.cli.read_back import named
from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import LIMIT, Home, finished, read_until
from tests.sinks.test_hooks import Receiver
from tests.terminal import terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")

STOP, GO = b"\x13", b"\x11"
"""Ctrl-S and Ctrl-Q: a terminal takes nothing in between."""
MANY = ("so be it", QUESTION, TASK, "nobody knows it yet", "now they do") * 2


def until_ended(file: Path) -> list[dict[str, object]]:
    """Wait until the JSON lines in *file* have their last one."""
    pause, deadline = Event(), time.monotonic() + LIMIT
    while not file.exists() or '"type":"end"' not in file.read_text():
        assert time.monotonic() < deadline
        pause.wait(0.05)
    return [json.loads(line) for line in file.read_text().splitlines()]


def finals_in(lines: list[dict[str, object]]) -> list[object]:
    return [line["text"] for line in lines if line.get("final")]


@pytest.mark.skipif(sys.platform != "linux", reason="pipes have their size")
def test_a_full_pipe_holds_up_neither_files_nor_a_webhook(
    scripted: Home, tmp_path: Path
) -> None:
    receiver, file = Receiver(), tmp_path / "out.jsonl"
    with scripted.process(
        *("stream", talk_in(tmp_path, *MANY), "--json", "--interim"),
        *("--webhook", receiver.url, *named(tmp_path)),
    ) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        lines = until_ended(file)
        waiting = process.poll() is None
        ran = finished(process)
    receiver.close()

    assert waiting
    assert finals_in(lines) == list(MANY)
    assert (ran.code, ran.stdout) == (0, file.read_text())
    assert receiver.texts_of("transcript") == list(MANY)


@pytest.mark.parametrize("options", [(), ("--no-live",), ("--json",)], ids=str)
def test_a_terminal_that_stands_still_holds_up_no_file(
    scripted: Home, tmp_path: Path, options: tuple[str, ...]
) -> None:
    talk = talk_in(tmp_path, "so be it", "now they do")
    pace = ("--pace", "realtime")
    with terminal(
        scripted, "stream", talk, *pace, *options, *named(tmp_path)
    ) as window:
        window.until("so be it")
        window.press(STOP)
        lines = until_ended(tmp_path / "out.jsonl")
        window.press(GO)
        news = window.news()

    assert finals_in(lines) == ["so be it", "now they do"]
    assert news == "ended 0"
    assert "now they do" in window.written


def test_a_pipe_for_a_file_that_nobody_reads_holds_up_nothing_else(
    scripted: Home, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(reader, True)
    with scripted.process(
        *("stream", talk_in(tmp_path, *MANY), "--json", "--interim"),
        *("--jsonl", pipe, *named(tmp_path, "jsonl")),
    ) as process:
        told = read_until(process, lambda line: '"type":"end"' in line)
        with os.fdopen(reader) as late:
            read = list(late)
        code = process.wait(LIMIT)

    assert finals_in([json.loads(line) for line in told]) == list(MANY)
    assert (code, read) == (0, told)
