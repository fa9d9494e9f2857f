"""Folders and files that nobody but their owner can look into, whatever the umask."""

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = 0o700
FILE = 0o600


class NotOurs(OSError):
    """Nothing that we have written."""


def make_folder(folder: "Path", *, exist_ok: bool = False) -> None:
    """As `Path.mkdir`, and the folders above it that are missing are private too."""
    try:
        folder.mkdir(FOLDER, exist_ok=exist_ok)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        make_folder(folder.parent, exist_ok=True)
        folder.mkdir(FOLDER, exist_ok=exist_ok)


def make_file(file: str | os.PathLike[str]) -> None:
    """Make *file* before somebody else does, who would ask the umask; raises OSError.

    One that is there stays as it is.
    """
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, FILE))


def open_regular(file: str | os.PathLike[str]) -> int:
    """A descriptor that reads *file*; raises OSError, NotOurs where it is no file.

    What somebody put in its place, as a pipe that never says a word, holds nobody up.
    """
    binary = getattr(os, "O_BINARY", 0)
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | binary)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    raise NotOurs(errno.EINVAL, "It is no file", str(file))
