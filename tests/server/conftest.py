"""One real server for the tests of a module."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.server_process import ServerProcess, running_server
from tests.socket_line import SocketLine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("data")) as process:
        yield process


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


_numbers = count()


@pytest.fixture
def room() -> str:
    """A connection id that nobody has used."""
    return f"room-{next(_numbers)}"


Dial = Callable[..., SocketLine]


@pytest.fixture
def dial(server: ServerProcess, room: str) -> Iterator[Dial]:
    """Opens sockets to *room* and closes them all at the end."""
    lines: list[SocketLine] = []

    def open_line(*, path: str = "/v1/streaming/") -> SocketLine:
        token = server.address.token
        line = SocketLine.dial(server.ws_url, token, path=path, room=room)
        lines.append(line)
        return line

    yield open_line
    for line in lines:
        line.close()
