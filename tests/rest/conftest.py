from collections.abc import Iterator

import pytest

from symbl_cli.server.store.store import open_store
from tests.store.samples import whole_meeting

from .desk import Client


@pytest.fixture
def client() -> Iterator[Client]:
    """Of a server that has one conversation."""
    with open_store(None) as store:
        store.write(*whole_meeting()).result(10)
        yield Client(store)
