"""`symbl devices`: what can be recorded, and how loud it is."""

import math
import sys
from typing import TYPE_CHECKING

import click

from .command import Group

if TYPE_CHECKING:
    from ..audio.drivers.driver import InputDevice
    from ..audio.meter import Level
    from ..audio.source import SourceState

_output = click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text"
)
_json = click.option("--json", "output", flag_value="json", help="JSON on stdout.")
_fields = click.option("--fields", metavar="A,B", help="Only these, in this order.")


_COLUMNS = ("index", "name", "channels", "sample_rate", "default", "monitor")


@click.group(cls=Group, invoke_without_command=True)
@_output
@_json
@_fields
@click.pass_context
def devices(ctx: click.Context, output: str, fields: str | None) -> None:
    """Input devices: what `stream --device` takes, by number or name."""
    if ctx.invoked_subcommand is not None:
        return
    from ..audio.devices import list_devices

    names = _columns(fields)
    rows = [_row(device) for device in list_devices()]
    if output == "json":
        from ..text.terminal import json_text

        chosen = [{name: row[name] for name in names} for row in rows]
        click.echo(json_text(chosen))
        return
    for row in rows:
        click.echo(_line(row) if fields is None else _tabbed(row, names))


@devices.command("test")
@click.argument("device", default="mic")
@click.option(
    "--duration",
    type=click.FloatRange(0, min_open=True),
    default=math.inf,
    metavar="SECONDS",
    help="Stop by itself.",
)
def test_level(device: str, duration: float) -> None:
    """Show how loud DEVICE is, until Ctrl-C."""
    from contextlib import closing

    from ..audio.meter import measure
    from ..audio.microphone import open_microphone

    microphone = open_microphone(device)
    click.echo(f"listening to {_safe(microphone.name)}", err=True)
    with closing(microphone):
        for measured in measure(microphone, duration):
            _show(measured)
    if sys.stdout.isatty():
        click.echo()


def _show(measured: "Level | SourceState") -> None:
    """A bar that moves on a terminal, a line a block elsewhere."""
    from ..audio.meter import Level, draw

    match measured:
        case Level() if sys.stdout.isatty():
            click.echo(f"\r{draw(measured):80}", nl=False)
        case Level():
            click.echo(draw(measured))
        case state:
            click.echo(f"{state.state} {_safe(state.device)}".rstrip(), err=True)


def _columns(fields: str | None) -> tuple[str, ...]:
    if fields is None:
        return _COLUMNS
    names = tuple(name.strip() for name in fields.split(","))
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown:
        raise click.BadParameter(
            f"{unknown[0]!r} is none of {', '.join(_COLUMNS)}", param_hint="--fields"
        )
    return names


def _row(device: "InputDevice") -> dict[str, str | int]:
    values = (
        device.index,
        device.name,
        device.channels,
        device.sample_rate,
        device.is_default and not device.is_monitor,
        device.is_monitor,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _line(row: dict[str, str | int]) -> str:
    from ..text.counting import counted

    mark = "*" if row["default"] else " "
    about = f"{counted(int(row['channels']), 'channel')}, {row['sample_rate']} Hz"
    monitor = ", what this computer plays" if row["monitor"] else ""
    return f"{mark} {row['index']:>2}  {_safe(str(row['name']))}  ({about}{monitor})"


def _tabbed(row: dict[str, str | int], names: tuple[str, ...]) -> str:
    return "\t".join(_safe(str(row[name])) for name in names)


def _safe(text: str) -> str:
    from ..text.terminal import terminal_safe

    return terminal_safe(text)
