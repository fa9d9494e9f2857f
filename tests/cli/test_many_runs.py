"""Many runs at once, and what is left of them afterwards."""

import json
import os
import select
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import soundfile

from tests.cli.expected import DEMO
from tests.command_line import Home, finished

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

LONELY = 40.0
"""Seconds after which a server must have ended; it waits for ten."""


def servers_of(home: Home) -> list[int]:
    """Processes that name the data folder of *home* in their command line."""
    return [pid for pid in _all() if os.fsencode(home.data) in _command_line(pid)]


def children_of(parent: int) -> list[int]:
    return [pid for pid in _all() if _parent(pid) == parent]


def _parent(pid: int) -> int | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    return int(fields["PPid"])


def _all() -> list[int]:
    names = [folder.name for folder in Path("/proc").iterdir()]
    return [int(name) for name in names if name.isdigit()]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def has_ended(pid: int) -> bool:
    """Whether process *pid* ends in good time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], LONELY)[0])
    finally:
        os.close(handle)


def test_ten_runs_at_once_share_one_server_that_ends_when_they_have(
    own_home: Home, tmp_path: Path
) -> None:
    talk = tmp_path / "talk.wav"
    voices, rate = soundfile.read(DEMO.sound, 16000 * 5, dtype="int16")
    soundfile.write(talk, voices[:, 0], rate)
    with ExitStack() as stack:
        running = [
            stack.enter_context(own_home.process("stream", talk, "--json"))
            for _ in range(10)
        ]
        ran = [finished(process) for process in running]
    servers = servers_of(own_home)
    listed = own_home.run("conversation", "list", "--json")

    assert [(run.code, run.stderr) for run in ran] == [(0, "")] * 10
    ids = {run.lines[-1]["conversation_id"] for run in ran}
    assert len(ids) == 10
    assert {one["id"] for one in json.loads(listed.stdout)} == ids
    (server,) = servers
    workers = children_of(server)
    assert workers
    assert all(map(has_ended, [server, *workers]))
    assert servers_of(own_home) == []
    assert not (own_home.data / "server.json").exists()
