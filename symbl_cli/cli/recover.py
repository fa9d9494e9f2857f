"""`symbl recover`: what interrupted runs left behind."""

import click

from .command import Command


@click.command(cls=Command)
@click.argument("name", required=False, metavar="[ID|last]")
@click.option("--all", "everything", is_flag=True, help="Every run that is listed.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text")
@click.option("--json", "output", flag_value="json", help="JSON on stdout.")
def recover(name: str | None, output: str, *, everything: bool) -> int:
    """Bring back what interrupted runs recorded.

    Lists them: id, when, how much sound, what. With ID (the beginning of one is
    enough), last or --all it makes conversations of them and prints their ids.
    """
    from ..app.recover import list_left
    from ..app.recover import recover as run
    from ..errors import UsageError
    from .options import reporting

    notices = reporting().notices()
    if name is not None and everything:
        raise UsageError("an ID and --all cannot both be meant")
    as_json = output == "json"
    if name is None and not everything:
        return list_left(as_json=as_json, notices=notices)
    return run(name, everything=everything, as_json=as_json, notices=notices)
