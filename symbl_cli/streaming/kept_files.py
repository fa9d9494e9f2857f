"""What lies in the folder of a run, read so that nothing there can hold anybody up.

Others may have put anything in the place of our files: a pipe that never says a word,
a link to a device, more bytes than there is memory.
"""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from ..private import NotOurs, open_regular

_LONGEST_LINE = 2**24
"""Characters of a line: more are taken for several."""


def open_kept(path: Path) -> BinaryIO:
    """*path* to be read; raises OSError, NotOurs where it is no file."""
    return open(open_regular(path), "rb")  # noqa: PTH123 — is open already


def read_kept(path: Path, most: int) -> bytes:
    """All of *path*; raises OSError, NotOurs where it has more than *most* bytes."""
    with open_kept(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise NotOurs(errno.EFBIG, "It is too long", str(path))
    return content


def kept_lines(path: Path, most: int) -> Iterator[str]:
    """The lines of *path* with their ends, what is no text replaced.

    Raises OSError as `read_kept`.
    """
    with closing(io.TextIOWrapper(open_kept(path), "utf-8", "replace")) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise NotOurs(errno.EFBIG, "It is too long", str(path))
        while line := file.readline(_LONGEST_LINE):
            yield line
