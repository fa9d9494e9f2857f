"""A real server for each module of tests; it must have had nothing to complain of."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = ServerProcess(
        tmp_path_factory.mktemp("data"), ("--recognizer", "scripted")
    )
    try:
        yield server
        os.kill(server.address.pid, signal.SIGTERM)
        code, errors = server.ended()
        assert code == 0, errors
        # What is sent to it is the peer's affair: warnings, but no failure of its own.
        assert "ERROR" not in errors, errors
        assert "Traceback" not in errors, errors
    finally:
        server.stop()
