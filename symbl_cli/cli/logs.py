"""Logging as asked for: never on stdout, never secrets."""

import json
import logging
import os
import sys
from collections.abc import Callable

import click

from ..private import make_file

log = logging.getLogger(__name__)


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
        stderr = logging.StreamHandler(sys.stderr)
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
        if not os.path.lexists(path):
            make_file(path)
        handler = _LogFile(path, warn)
    except OSError as exc:
        raise click.BadParameter(
            f"cannot write the log to {os.fspath(path)!r}: {exc.strerror}",
            param_hint="--log-file",
        ) from exc
    handler.setFormatter(_formatter())
    return handler


class _LogFile(logging.FileHandler):
    """A disk may be full: that is said once, and nothing more is written."""

    def __init__(self, path: os.PathLike[str], warn: Callable[[str], None]) -> None:
        super().__init__(path, encoding="utf-8")
        self._warn = warn
        self._has_failed = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._has_failed:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's
        exc = sys.exception()
        if not isinstance(exc, OSError):
            super().handleError(record)
            return
        self._has_failed = True
        self._warn(f"the log {self.baseFilename!r} ends early: {exc.strerror}")


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
