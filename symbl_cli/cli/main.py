"""The command line's door: every command, and the one place where errors end."""

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import TextIO

import click

from .. import __version__
from ..errors import DiskFullError, ExitCode, SymblError, UsageError
from .command import Group
from .config import config
from .conversation import conversation
from .devices import devices
from .models import models
from .options import Reporting, asks_for_json, with_common_options
from .recover import recover
from .serve import serve
from .stream import stream

_SIGNALS = 128
"""Exit codes above it are of signals."""
_PATIENCE = 1.0
"""Seconds for what is left to write, where somebody waits for the end."""


class _Commands(Group):
    """Ends as agreed before Click makes an ending of its own, words included."""

    def invoke(self, ctx: click.Context) -> object:
        from .logs import log_nowhere

        log_nowhere()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(ExitCode.INTERRUPTED)
        except BrokenPipeError:  # nobody reads stdout any more
            ctx.exit(ExitCode.OK)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="symbl", message="%(prog)s %(version)s")
def cli() -> None:
    """Live transcription for the terminal.

    Shows what is said while people speak: the transcript, the questions asked, the
    action items agreed, topics and trackers. Everything runs on this computer
    unless you name a server.

    Try it: symbl stream --demo
    """


for command in (stream, conversation, config, devices, models, serve, recover):
    cli.add_command(command)
with_common_options(cli)


def run(arguments: Sequence[str]) -> int:
    """Carry out *arguments*; returns the exit code of docs/commands.md."""
    report = Reporting(as_json=asks_for_json(arguments))
    try:
        _use_utf8()
        code = _run(arguments, report)
        _flush()
    except KeyboardInterrupt:
        code = int(ExitCode.INTERRUPTED)
    except Exception as exc:
        from .logs import log_failure

        error = _as_ours(exc)
        report.notices().error(error)
        log_failure(exc)
        code = int(error.exit_code)
    _forget_dead_streams(code)
    return code


def _run(arguments: Sequence[str], report: Reporting) -> int:
    try:
        outcome = cli.main(
            list(arguments), prog_name="symbl", standalone_mode=False, obj=report
        )
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except click.Abort:
        return int(ExitCode.INTERRUPTED)
    except click.ClickException as exc:
        if type(exc).__name__ == "NoArgsIsHelpError":  # not in every Click
            click.echo(exc.format_message(), err=True)
            return int(ExitCode.USAGE)
        raise UsageError(exc.format_message(), suggestion=_help_for(exc)) from exc
    return int(outcome) if isinstance(outcome, int) else int(ExitCode.OK)


def _flush() -> None:
    """Write what is left; that nobody reads it any more is no failure."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as exc:
        if exc.errno == errno.ENOSPC:
            raise


def _as_ours(exc: Exception) -> SymblError:
    match exc:
        case SymblError():
            return exc
        case OSError(errno=errno.ENOSPC):
            return DiskFullError(
                "no space left for the output", suggestion="free some; see `df -h`"
            )
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return SymblError(
                "no more files can be opened here", suggestion="raise `ulimit -n`"
            )
        case FileNotFoundError() if _is_nowhere():
            return UsageError(
                "the folder that this was started in is not there any more",
                suggestion="`cd` to another one, or name files by their whole path",
            )
        case _:
            return SymblError(
                f"an error of symbl itself: {type(exc).__name__}: {exc}",
                suggestion="run it again with -vv and report what it logs",
            )


def _is_nowhere() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - pathlib is not needed for more
    except FileNotFoundError:
        return True
    return False


def _help_for(exc: click.ClickException) -> str:
    ctx = exc.ctx if isinstance(exc, click.UsageError) else None
    return f"see `{ctx.command_path if ctx else 'symbl'} --help`"


def _use_utf8() -> None:
    """UTF-8 with newlines as they are, on every system and in every locale."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8",
                newline="\n",
                errors="strict" if name == "stdout" else "backslashreplace",
            )


def _forget_dead_streams(code: int) -> None:
    """Python flushes once more at the very end, and would make its own exit code.

    After a signal that waits for nobody who reads nothing.
    """
    for written in filter(None, (sys.stdout, sys.stderr)):
        if code <= _SIGNALS:
            _flush_or_forget(written)
            continue
        flushing = Thread(target=_flush_or_forget, args=(written,), daemon=True)
        flushing.start()
        flushing.join(_PATIENCE)
        if flushing.is_alive():
            from ..app.logs import finish_logs

            finish_logs()
            os._exit(code)


def _flush_or_forget(written: TextIO) -> None:
    try:
        written.flush()
    except (OSError, ValueError):
        _forget(written)


def _forget(written: TextIO) -> None:
    with suppress(OSError, ValueError):  # it is not even a file
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, written.fileno())
