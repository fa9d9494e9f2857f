"""Homes for the tests of the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Where real speech is recognised: by a server that runs start by themselves."""
    home = Home(tmp_path_factory.mktemp("home"))
    yield home
    home.end_server()


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Where the scripted recogniser serves."""
    home = Home(tmp_path_factory.mktemp("scripted"))
    with home.scripted_server():
        yield home


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Home]:
    """A home that no other test sees."""
    home = Home(tmp_path)
    yield home
    home.end_server()
