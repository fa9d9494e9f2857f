"""Options that every command has, and how the command line reports."""

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from ..sinks.notices import Notices

_Any = TypeVar("_Any", bound=click.Command)


@dataclass(slots=True)
class Reporting:
    """How this run speaks of itself, on stderr; filled while options are read."""

    as_json: bool = False
    quiet: bool = False
    verbosity: int = 0
    log_file: Path | None = None
    color: str = "auto"
    no_input: bool = False

    def notices(self) -> "Notices":
        """What is said on stderr, for people or for programs."""
        from ..sinks.notices import JsonNotices, PlainNotices

        make = JsonNotices if self.as_json else PlainNotices
        return make(sys.stderr, quiet=self.quiet)

    def announce(self, message: str) -> None:
        """What was asked for, and so is said even when quiet."""
        from ..sinks.notices import JsonNotices, PlainNotices

        (JsonNotices if self.as_json else PlainNotices)(sys.stderr).status(message)


def reporting() -> Reporting:
    """That of the command that runs now."""
    return click.get_current_context().ensure_object(Reporting)


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether errors of these arguments, even those in reading them, are JSON."""
    for before, argument in zip(("", *arguments), arguments, strict=False):
        if argument == "--":
            return False
        if argument in {"--json", "-ojson", "--output=json"}:
            return True
        if argument == "json" and before in {"-o", "--output"}:
            return True
    return False


def with_common_options(command: _Any) -> _Any:
    """Give *command*, and every command below it, the options that all have."""
    known = {name for parameter in command.params for name in parameter.opts}
    command.params += [
        option for option in _common_options() if not known & set(option.opts)
    ]
    if isinstance(command, click.Group):
        for child in command.commands.values():
            with_common_options(child)
    return command


def _common_options() -> list[click.Option]:
    return [
        _option("-q", "--quiet", is_flag=True, help="Only errors on stderr."),
        _option("-v", "--verbose", count=True, help="Say more; twice: everything."),
        _option("--log-file", type=click.Path(path_type=Path), help="Log to a file."),
        _option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            help="Colours and the live display.",
        ),
        _option("--no-input", is_flag=True, help="Never ask anything."),
    ]


def _option(*names: str, **attributes: object) -> click.Option:
    return click.Option(
        list(names),
        expose_value=False,
        callback=_remember,
        **attributes,  # type: ignore[arg-type] # Click's own keywords, passed on
    )


def _remember(ctx: click.Context, option: click.Parameter, value: object) -> object:
    """Keep *value* where both `symbl -v stream` and `symbl stream -v` put it."""
    report = ctx.ensure_object(Reporting)
    match option.name, value:
        case _, None | False | 0:
            pass
        case "quiet", True:
            report.quiet = True
        case "verbose", int():
            report.verbosity = max(report.verbosity, value)
            _log(report)
        case "log_file", Path():
            report.log_file = value
            _log(report)
        case "color", str():
            report.color = value
        case "no_input", True:
            report.no_input = True
    return value


def _log(report: Reporting) -> None:
    """Logging as asked for: never on stdout, never secrets."""
    handlers: list[logging.Handler] = []
    if report.verbosity:
        stderr = logging.StreamHandler(sys.stderr)
        stderr.setFormatter(_JsonFormatter() if report.as_json else _formatter())
        handlers.append(stderr)
    if report.log_file is not None:
        handlers.append(_log_to(report.log_file))
    level = logging.DEBUG if report.verbosity > 1 or report.log_file else logging.INFO
    logging.basicConfig(level=level, handlers=handlers, force=True)


def _log_to(path: Path) -> logging.Handler:
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as exc:
        raise click.BadParameter(
            f"cannot write the log to {str(path)!r}: {exc.strerror}",
            param_hint="--log-file",
        ) from exc
    handler.setFormatter(_formatter())
    return handler


def _formatter() -> logging.Formatter:
    return logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s")


class _JsonFormatter(logging.Formatter):
    """Under `--json` every line of stderr is one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"logger": record.name, "message": super().format(record)}
        return json.dumps({"status": said}, ensure_ascii=False)
