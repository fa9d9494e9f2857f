"""The child that a client starts: lock, ready line, lease (additions.md §3)."""

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .. import __version__
from ..collection import without_collection
from ..errors import MissingError, SymblError
from ..private import make_folder
from ..protocol.local import (
    LOCAL_TENANT,
    ServerAddress,
    encode_address,
    encode_failure,
)
from .finding import announced, locked
from .limits import read_limits
from .settings import RecognizerName, ServerSettings

_LOCK_PATIENCE = 1.0


def main(argv: list[str]) -> int:
    """Serve until nobody needs it; the loser of a race leaves quietly with 0."""
    options = _options(argv)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.WARNING,
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
    )
    settings = ServerSettings(
        limits=read_limits(options.limit),
        data_folder=None if options.no_files else options.data_folder,
        models_folder=options.models_folder,
        host=options.host,
        port=options.port,
        allow_hosts=tuple(options.allow_host),
        allow_origins=tuple(options.allow_origin),
        recognizer=RecognizerName(options.recognizer),
        workers=options.workers,
        keep=options.keep,
        max_streams=options.max_streams,
    )
    try:
        _serve(settings)
    except SymblError as exc:
        hint = f"; {exc.suggestion}" if exc.suggestion else ""
        sys.stderr.write(f"{exc.message}{hint}\n")
        _write(encode_failure(exc))
        return int(exc.exit_code)
    return 0


def _serve(settings: ServerSettings) -> None:
    with contextlib.ExitStack() as stack:
        announce = _say
        if (folder := settings.data_folder) is not None:
            with _in(folder):
                make_folder(folder, exist_ok=True)
                try:
                    stack.enter_context(locked(folder, patience=_LOCK_PATIENCE))
                except MissingError:
                    return
                write = stack.enter_context(announced(folder))

            def announce(address: ServerAddress) -> None:
                with _in(folder):
                    write(replace(address, notices=()))
                _say(address)

        # Only the winner of the lock pays for what a server needs.
        with without_collection():
            from .credentials import new_access
            from .serving import Addresses, serve

        access = new_access()

        def ready(addresses: Addresses, notices: tuple[str, ...]) -> None:
            token = access.issue(LOCAL_TENANT)
            address = ServerAddress(
                addresses.local, token, os.getpid(), __version__, notices
            )
            announce(address)

        serve(settings, access, ready=ready, forever=False)


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        from .store.faults import unusable

        raise unusable(folder, exc) from exc


def _say(address: ServerAddress) -> None:
    """The ready line; whoever started this reads no more than that."""
    _write(encode_address(address))


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m symbl_cli.server")
    parser.add_argument("--data-folder", type=Path)
    parser.add_argument("--models-folder", type=Path)
    parser.add_argument("--no-files", action="store_true")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--recognizer", default="moonshine", choices=list(RecognizerName)
    )
    parser.add_argument("--workers", type=int)
    parser.add_argument("--keep", type=float)
    parser.add_argument("--max-streams", type=int)
    parser.add_argument("--limit", action="append", default=[])
    parser.add_argument("--allow-host", action="append", default=[])
    parser.add_argument("--allow-origin", action="append", default=[])
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(argv)
