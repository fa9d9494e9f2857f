"""What lies in the folder of this computer's server, and whether to believe it.

Where a server of ours was killed, any user of this computer can listen in its place:
its address says nothing. It is believed while its lock is held, which the kernel frees
with the process, and only where nobody but us can have written it.
"""

import os
import stat
import sys
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path

from ..config.endpoint import is_loopback
from ..errors import RemoteProtocolError
from ..locks import is_locked
from ..private import FILE, FOLDER, open_regular
from ..protocol.local import LOCK_FILE, SERVER_FILE, ServerAddress, decode_address

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_LONGEST = 2**16


class LockState(Enum):
    FREE = auto()
    HELD = auto()
    UNSUPPORTED = auto()
    """By the file system."""


def read_address(folder: Path) -> ServerAddress | None:
    """What `server.json` says, if it is of this computer and nobody else can say it."""
    # Damaged is as good as absent: looking closer puts it right.
    with suppress(OSError, UnicodeDecodeError, RemoteProtocolError):
        if not _is_ours_alone(folder.stat(), may_be_of_user=True):
            return None
        descriptor = open_regular(folder / SERVER_FILE)
        with open(descriptor, encoding="utf-8") as file:  # noqa: PTH123 - is open already
            if not _is_ours_alone(os.fstat(file.fileno())):
                return None
            address = decode_address(file.read(_LONGEST))
        return address if is_loopback(address.url) else None
    return None


def is_served(folder: Path, address: ServerAddress) -> bool:
    """Whether the server that said *address* lives, as far as a glance tells.

    A server that begins has the lock for a moment beside the address of a dead one.
    """
    return _is_held(folder / LOCK_FILE) and is_alive(address.pid)


def is_alive(pid: int) -> bool:
    """Whether *pid* is a process of ours; on Windows nobody can ask so."""
    if sys.platform == "win32":
        return True
    try:
        if pid > 0:  # others are groups
            os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return pid > 0


def is_child_alive(pid: int) -> bool:
    """The same of a child of our own, which stays known until somebody asks."""
    if sys.platform != "win32":
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return is_alive(pid)


def claim(folder: Path) -> bool:
    """Whether *folder* can be for us alone; made so where others could write there."""
    if sys.platform == "win32":
        return True
    try:
        status = folder.stat()
        if status.st_mode & _OTHERS_WRITE:
            folder.chmod(FOLDER)
        lock = folder / LOCK_FILE
        with suppress(FileNotFoundError):
            if stat.S_ISREG(mode := lock.stat().st_mode) and mode & _OTHERS:
                lock.chmod(FILE)
        return _is_ours_alone(folder.stat(), may_be_of_user=True)
    except OSError:
        return False


def clear_stale(folder: Path) -> LockState:
    """Whether a server may be started; what a dead one left behind is removed."""
    from filelock import FileLock, Timeout

    try:
        # Without flock a lock would outlive a killed server.
        lock = FileLock(
            folder / LOCK_FILE, mode=FILE, timeout=0, fallback_to_soft=False
        )
        with lock:
            (folder / SERVER_FILE).unlink(missing_ok=True)
            return LockState.FREE
    except Timeout:
        return LockState.HELD
    except OSError:
        return LockState.UNSUPPORTED


def in_the_way(folder: Path) -> Path | None:
    """What somebody has put in the place of a file of the server, if that is none."""
    for name in (LOCK_FILE, SERVER_FILE):
        path = folder / name
        with suppress(OSError):
            if not stat.S_ISREG(path.lstat().st_mode):
                return path
    return None


def _is_ours_alone(status: os.stat_result, *, may_be_of_user: bool = False) -> bool:
    """Whether nobody else can write there; root may use somebody's folder."""
    if sys.platform == "win32":
        return True
    me = os.geteuid()
    is_ours = status.st_uid == me or (may_be_of_user and me == 0)
    return is_ours and not status.st_mode & _OTHERS_WRITE


def _is_held(lock: Path) -> bool:
    """Whether a process of ours holds *lock*; it is not waited for, nor taken.

    As filelock does it, which costs more to load than all else before the first sound.
    """
    try:
        descriptor = os.open(lock, os.O_RDWR | getattr(os, "O_NONBLOCK", 0))
    except OSError as exc:
        return sys.platform == "win32" and isinstance(exc, PermissionError)
    try:
        # One that others can open they can hold, too.
        is_private = sys.platform == "win32" or not (
            os.fstat(descriptor).st_mode & _OTHERS
        )
        return is_private and is_locked(descriptor)
    except OSError:  # no locks there
        return False
    finally:
        os.close(descriptor)
