"""A disk that is full soon, and one that stops answering."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of *size* in *folder*; the test is skipped where none can be had."""
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        yield folder


def fill(disk: Path) -> None:
    """Others take all that is left of *disk*."""
    with (disk / "others").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


class StallingDisk:
    """A disk on which every write hangs while it is stalled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def stalled(self) -> Iterator[None]:
        subprocess.run(["fsfreeze", "--freeze", self.folder], check=True)
        try:
            yield
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", self.folder], check=True)


@contextmanager
def stalling_disk(folder: Path) -> Iterator[StallingDisk]:
    """Mounted at *folder*; the test is skipped where none can be had."""
    image = folder.with_suffix(".image")
    image.write_bytes(bytes(1 << 24))
    _run("mkfs.ext4", "-q", image)
    with _mounted(folder, image):
        yield StallingDisk(folder)


@contextmanager
def _mounted(folder: Path, *what: str | Path) -> Iterator[None]:
    folder.mkdir()
    _run("mount", *what, folder)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _run(*command: str | Path) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
