"""Locks on files, which the kernel frees when their holder ends, however it ends.

As filelock takes them; but nothing is made above the file, and it can be looked at
without being taken.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

_PATIENCE = 1.0
"""Seconds for those who only look, as for whoever makes way."""
_GLANCE = 0.02
_FLAGS = (
    os.O_RDWR
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)


class Lock:
    """Held until it is released."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def take(
    path: Path, length: int = 0, *, wait: Callable[[float], object] = time.sleep
) -> Lock:
    """Hold *path*, made for its owner alone where it is missing, its folder never.

    Others see its *length*, which stays. Raises BlockingIOError where somebody holds
    it, and OSError where nobody can.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        if (lock := _taken(path, length)) is not None:
            return lock
        if time.monotonic() >= deadline:
            raise BlockingIOError(f"{path} is held")
        wait(_GLANCE)


def length_held(path: Path) -> int | None:
    """The length of *path*, if somebody holds it; raises OSError.

    Any number may look at once: none of them takes the others for a holder.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        return None
    try:
        return os.fstat(descriptor).st_size if is_locked(descriptor) else None
    finally:
        os.close(descriptor)


def _taken(path: Path, length: int) -> Lock | None:
    descriptor = os.open(path, _FLAGS | os.O_CREAT, 0o600)
    try:
        # Before it is held: nobody then sees it held without.
        if os.fstat(descriptor).st_size < length:
            _lengthen(descriptor, length)
        if _lock(descriptor) and _is_still(path, descriptor):
            descriptor, held = -1, descriptor
            return Lock(held)
        return None
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether *path* was not removed before it was locked."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _lengthen(descriptor: int, length: int) -> None:
    """Takes no room on a full disk."""
    try:
        os.ftruncate(descriptor, length)
    except OSError:  # what lies there is no file: it can be held all the same
        return


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def is_locked(descriptor: int) -> bool:
        """Whether somebody else holds the file that *descriptor* is of."""
        if not _lock(descriptor):
            return True
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        return False

else:
    import fcntl

    def _lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
        """Raises OSError where the file system has no locks."""
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def is_locked(descriptor: int) -> bool:
        """Whether somebody else holds the file that *descriptor* is of.

        Raises OSError where the file system has no locks.
        """
        # Shared: others who only look at the same moment see it free.
        return not _lock(descriptor, fcntl.LOCK_SH)
