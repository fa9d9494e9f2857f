from collections.abc import Iterator

import pytest
from websocket import create_connection

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.conversations.client import ConversationsClient
from symbl_cli.conversations.http import Http
from symbl_cli.errors import SymblError
from symbl_cli.protocol.local import LEASE_PATH
from tests.server_process import ServerProcess, running_server


class AlwaysThere:
    """The server of a test."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process

    def __call__(self) -> Endpoint:
        address = self._process.address
        return Endpoint(
            ws_url=self._process.ws_url,
            http_url=address.url,
            token=lambda: address.token,
            is_local=True,
        )

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        return False


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """Held by a lease: alone it would end after ten seconds."""
    with running_server() as process:
        lease = create_connection(
            f"{process.ws_url}{LEASE_PATH}?client=tests",
            header=[f"Authorization: Bearer {process.address.token}"],
            timeout=10,
        )
        yield process
        lease.close()


@pytest.fixture
def client(server: ServerProcess) -> Iterator[ConversationsClient]:
    """Of a real server, whose conversations are gone afterwards."""
    with ConversationsClient(Http(AlwaysThere(server))) as asking:
        yield asking
        for one in list(asking.list()):
            asking.delete(one.id)
