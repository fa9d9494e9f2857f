"""`symbl models`: the speech models of the embedded server."""

from typing import TYPE_CHECKING

import click

from .command import Group
from .options import FilePath

if TYPE_CHECKING:
    from pathlib import Path

    from ..connect.models import Answer, LocalModel, OfferedModel

_BUNDLED = "comes with the recogniser"
_OFFERED = "symbl models pull {name}"

_output = click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text"
)
_json = click.option("--json", "output", flag_value="json", help="JSON on stdout.")


@click.group(cls=Group)
def models() -> None:
    """The speech models of the embedded server.

    The most accurate of those that are here is used. Only `pull` downloads.
    """


@models.command("list")
@_output
@_json
def list_models(output: str) -> None:
    """Those that are here, and those that `pull` can get."""
    _show(("list",), output)


@models.command()
@_output
@_json
def path(output: str) -> None:
    """Where the one in use is."""
    _show(("path",), output)


@models.command()
@click.argument("folder", type=FilePath())
@_output
@_json
def add(folder: "Path", output: str) -> None:
    """Copy the model in FOLDER to where the server finds it."""
    _show(("add", str(folder.absolute())), output)


@models.command()
@click.argument("name")
@_output
@_json
def pull(name: str, output: str) -> None:
    """Download the model NAME, saying its size and licence first."""
    _show(("pull", name), output)


def _show(arguments: tuple[str, ...], output: str) -> None:
    """A line for each answer, as it comes."""
    from pathlib import Path

    from ..config.places import find_places
    from ..connect.models import ask

    folder = find_places().models
    line = _json_line if output == "json" else _text_line
    for answer in ask(arguments, folder if isinstance(folder, Path) else None):
        click.echo(line(answer))


def _text_line(answer: "Answer") -> str:
    from ..connect.models import LocalModel, ModelPath, OfferedModel

    match answer:
        case LocalModel(is_bundled=is_bundled, is_in_use=is_in_use, folder=folder):
            mark = "*" if is_in_use else " "
            return f"{mark} {_about(answer)}{_BUNDLED if is_bundled else folder}"
        case OfferedModel(name=name):
            return f"  {_about(answer)}{_OFFERED.format(name=name)}"
        case ModelPath(path=path):
            return str(path)


def _about(model: "LocalModel | OfferedModel") -> str:
    return f"{model.name:22}{model.size / 1e6:4.0f} MB  {model.licence}  "


def _json_line(answer: "Answer") -> str:
    import json
    from dataclasses import asdict

    return json.dumps({key: _plain(value) for key, value in asdict(answer).items()})


def _plain(value: object) -> object:
    from pathlib import Path

    return str(value) if isinstance(value, Path) else value
