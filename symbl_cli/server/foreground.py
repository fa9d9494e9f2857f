"""`symbl serve`: a server that people start, for clients of any kind."""

import contextlib
import os
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
from .credentials import Pair, hash_secret, new_access, new_pair
from .finding import announced, locked
from .serving import serve
from .settings import ServerSettings


def run_foreground(
    settings: ServerSettings,
    environment: Mapping[str, str],
    say: Callable[[str], None],
) -> int | None:
    """Serve until a signal comes; *say* gets the URL, and a pair made for this run.

    Returns the signal's number.

    Raises MissingError where another server keeps the same conversations, UsageError
    where the address cannot be had or half a pair is set.
    """
    pair, is_made = _pair(environment)
    app_id, secret = pair
    access = new_access(Pair(app_id, hash_secret(secret)))
    with contextlib.ExitStack() as stack:
        announce: Callable[[ServerAddress], None] = _forget
        if (folder := settings.data_folder) is not None:
            stack.enter_context(_locked_alone(folder))
            announce = stack.enter_context(announced(folder))

        def ready(url: str, notices: tuple[str, ...]) -> None:
            for notice in notices:
                say(notice)
            token = access.issue(LOCAL_TENANT)
            announce(ServerAddress(url, token, os.getpid(), __version__))
            say(f"listening on {url}")
            if is_made:
                say(f"app id {app_id}")
                say(f"app secret {secret}")

        return serve(settings, access, ready=ready, forever=True)


def _pair(environment: Mapping[str, str]) -> tuple[tuple[str, str], bool]:
    """The pair to accept, and whether it was made just now."""
    app_id = environment.get("SYMBL_APP_ID")
    secret = environment.get("SYMBL_APP_SECRET")
    if app_id and secret:
        return (app_id, secret), False
    if app_id or secret:
        missing = "SYMBL_APP_SECRET" if app_id else "SYMBL_APP_ID"
        raise UsageError(
            f"half a pair is set: {missing} is missing",
            suggestion="set both, or none to have one made",
        )
    return new_pair(), True


def _forget(_address: ServerAddress) -> None:
    """Without a folder there is nowhere to be found."""


@contextlib.contextmanager
def _locked_alone(folder: Path) -> Iterator[None]:
    try:
        with locked(folder, patience=0):
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
