"""Finds the server of this computer, or starts one (see `protocol/local.py`).

Its address lies in a file, which is believed at once. Only when a dial fails is it
looked at closer: a lock that can be taken means that no server lives, whatever the
file says; so nothing depends on process ids, which come back.
"""

import logging
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from .. import __version__
from ..config.endpoint import Endpoint
from ..config.places import Folder, NoFolder, Places, below, ready
from ..errors import (
    DiskFullError,
    MissingError,
    NewerStoreError,
    RemoteProtocolError,
    StoreError,
    SymblError,
)
from ..private import FILE
from ..protocol.local import LOCK_FILE, SERVER_FILE, ServerAddress, decode_address
from . import child

log = logging.getLogger(__name__)

_WRITABLE = "make it a folder that you can write to"
_LOCKABLE = "put it on a disk of this computer"
_PATIENCE = 10.0
"""Seconds until a server has to be ready."""
_GLANCE = 0.05
_PROBE = 2.0
"""Seconds for a server to say that it is well."""


class _LockState(Enum):
    FREE = auto()
    HELD = auto()
    UNSUPPORTED = auto()
    """By the file system."""


class LocalServer:
    """The one server that writes this user's store: a Server."""

    def __init__(
        self,
        places: Places,
        *,
        keep: float | None = None,
        needs_store: bool = False,
        command: Sequence[str] = child.COMMAND,
        patience: float = _PATIENCE,
    ) -> None:
        """*keep*: seconds after which a server that is started deletes conversations.

        Where none can be kept, one is started that keeps nothing, or else, as nothing
        could be done there that *needs_store*, StoreError is raised.
        """
        self._keep = keep
        self._needs_store = needs_store
        self._command = command
        self._data = places.data
        self._models = places.models
        self._patience = patience
        self._guard = Lock()
        self._suspect = ""
        """The URL where a dial failed."""
        self._confirmed = ""
        """The URL that was well although a dial had failed there."""
        self._private: ServerAddress | None = None
        """Of a server that has no folder to be found in."""
        self._why_no_store = ""
        self._notices: tuple[str, ...] = ()

    @property
    def why_no_store(self) -> str:
        """Why the server that was started keeps nothing, as a clause; else empty."""
        return self._why_no_store

    @property
    def notices(self) -> tuple[str, ...]:
        """What the server that was started said of its store."""
        return self._notices

    def __call__(self) -> Endpoint:
        with self._guard:
            address = self._address()
            if address is None or not self._is_believed(address):
                address = self._look_closer()
                self._confirmed = self._suspect if address.url == self._suspect else ""
                self._suspect = ""
            return _endpoint(address)

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        with self._guard:
            self._suspect = endpoint.http_url
            return endpoint.http_url != self._confirmed

    def known(self) -> Endpoint | None:
        """The endpoint as far as it is known, without looking closer or starting."""
        address = self._address()
        return None if address is None else _endpoint(address)

    def _address(self) -> ServerAddress | None:
        return self._private or _read_address(below(self._data, SERVER_FILE))

    def _is_believed(self, address: ServerAddress) -> bool:
        return address.url != self._suspect and address.version == __version__

    def _look_closer(self) -> ServerAddress:
        match ready(self._data):
            case NoFolder(reason=reason):
                return self._go_without(StoreError(reason, suggestion=_WRITABLE))
            case folder:
                return self._find_or_start(folder)

    def _find_or_start(self, folder: Path) -> ServerAddress:
        deadline = time.monotonic() + self._patience
        while True:
            state = _clear_stale(folder)
            if state is _LockState.UNSUPPORTED:
                return self._go_without(
                    StoreError(f"{folder} has no file locks", suggestion=_LOCKABLE)
                )
            is_free = state is _LockState.FREE
            try:
                address = self._start(folder) if is_free else _answering(folder)
            except NewerStoreError:
                raise
            except (StoreError, DiskFullError) as exc:
                return self._go_without(exc)
            if address is not None:
                return _of_our_version(address)
            if time.monotonic() > deadline:
                raise _hung(folder)
            time.sleep(_GLANCE)

    def _start(self, folder: Path) -> ServerAddress | None:
        child.check_installed()
        started = child.start(
            (
                *(*self._command, "--data-folder", str(folder)),
                *(*self._models_option(), *self._keep_option()),
            ),
            patience=self._patience,
            find_other=lambda: _read_address(folder / SERVER_FILE),
        )
        self._notices = () if started is None else started.notices
        return started

    def _go_without(self, error: SymblError) -> ServerAddress:
        """A server that keeps nothing, because of *error*."""
        if self._needs_store:
            raise error
        self._why_no_store = "; ".join(filter(None, (error.message, error.suggestion)))
        log.warning("conversations are not kept: %s", self._why_no_store)
        child.check_installed()
        self._private = child.start(
            (*self._command, "--no-files", *self._models_option()),
            patience=self._patience,
            find_other=lambda: None,
        )
        if self._private is None:
            raise MissingError("the server ended before it was ready")
        return self._private

    def _keep_option(self) -> tuple[str, ...]:
        return () if self._keep is None else ("--keep", str(self._keep))

    def _models_option(self) -> tuple[str, ...]:
        match self._models:
            case NoFolder():
                return ()
            case _:
                return ("--models-folder", str(self._models))


