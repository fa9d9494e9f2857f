"""Options that every command has, and how the command line reports."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from .command import check_first

if TYPE_CHECKING:
    from pathlib import Path

    from ..sinks.notices import Notices

_Any = TypeVar("_Any", bound=click.Command)


_LONGEST = 1e9
"""Seconds: any longer is meant to be without end."""


class FilePath(click.Path):
    """A file's path; `pathlib` is imported when there is one."""

    def __init__(self, *, allow_dash: bool = False, on_stdout: str = "") -> None:
        """*on_stdout*: what to give for whoever means stdout by `-`."""
        super().__init__(allow_dash=allow_dash)
        self._on_stdout = on_stdout

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "Path":
        if os.fspath(value) == "-" and not self.allow_dash:
            stdout = f"give {self._on_stdout} for stdout, " if self._on_stdout else ""
            self.fail(f"'-' names no file: {stdout}./- for that name", param, ctx)
        return self.coerce_path_result(os.fsdecode(super().convert(value, param, ctx)))

    def coerce_path_result(self, value: str | os.PathLike[str]) -> "Path":
        from pathlib import Path

        return Path(value)


class Words(click.types.StringParamType):
    """Text of whatever kind; what is no text may still be a file's name."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        text = str(super().convert(value, param, ctx))
        try:
            # Bytes that the locale has no letters for may be UTF-8 all the same.
            return text if _is_text(text) else os.fsencode(text).decode()
        except UnicodeError:
            self.fail("it is not UTF-8 text", param, ctx)


class Seconds(click.FloatRange):
    """A length of time that comes to an end."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds = float(super().convert(value, param, ctx))  # type: ignore[arg-type] # Click's own annotation is of what it returns
        if not seconds <= _LONGEST:
            self.fail("it must be a number of seconds, 30 years at most", param, ctx)
        return seconds


class Reporting:
    """How this run speaks of itself, on stderr; filled while options are read."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.quiet = False
        self.verbosity = 0
        self.log_file: os.PathLike[str] | None = None
        self.color = "auto"
        self.no_input = False
        self.given: set[str] = set()
        """Options with a value that were given before or behind the command."""

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
    """Give *command*, and every command below it, the options that all have.

    What takes text takes nothing else from then on.
    """
    _add_options(command, _common_options())
    return command


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _add_options(command: click.Command, options: Sequence[click.Option]) -> None:
    known = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in options if known.isdisjoint(option.opts)]
    for parameter in command.params:
        if parameter.type is click.STRING:
            parameter.type = Words()
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _add_options(child, options)


def _common_options() -> list[click.Option]:
    return [
        _option("-q", "--quiet", is_flag=True, help="Only errors on stderr."),
        _option("-v", "--verbose", count=True, help="Say more; twice: everything."),
        _option("--log-file", type=FilePath(), help="Log to a file."),
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
    if value is not None:
        check_first(option, report.given, ctx)
    match option.name, value:
        case _, None | False | 0:
            pass
        case "quiet", True:
            report.quiet = True
        case "verbose", int():
            report.verbosity = max(report.verbosity, value)
            _log(report)
        case "log_file", os.PathLike():
            report.log_file = value
            _log(report)
        case "color", str():
            report.color = value
        case "no_input", True:
            report.no_input = True
    return value


def _log(report: Reporting) -> None:
    from .logs import log_as_asked

    log_as_asked(
        verbosity=report.verbosity,
        log_file=report.log_file,
        as_json=report.as_json,
        warn=lambda message: report.notices().warning(message),
    )
