"""A user of the tests' own."""

from pathlib import Path

import pytest

from symbl_cli.config.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    names = ("home", "config", "data", "state", "cache")
    for name in names:
        (tmp_path / name).mkdir(mode=0o700)
    return Places(**{name: tmp_path / name for name in names})


@pytest.fixture
def user_file(places: Places) -> Path:
    assert isinstance(places.user_file, Path)
    return places.user_file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder to be in."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder
