import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from io import FileIO
from pathlib import Path
from threading import Event

import pytest

from symbl_cli.errors import DiskFullError, OutputError, SymblError
from symbl_cli.sinks.writer import Writer

PATIENCE = 20.0
"""Seconds after which a wait has failed."""


class Pipe:
    """A pipe whose write end a writer has."""

    def __init__(self) -> None:
        self.gone = Event()
        read_end, write_end = os.pipe()
        self.reader = FileIO(read_end, "r")
        self.raw = FileIO(write_end, "w")
        self.writers: list[Writer] = []

    def writer(self, most_waiting: int = 1 << 20, patience: float = PATIENCE) -> Writer:
        writer = Writer(
            self.raw,
            name="stdout",
            on_reader_gone=self.gone.set,
            most_waiting=most_waiting,
            patience=patience,
        )
        self.writers.append(writer)
        return writer

    def fill(self) -> None:
        """Leave no room in the pipe."""
        os.set_blocking(self.raw.fileno(), False)
        while self.raw.write(b"\0" * 4096):
            pass
        os.set_blocking(self.raw.fileno(), True)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.reader.close()
    for writer in pipe.writers:
        writer.close()
    pipe.raw.close()


def test_what_is_written_comes_out_in_order_and_in_utf_8(pipe: Pipe) -> None:
    writer = pipe.writer()

    for text in ("où\n", "東京\n", "\ud800\n"):
        writer.write(text)
    writer.close()

    assert pipe.reader.read(100) == "où\n東京\n?\n".encode()


def test_a_full_pipe_stalls_no_writer(pipe: Pipe) -> None:
    pipe.fill()
    writer = pipe.writer()

    writer.write("late\n")

    assert not writer.flush(timeout=0)
    os.read(pipe.reader.fileno(), 1 << 20)
    writer.close()
    assert os.read(pipe.reader.fileno(), 100) == b"late\n"


def test_a_reader_too_far_behind_ends_the_run_with_one_sentence(pipe: Pipe) -> None:
    pipe.fill()
    writer = pipe.writer(most_waiting=10)
    writer.write("12345\n")

    with pytest.raises(SymblError, match="too far behind") as caught:
        writer.write("67890\n")

    assert caught.value.exit_code == 1


def test_a_reader_that_leaves_is_noticed_without_a_write(pipe: Pipe) -> None:
    writer = pipe.writer()

    pipe.reader.close()

    assert pipe.gone.wait(PATIENCE)
    writer.write("dropped\n")
    assert writer.flush(PATIENCE)
    writer.close()


def test_a_reader_that_leaves_a_full_pipe_is_noticed(pipe: Pipe) -> None:
    pipe.fill()
    writer = pipe.writer()
    writer.write("never read\n")

    pipe.reader.close()

    assert pipe.gone.wait(PATIENCE)
    writer.close()


def test_a_socket_whose_peer_leaves_is_noticed() -> None:
    gone = Event()
    ours, peers = socket.socketpair()
    with ours, FileIO(ours.fileno(), "w", closefd=False) as raw:
        writer = Writer(raw, name="stdout", on_reader_gone=gone.set)

        peers.close()

        assert gone.wait(PATIENCE)
        writer.close()


def test_a_shared_pipe_that_somebody_made_non_blocking_loses_nothing(
    pipe: Pipe,
) -> None:
    pipe.fill()
    os.set_blocking(pipe.raw.fileno(), False)
    writer = pipe.writer()
    writer.write("late\n")

    os.read(pipe.reader.fileno(), 1 << 20)
    writer.close()

    assert os.read(pipe.reader.fileno(), 100) == b"late\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are not told of there")
def test_in_a_hurry_a_reader_who_reads_nothing_is_given_up(pipe: Pipe) -> None:
    pipe.fill()
    writer = pipe.writer(patience=0.1)
    writer.write("never read\n")
    with ThreadPoolExecutor(1) as executor:
        closing = executor.submit(writer.close)

        writer.hurry()

        closing.result(PATIENCE)
    assert writer.gave_up


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are not told of there")
def test_in_a_hurry_a_slow_reader_still_gets_all(pipe: Pipe) -> None:
    pipe.fill()
    writer = pipe.writer(patience=1.5)
    writer.write("late\n")
    writer.hurry()
    with ThreadPoolExecutor(1) as executor:
        closing = executor.submit(writer.close)

        for _ in range(40):  # longer than it is patient
            os.read(pipe.reader.fileno(), 1)
            wait([closing], 0.1)
        rest = b""
        while not rest.endswith(b"late\n"):
            rest = os.read(pipe.reader.fileno(), 1 << 20)

    assert not writer.gave_up


def write_at_once(writer: Writer) -> None:
    writer.write("too much\n")
    writer.flush(PATIENCE)


def write_and_close(writer: Writer) -> None:
    writer.write("too much\n")
    writer.close()


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="the system has no /dev/full"
)
@pytest.mark.parametrize("act", [write_at_once, write_and_close])
def test_a_full_disk_is_said(act: Callable[[Writer], None]) -> None:
    with FileIO("/dev/full", "w") as raw:
        writer = Writer(raw, name="stdout", on_reader_gone=lambda: None)

        with pytest.raises(DiskFullError, match="no space left to write stdout"):
            act(writer)

        writer.close()  # said once


def test_what_cannot_be_written_stays_so(tmp_path: Path) -> None:
    readable = tmp_path / "readable"
    readable.touch()
    descriptor = os.open(readable, os.O_RDONLY)
    with FileIO(descriptor, "w") as raw:
        writer = Writer(raw, name="out", on_reader_gone=lambda: None)
        for _ in range(2):
            with pytest.raises(OutputError, match="cannot write out: Bad file"):
                write_at_once(writer)
        writer.close()


def test_closing_twice_is_closing_once(pipe: Pipe) -> None:
    writer = pipe.writer()

    writer.close()
    writer.close()

    assert not pipe.gone.is_set()
