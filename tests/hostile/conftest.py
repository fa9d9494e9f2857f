"""A real server for each module of tests; it must have had nothing to complain of."""

from collections.abc import Iterator

import pytest

from tests.server_process import ServerProcess, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("data")) as server:
        yield server
        # What is sent to it is the peer's affair: warnings, but no failure of its own.
        server.end_well()
