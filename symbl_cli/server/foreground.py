"""`symbl serve`: a server that people start, for clients of any kind."""

import contextlib
import os
import shlex
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .. import __version__
from ..errors import MissingError, RemoteProtocolError, UsageError
from ..protocol.local import (
    LOCAL_TENANT,
    SERVER_FILE,
    ServerAddress,
    decode_address,
)
from .credentials import (
    Pair,
    check_tenant,
    hash_secret,
    new_access,
    new_pair,
    read_credentials,
)
from .finding import announced, locked
from .serving import Addresses, serve
from .settings import ServerSettings
from .tls import check_tls

_GLANCE = 0.2
"""Seconds that a lock may be in the hands of somebody who only looks."""


def run_foreground(
    settings: ServerSettings,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    *,
    credentials: Path | None = None,
    is_insecure: bool = False,
) -> int | None:
    """Serve until a signal comes; *say* gets the URL, and a pair made for this run.

    Who is let in stands in the file *credentials*, else in *environment*. Returns the
    signal's number.

    Raises MissingError where another server keeps the same conversations, UsageError
    where the address cannot be had, would be open to listeners, or half a pair is set.
    """
    check_tls(settings, is_insecure=is_insecure)
    pairs, news = (
        _of_environment(environment)
        if credentials is None
        else (read_credentials(_read(credentials)), ())
    )
    access = new_access(*pairs)
    key = settings.tls.key if settings.tls else None
    for file in (credentials, key):
        if file is not None and (warning := _open_to_others(file)):
            say(warning)
    with contextlib.ExitStack() as stack:
        announce: Callable[[ServerAddress], None] = _forget
        if (folder := settings.data_folder) is not None:
            stack.enter_context(_locked_alone(folder))
            announce = stack.enter_context(announced(folder))

        def ready(addresses: Addresses, notices: tuple[str, ...]) -> None:
            token = access.issue(LOCAL_TENANT)
            address = ServerAddress(addresses.local, token, os.getpid(), __version__)
            announce(address)
            for line in (*notices, f"listening on {addresses.url}", *news):
                say(line)

        return serve(settings, access, ready=ready, forever=True)


def make_pair(tenant: str) -> tuple[str, str, str]:
    """A new app id and secret of *tenant*, and their line for a credentials file."""
    check_tenant(tenant)
    app_id, secret = new_pair()
    hashed = hash_secret(secret)
    return app_id, secret, f'"{tenant}"."{app_id}" = "{hashed}"'


def _of_environment(
    environment: Mapping[str, str],
) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """The pair to accept, and what is to be said of it where it was made just now."""
    app_id = environment.get("SYMBL_APP_ID")
    secret = environment.get("SYMBL_APP_SECRET")
    if app_id and secret:
        return (Pair(app_id, hash_secret(secret)),), ()
    if app_id or secret:
        missing = "SYMBL_APP_SECRET" if app_id else "SYMBL_APP_ID"
        raise UsageError(
            f"half a pair is set: {missing} is missing",
            suggestion="set both, or none to have one made",
        )
    app_id, secret = new_pair()
    pair = Pair(app_id, hash_secret(secret))
    return (pair,), (f"app id {app_id}", f"app secret {secret}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as exc:
        raise UsageError(f"cannot read {file}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{file} is not UTF-8 text") from exc


def _open_to_others(file: Path) -> str:
    """What to tell where other users of this computer have a hand on *file*."""
    mode = 0 if sys.platform == "win32" else stat.S_IMODE(file.stat().st_mode)
    others = stat.S_IRWXG | stat.S_IRWXO
    if not mode & others:
        return ""
    can = "changed" if mode & (stat.S_IWGRP | stat.S_IWOTH) else "read"
    return f"{file} can be {can} by other users: chmod 600 {shlex.quote(str(file))}"


def _forget(_address: ServerAddress) -> None:
    """Without a folder there is nowhere to be found."""


@contextlib.contextmanager
def _locked_alone(folder: Path) -> Iterator[None]:
    try:
        # Clients that look whether it is held have it for a moment.
        with locked(folder, patience=_GLANCE):
            yield
    except MissingError as exc:
        raise MissingError(
            f"{_other(folder)} keeps the conversations of this computer already",
            suggestion="it ends by itself when its last client has gone; or use it",
        ) from exc


def _other(folder: Path) -> str:
    try:
        other = decode_address((folder / SERVER_FILE).read_text(encoding="utf-8"))
    except (OSError, RemoteProtocolError):
        return "another process"
    return f"process {other.pid} at {other.url}"
