import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from symbl_cli.errors import DiskFullError, OutputError
from symbl_cli.sinks import output as output_module
from symbl_cli.sinks.output import OutputFile
from symbl_cli.sinks.writer import MOST_WAITING

_NOBODY = 65534


def test_what_was_written_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    output = OutputFile(path)

    output.write("où\n")

    assert path.read_bytes() == "où\n".encode()
    output.write("two\n")
    output.close()
    output.close()
    assert path.read_bytes() == "où\ntwo\n".encode()


def test_a_later_run_does_not_overwrite_a_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear")

    with pytest.raises(OutputError, match="is there already") as caught:
        OutputFile(path)

    assert caught.value.exit_code == 2
    assert path.read_text() == "dear"


def test_a_run_that_wrote_nothing_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"

    OutputFile(path).close()

    assert not path.exists()


def test_a_missing_folder_is_said_before_anything_is_captured(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder") as caught:
        OutputFile(tmp_path / "my notes" / "today.srt")

    assert caught.value.suggestion == f"mkdir -p '{tmp_path}/my notes'"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Is a directory"):
        OutputFile(tmp_path)


def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with _not_as_root(), pytest.raises(OutputError, match="Permission denied"):
        OutputFile(tmp_path / "notes.txt")


@contextmanager
def _not_as_root() -> Iterator[None]:
    """Root may write everywhere: for a moment, be nobody."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    output = OutputFile(path)
    output.write("whole\n")
    # A limit on file size stands in for a full disk: part of the write succeeds.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OutputError, match="File too large"):
            output.write("cut short\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    output.close()

    assert path.read_text() == "whole\n"


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="the system has no /dev/full"
)
def test_a_full_disk_is_said() -> None:
    output = OutputFile(Path("/dev/full"))

    with pytest.raises(DiskFullError) as caught:
        output.write("too much\n")

    assert caught.value.exit_code == 1
    output.close()
    assert Path("/dev/full").exists()


def test_a_pipe_without_a_reader_is_said(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    with pytest.raises(OutputError, match="nobody reads"):
        OutputFile(path)


MUCH = "much\n" * 100_000


def test_a_disk_that_takes_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_module, "_may_be_slow", lambda _: False)
    with _unread_pipe(tmp_path) as path:  # it stands in for a disk
        output = OutputFile(path, patience=0)

        with pytest.raises(OutputError, match="has taken nothing"):
            output.write(MUCH)

        output.close()


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    with _unread_pipe(tmp_path) as path:
        output = OutputFile(path)

        for _ in range(10):
            output.write(MUCH)

    output.close()


def test_a_pipe_that_is_too_far_behind_is_given_up_alone(tmp_path: Path) -> None:
    with _unread_pipe(tmp_path) as path:
        output = OutputFile(path)

        with pytest.raises(OutputError, match="too far behind"):
            output.write(" " * (MOST_WAITING + 1))

    output.close()


@contextmanager
def _unread_pipe(folder: Path) -> Iterator[Path]:
    """Its reader leaves at the end."""
    path = folder / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path
    os.close(reader)


def test_an_empty_file_that_is_to_be_kept_stays(tmp_path: Path) -> None:
    output = OutputFile(tmp_path / "notes.txt")

    output.keep()
    output.close()

    assert (tmp_path / "notes.txt").read_text() == ""
