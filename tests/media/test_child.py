import os
import signal
import subprocess
import sys

import pytest

from symbl_cli.media.child import Child

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs sh")


def test_output_and_complaints_are_kept_apart() -> None:
    child = Child(["/bin/sh", "-c", "echo sound; echo first >&2; echo 'why\n' >&2"])

    assert child.output.read(100) == b"sound\n"
    assert child.wait() == 0
    assert child.last_words() == "why"
    child.close()


def test_a_childs_session_is_its_own() -> None:
    child = Child(["/bin/sh", "-c", "echo $$; exec sleep 60"])

    pid = int(child.output.readline())

    assert os.getsid(pid) == pid
    child.close()


def test_killing_it_ends_its_output() -> None:
    child = Child(["/bin/sh", "-c", "exec sleep 60"])

    child.kill()

    assert child.output.read(1) == b""
    assert child.wait() == -signal.SIGKILL
    assert not child.is_running
    child.close()


def test_it_may_read_from_a_pipe() -> None:
    reader, writer = os.pipe()
    child = Child(["/bin/cat"], stdin=reader)
    os.write(writer, b"in and out")
    os.close(writer)
    os.close(reader)

    assert child.output.read(100) == b"in and out"
    child.close()


def test_a_program_that_is_not_there_cannot_be_started() -> None:
    with pytest.raises(FileNotFoundError):
        Child(["/no/such/program"], stdin=subprocess.DEVNULL)
