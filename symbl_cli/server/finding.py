"""How clients find this server: its lock and its address on disk (additions.md §3)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import MissingError
from ..private import FILE
from ..protocol.local import LOCK_FILE, SERVER_FILE, ServerAddress, encode_address


@contextmanager
def locked(data_folder: Path, *, patience: float) -> Iterator[None]:
    """Be the one server of the store in *data_folder*.

    Raises MissingError after *patience* seconds where another process is.
    """
    lock = FileLock(data_folder / LOCK_FILE, mode=FILE, fallback_to_soft=False)
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise MissingError(
            f"another server keeps the conversations in {data_folder}",
            suggestion="use that one, or end it first",
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def announced(data_folder: Path) -> Iterator[Callable[[ServerAddress], None]]:
    """Gives what writes `server.json`; the file is gone at the end.

    And at the beginning: beside a lock that is held, clients would believe the address
    of a server that was killed.
    """
    path = data_folder / SERVER_FILE
    try:
        path.unlink(missing_ok=True)
        yield lambda address: _write(path, encode_address(address))
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    """At once, and for this user alone."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - has the mode
        file.write(text)
    draft.replace(path)
