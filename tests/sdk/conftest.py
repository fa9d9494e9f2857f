from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Where the scripted recogniser serves."""
    home = Home(tmp_path_factory.mktemp("home"))
    with home.scripted_server():
        yield home


@pytest.fixture
def at_home(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> pytest.MonkeyPatch:
    """This process belongs to the user of *home*; gives what more may be changed."""
    be_at(home, monkeypatch)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def be_at(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in home.environment().items():
        monkeypatch.setenv(name, value)
    for name in ("API_URL", "APP_ID", "APP_SECRET", "ACCESS_TOKEN", "PROFILE"):
        monkeypatch.delenv(f"SYMBL_{name}", raising=False)
