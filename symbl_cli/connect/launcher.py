"""Finds the server of this computer, or starts one (see `protocol/local.py`).

Its address lies in a file, which is believed at a glance (see `trust.py`). When a dial
fails it is looked at closer: a lock that can be taken means that no server lives,
whatever the file says.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from .. import __version__
from ..config.endpoint import Endpoint
from ..config.places import NoFolder, Places, ready
from ..errors import (
    DiskFullError,
    MissingError,
    NewerStoreError,
    StoreError,
    SymblError,
)
from ..protocol.local import LOCK_FILE, ServerAddress
from . import child
from .trust import (
    LockState,
    claim,
    clear_stale,
    in_the_way,
    is_alive,
    is_child_alive,
    is_served,
    read_address,
)

log = logging.getLogger(__name__)

_WRITABLE = "make it a folder that you can write to"
_LOCKABLE = "put it on a disk of this computer"
_PATIENCE = 10.0
"""Seconds until a server has to be ready."""
_SLOWEST = 6
"""Times as many, at most, where one was not ready: the computer may be busy."""
_GLANCE = 0.05
_PROBE = 2.0
"""Seconds for a server to say that it is well."""


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
        self._slowness = 1
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
            address = self._believed()
            if address is None or not self._is_good(address):
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
        address = self._believed()
        return None if address is None else _endpoint(address)

    def _believed(self) -> ServerAddress | None:
        """Where a server of ours listens, as far as a glance tells."""
        match self._data:
            case _ if self._private is not None:
                return self._private if is_child_alive(self._private.pid) else None
            case NoFolder():
                return None
            case folder:
                address = read_address(folder)
                is_there = address is not None and is_served(folder, address)
                return address if is_there else None

    def _is_good(self, address: ServerAddress) -> bool:
        return address.url != self._suspect and address.version == __version__

    def _look_closer(self) -> ServerAddress:
        match ready(self._data):
            case NoFolder(reason=reason):
                return self._go_without(StoreError(reason, suggestion=_WRITABLE))
            case folder if not claim(folder):
                reason = f"{folder} belongs to another user"
                return self._go_without(StoreError(reason, suggestion=_WRITABLE))
            case folder:
                return self._find_or_start(folder)

    def _find_or_start(self, folder: Path) -> ServerAddress:
        deadline = time.monotonic() + self._patience
        seen: ServerAddress | None = None
        while True:
            state = clear_stale(folder)
            if state is LockState.UNSUPPORTED:
                return self._go_without(_unlockable(folder))
            is_free = state is LockState.FREE
            try:
                address = self._start(folder) if is_free else _answering(folder, seen)
            except NewerStoreError:
                raise
            except (StoreError, DiskFullError) as exc:
                return self._go_without(exc)
            if address is not None:
                return _of_our_version(address)
            if time.monotonic() > deadline:
                raise _hung(folder)
            seen = read_address(folder)
            time.sleep(_GLANCE)

    def _start(self, folder: Path) -> ServerAddress | None:
        started = self._started(
            *("--data-folder", str(folder), *self._models_option()),
            *self._keep_option(),
            find_other=lambda: read_address(folder),
        )
        self._notices = () if started is None else started.notices
        return started

    def _started(
        self, *options: str, find_other: Callable[[], ServerAddress | None]
    ) -> ServerAddress | None:
        child.check_installed()
        slowness = self._slowness
        # Where this one is not ready in time the next gets longer: else none ever is.
        self._slowness = min(_SLOWEST, 2 * slowness)
        started = child.start(
            (*self._command, *options),
            patience=self._patience * slowness,
            find_other=find_other,
        )
        self._slowness = 1
        return started

    def _go_without(self, error: SymblError) -> ServerAddress:
        """A server that keeps nothing, because of *error*."""
        if self._needs_store:
            raise error
        self._why_no_store = "; ".join(filter(None, (error.message, error.suggestion)))
        log.warning("conversations are not kept: %s", self._why_no_store)
        self._private = self._started(
            "--no-files", *self._models_option(), find_other=lambda: None
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


def _unlockable(folder: Path) -> StoreError:
    if (path := in_the_way(folder)) is not None:
        return StoreError(f"{path} is no file of the server", suggestion="move it away")
    return StoreError(f"{folder} has no file locks", suggestion=_LOCKABLE)


def _answering(folder: Path, seen: ServerAddress | None) -> ServerAddress | None:
    """The server that holds the lock, if it is there and well.

    *seen* a glance ago. Of one whose process is not to be seen (it may live in a
    container of its own) the address must have stayed: a server that begins removes
    that of a dead one, where another user may listen now.
    """
    address = read_address(folder)
    if address is None or not (is_alive(address.pid) or address == seen):
        return None
    return address if _is_well(address) else None


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
    address = read_address(folder)
    who = f"process {address.pid}" if address else "a process that left no address"
    return MissingError(
        f"a server holds {folder / LOCK_FILE} ({who}) and does not answer",
        # One that hangs does not hear that it should end.
        suggestion=_remedy(address, "end it:", signal=" -9"),
    )


def _remedy(address: ServerAddress | None, words: str, *, signal: str = "") -> str:
    # A number that came back as another program's must not be sent a signal.
    if address is None or not _may_be_server(address.pid):
        return f"{words} end the process named symbl_cli.server, and try again"
    end = "taskkill /F /PID" if sys.platform == "win32" else f"kill{signal}"
    return f"{words} `{end} {address.pid}`, and try again"


def _may_be_server(pid: int) -> bool:
    proc = Path("/proc")
    if not proc.joinpath("self/cmdline").exists():
        return True
    try:
        return b"symbl" in proc.joinpath(str(pid), "cmdline").read_bytes()
    except OSError:
        return False
