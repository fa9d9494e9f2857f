"""Logging as asked for: never on stdout, never secrets."""

import json
import logging
import os
import sys

import click

from ..private import make_file

log = logging.getLogger(__name__)


def log_nowhere() -> None:
    """Without any handler warnings would go to stderr as they are."""
    logging.basicConfig(handlers=[logging.NullHandler()])


def log_as_asked(
    *, verbosity: int, log_file: os.PathLike[str] | None, as_json: bool
) -> None:
    """To stderr, to a file, or both."""
    handlers: list[logging.Handler] = []
    if verbosity:
        stderr = logging.StreamHandler(sys.stderr)
        stderr.setFormatter(_JsonFormatter() if as_json else _formatter())
        handlers.append(stderr)
    if log_file is not None:
        handlers.append(_log_to(log_file))
    level = logging.DEBUG if verbosity > 1 or log_file else logging.INFO
    logging.basicConfig(level=level, handlers=handlers, force=True)


def log_failure(exc: Exception) -> None:
    """With its traceback, for those who asked for everything."""
    log.debug("it failed", exc_info=exc)


def _log_to(path: os.PathLike[str]) -> logging.Handler:
    try:
        if not os.path.lexists(path):
            make_file(path)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as exc:
        raise click.BadParameter(
            f"cannot write the log to {os.fspath(path)!r}: {exc.strerror}",
            param_hint="--log-file",
        ) from exc
    handler.setFormatter(_formatter())
    return handler


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