def _endpoint(address: ServerAddress) -> Endpoint:
    return Endpoint(
        ws_url=f"ws{address.url.removeprefix('http')}",
        http_url=address.url,
        token=lambda: address.token,
        is_local=True,
    )


def _read_address(file: Folder) -> ServerAddress | None:
    match file:
        case NoFolder():
            return None
        case _:
            # Damaged is as good as absent: looking closer puts it right.
            with suppress(OSError, UnicodeDecodeError, RemoteProtocolError):
                return decode_address(file.read_text(encoding="utf-8"))
            return None


def _clear_stale(folder: Path) -> _LockState:
    """Whether a server may be started; what a dead one left behind is removed."""
    from filelock import FileLock, Timeout

    try:
        # Without flock a lock would outlive a killed server.
        lock = FileLock(
            folder / LOCK_FILE, mode=FILE, timeout=0, fallback_to_soft=False
        )
        with lock:
            (folder / SERVER_FILE).unlink(missing_ok=True)
            return _LockState.FREE
    except Timeout:
        return _LockState.HELD
    except OSError:
        return _LockState.UNSUPPORTED


def _answering(folder: Path) -> ServerAddress | None:
    """The server that holds the lock, if it is there and well."""
    address = _read_address(folder / SERVER_FILE)
    return address if address is not None and _is_well(address) else None


def _is_well(address: ServerAddress) -> bool:
    from http.client import HTTPConnection, HTTPException

    parts = urlsplit(address.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_PROBE)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200  # noqa: PLR2004
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _of_our_version(address: ServerAddress) -> ServerAddress:
    if address.version == __version__:
        return address
    raise MissingError(
        f"a server of symbl {address.version} is running (process {address.pid}), "
        f"this is symbl {__version__}",
        suggestion=_remedy(address, "it ends by itself when its clients have gone, or"),
    )


def _hung(folder: Path) -> MissingError:
    address = _read_address(folder / SERVER_FILE)
    who = f"process {address.pid}" if address else "a process that left no address"
    return MissingError(
        f"a server holds {folder / LOCK_FILE} ({who}) and does not answer",
        suggestion=_remedy(address, "end it:"),
    )


def _remedy(address: ServerAddress | None, words: str) -> str:
    # A number that came back as another program's must not be sent a signal.
    if address is None or not _may_be_server(address.pid):
        return f"{words} end the process named symbl_cli.server, and try again"
    end = "taskkill /F /PID" if sys.platform == "win32" else "kill"
    return f"{words} `{end} {address.pid}`, and try again"


def _may_be_server(pid: int) -> bool:
    proc = Path("/proc")
    if not proc.joinpath("self/cmdline").exists():
        return True
    try:
        return b"symbl" in proc.joinpath(str(pid), "cmdline").read_bytes()
    except OSError:
        return False
