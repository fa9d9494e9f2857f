"""Logging as asked for: never on stdout, never secrets."""

import errno
import json
import logging
import os
import sys
from collections.abc import Callable
from typing import TextIO

import click

from ..private import FILE
from .log_writing import LogWriter

log = logging.getLogger(__name__)

_APPEND = (
    os.O_WRONLY
    | os.O_APPEND
    | os.O_CREAT
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def log_nowhere() -> None:
    """Without any handler warnings would go to stderr as they are."""
    logging.basicConfig(handlers=[logging.NullHandler()])


def log_as_asked(
    *,
    verbosity: int,
    log_file: os.PathLike[str] | None,
    as_json: bool,
    warn: Callable[[str], None],
) -> None:
    """To stderr, to a file, or both; *warn* where the file takes no more."""
    handlers: list[logging.Handler] = []
    if verbosity:
        stderr = LogWriter(sys.stderr, on_failure=_nowhere)
        stderr.setFormatter(_JsonFormatter() if as_json else _formatter())
        handlers.append(stderr)
    if log_file is not None:
        handlers.append(_log_to(log_file, warn))
    level = logging.DEBUG if verbosity > 1 or log_file else logging.INFO
    logging.basicConfig(level=level, handlers=handlers, force=True)


def log_failure(exc: Exception) -> None:
    """With its traceback, for those who asked for everything."""
    log.debug("it failed", exc_info=exc)


def _log_to(path: os.PathLike[str], warn: Callable[[str], None]) -> logging.Handler:
    try:
        stream = _open(path)
    except OSError as exc:
        is_unread = exc.errno == errno.ENXIO
        why = "nobody reads from that named pipe" if is_unread else exc.strerror
        raise click.BadParameter(
            f"cannot write the log to {os.fspath(path)!r}: {why}",
            param_hint="--log-file",
        ) from exc

    def tell(exc: OSError) -> None:
        """A disk may be full: that is said once, and nothing more is written."""
        name = os.path.abspath(path)  # noqa: PTH100 - pathlib takes time
        warn(f"the log {name!r} ends early: {exc.strerror}")

    handler = LogWriter(stream, on_failure=tell, is_owner=True)
    handler.setFormatter(_formatter())
    return handler


def _open(path: os.PathLike[str]) -> TextIO:
    """A pipe without a reader is none to wait for."""
    descriptor = os.open(path, _APPEND, FILE)
    if sys.platform != "win32":
        os.set_blocking(descriptor, True)
    return open(  # noqa: PTH123 - a descriptor; the handler closes it
        descriptor, "w", encoding="utf-8"
    )


def _nowhere(_exc: OSError) -> None:
    """Nobody reads stderr: there is nowhere left to say so."""


def _formatter() -> logging.Formatter:
    return _SafeFormatter("%(asctime)s %(name)s %(levelname)s %(message)s")


class _SafeFormatter(logging.Formatter):
    """Logs quote what others sent: a terminal must not obey it."""

    def format(self, record: logging.LogRecord) -> str:
        from ..text.terminal import terminal_safe

        lines = super().format(record).split("\n")
        return "\n".join(map(terminal_safe, lines))


class _JsonFormatter(_SafeFormatter):
    """Under `--json` every line of stderr is one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"logger": record.name, "message": super().format(record)}
        return json.dumps({"status": said}, ensure_ascii=False)
