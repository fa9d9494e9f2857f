"""`symbl serve`: the server in the foreground, for other clients."""

from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=0, help="0 takes a free one.")
@click.option(
    "--allow-host", multiple=True, metavar="NAME", help="A name it is also reached by."
)
@click.option(
    "--allow-origin", multiple=True, metavar="URL", help="A web page that may use it."
)
@click.option("--max-streams", type=click.IntRange(1), help="Streams at once, at most.")
@click.option("--workers", type=click.IntRange(1), help="Recognition processes.")
@click.option(
    "--recognizer",
    type=click.Choice(["moonshine", "scripted"]),
    default="moonshine",
    hidden=True,
)
def serve(
    host: str,
    port: int,
    allow_host: tuple[str, ...],
    allow_origin: tuple[str, ...],
    max_streams: int | None,
    workers: int | None,
    recognizer: str,
) -> int:
    """Run the server here, for other clients and the vendor's own SDKs.

    Its URL is one line on stderr. SYMBL_APP_ID and SYMBL_APP_SECRET set the pair that
    it accepts; without them it makes one and prints it once.
    """
    import os

    from ..config.places import find_places, ready
    from ..server.foreground import run_foreground
    from ..server.settings import RecognizerName, ServerSettings
    from .options import reporting

    places = find_places()
    settings = ServerSettings(
        data_folder=_path(ready(places.data)),
        models_folder=_path(places.models),
        host=host,
        port=port,
        allow_hosts=allow_host,
        allow_origins=allow_origin,
        recognizer=RecognizerName(recognizer),
        workers=workers,
        max_streams=max_streams,
    )
    number = run_foreground(settings, os.environ, say=reporting().announce)
    return 128 + number if number else 0


def _path(folder: object) -> Path | None:
    """A folder as the server takes it: without one, nothing is kept."""
    return folder if isinstance(folder, Path) else None
