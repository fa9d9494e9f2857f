"""`symbl config`: guided set-up, settings, profiles, where things are."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from .command import Group
from .options import FilePath, reporting

if TYPE_CHECKING:
    from pathlib import Path

    from ..config.resolve import Configuration

_profile = click.option("--profile", metavar="NAME", help="Of this profile.")
_output = click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text"
)
_json = click.option("--json", "output", flag_value="json", help="JSON on stdout.")


@click.group(cls=Group)
def config() -> None:
    """Settings, profiles and credentials; where things are.

    A flag is stronger than a variable, that than ./symbl.toml, and that than the user
    file, which these commands change.
    """


@config.command()
@click.option("--profile", metavar="NAME", help="Set up this profile.")
@click.option("--engine", type=click.Choice(["local", "remote"]), help="Whose server.")
@click.option("--api-url", metavar="URL", help="A server that speaks the API.")
@click.option("--app-id", metavar="ID", help="That the server knows.")
@click.option("--app-secret-stdin", is_flag=True, help="Read the secret from stdin.")
@click.option(
    "--app-secret-file",
    type=FilePath(),
    help="Read the secret from a file.",
)
@click.option("--move-symbl-conf", is_flag=True, help="Take over ~/symbl.conf.")
@click.option("--device", metavar="NAME", help="Microphone, by name or index.")
@click.option("--language", metavar="CODE", help="As in en-US.")
def init(
    profile: str | None,
    engine: str | None,
    api_url: str | None,
    app_id: str | None,
    app_secret_stdin: bool,
    app_secret_file: "Path | None",
    move_symbl_conf: bool,
    device: str | None,
    language: str | None,
) -> None:
    """Set up this computer, or a server to use instead.

    Asks for what is not given, where there is a terminal to ask at.
    """
    from .config_init import Given, set_up

    given = Given(
        profile=profile,
        is_remote=None if engine is None else engine == "remote",
        api_url=api_url,
        app_id=app_id,
        secret_from_stdin=app_secret_stdin,
        secret_file=app_secret_file,
        takes_over_vendor=move_symbl_conf,
        device=device,
        language=language,
    )
    set_up(given, reporting())


@config.command("list")
@_profile
@click.option("--show-origin", is_flag=True, help="Where each value comes from.")
@_output
@_json
@click.option("--fields", metavar="A,B", help="Only these, in this order.")
def list_settings(
    profile: str | None, show_origin: bool, output: str, fields: str | None
) -> None:
    """Every setting in force; secrets are never shown."""
    from ..config.listing import rows

    origin = ("origin", "where") if show_origin else ()
    table = [
        {
            "name": row.name,
            "value": row.value if output == "json" else row.text,
            "origin": row.origin.source.value,
            "where": row.origin.where,
        }
        for row in rows(_load(profile))
    ]
    names = fields.split(",") if fields else ("name", "value", *origin)
    _print(table, names, output)


@config.command()
@click.argument("name")
@_profile
@_output
@_json
def get(name: str, profile: str | None, output: str) -> None:
    """Print the value of NAME that is in force."""
    from ..config.listing import rows

    _check(name)
    (row,) = [row for row in rows(_load(profile)) if row.name == name]
    if output == "json":
        _print_json({"name": name, "value": row.value})
    else:
        _print_value(row.text)


@config.command("set")
@click.argument("name")
@click.argument("value")
@_profile
def set_value(name: str, value: str, profile: str | None) -> None:
    """Set NAME to VALUE in the user file; lists have commas between."""
    from ..config.edit import save
    from ..config.places import find_places

    save(find_places(), {name: value}, profile)


@config.command()
@click.argument("name")
@_profile
def unset(name: str, profile: str | None) -> None:
    """Remove NAME, or the stored app_secret, from the user file."""
    from ..config.edit import remove
    from ..config.places import find_places

    if name == "app_secret":
        _forget_secret(profile)
    elif not remove(find_places(), name, profile):
        _check(name)
        reporting().notices().status(f"{name} was not set")


@config.command()
@click.argument("what", required=False)
@_output
@_json
def path(what: str | None, output: str) -> None:
    """Where things are kept; with a name, only that."""
    from pathlib import Path

    from ..config.places import Folder, find_places
    from ..errors import NotFoundError

    def shown(place: Folder) -> str | None:
        return str(place) if isinstance(place, Path) else None

    places = find_places().named()
    if what is None:
        table = [{"name": n, "path": shown(place)} for n, place in places.items()]
        _print(table, ("name", "path"), output)
        return
    if what not in places:
        raise NotFoundError(
            f"there is no place {what!r}", suggestion=f"choose of {', '.join(places)}"
        )
    if output == "json":
        _print_json({"name": what, "path": shown(places[what])})
    else:
        _print_value(shown(places[what]) or "")


def _load(profile: str | None) -> "Configuration":
    import os

    from ..config.places import find_places
    from ..config.resolve import load

    flags = {"profile": profile}
    return load(flags, environment=os.environ, places=find_places())


def _check(name: str) -> None:
    from ..config.settings import SETTINGS
    from ..config.values import did_you_mean
    from ..errors import NotFoundError

    if name not in SETTINGS:
        raise NotFoundError(
            f"there is no setting {name!r}{did_you_mean(name, SETTINGS)}",
            suggestion="see `symbl config list`",
        )


def _forget_secret(profile: str | None) -> None:
    from ..config.secrets import forget_secret
    from ..connect.token import forget_tokens

    configuration = _load(profile)
    places = configuration.places
    forget_secret(profile, configuration.settings.secret_in, places)
    forget_tokens(places.cache)


def _print(
    table: Sequence[Mapping[str, object]], names: Sequence[str], output: str
) -> None:
    """*table* with the columns *names*: aligned, or one JSON list."""
    from ..text.terminal import terminal_safe

    unknown = [name for name in names if table and name not in table[0]]
    if unknown:
        raise click.BadParameter(
            f"no {', '.join(unknown)}; there are: {', '.join(table[0])}",
            param_hint="--fields",
        )
    if output == "json":
        _print_json([{name: row[name] for name in names} for row in table])
        return
    cells = [[terminal_safe(str(row[name] or "")) for name in names] for row in table]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row_cells in cells:
        padded = map(str.ljust, row_cells, widths)
        click.echo("  ".join(padded).rstrip())


def _print_value(text: str) -> None:
    """A program gets *text* as it is; ./symbl.toml may be of somebody else."""
    import sys

    from ..text.terminal import terminal_safe

    click.echo(terminal_safe(text) if sys.stdout.isatty() else text)


def _print_json(value: object) -> None:
    from ..text.terminal import json_text

    click.echo(json_text(value))
