"""The vendor's SDKs as they were published (scripts/install_vendor_sdks)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest

from tests.command_line import ROOT, Home
from tests.sdk.programs import PAIR, serving

VENDOR = ROOT / ".vendor"


@dataclass(frozen=True)
class Served:
    """A server for the vendor's clients, and the home of its user."""

    url: str
    home: Home


@pytest.fixture(scope="session")
def python_sdk() -> Path:
    """The folder that has it."""
    return _there(VENDOR / "python", "symbl")


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs what is beside `.vendor/node_modules`."""
    _there(VENDOR / "node_modules", "@symblai")
    return which("node") or _missing("node")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = Home(tmp_path_factory.mktemp("vendor"))
    lines = ["[credentials]", *(f"{name}={value}" for name, value in PAIR.items())]
    (home.folder / "symbl.conf").write_text("\n".join(lines))
    with serving(home) as url:
        yield Served(url, home)


def _there(folder: Path, name: str) -> Path:
    return folder if (folder / name).is_dir() else Path(_missing(str(folder / name)))


def _missing(what: str) -> str:
    why = f"{what} is not there: run scripts/install_vendor_sdks"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
