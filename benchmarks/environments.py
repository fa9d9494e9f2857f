"""Where what is compared runs: two environments of the benchmarks' own, fresh homes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
_FOLDER = ROOT / "build" / "benchmarks"
_PEERS = ("symbl==2.0.6", "websockets", "requests", "click", "setuptools<80")
CLIENTS = Path(__file__).parent / "clients"
"""Programs that do the same with other libraries."""


def ours() -> Path:
    """The folder of programs of an environment with this tree, as users install it."""
    folder = _environment("ours", f"{ROOT}[local]")
    _pip(folder, "--no-deps", "--force-reinstall", str(ROOT))
    return folder


def peers() -> Path:
    """The same with the libraries that it is compared with."""
    return _environment("peers", *_PEERS)


@contextmanager
def at_home(**more: str) -> Iterator[Mapping[str, str]]:
    """The variables of a user who never used it before, and *more*."""
    with TemporaryDirectory() as home:
        ours = ("SYMBL_", "XDG_", "PYTHON")
        kept = {name: v for name, v in os.environ.items() if not name.startswith(ours)}
        yield {**kept, "HOME": home, **more}


def _environment(name: str, *packages: str) -> Path:
    folder = _FOLDER / name
    if not folder.is_dir():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        _pip(folder / "bin", *packages)
    return folder / "bin"


def _pip(programs: Path, *arguments: str) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
    }
    command = [programs / "python", "-m", "pip", "install", "-q", *arguments]
    subprocess.run(command, check=True, env=environment)
