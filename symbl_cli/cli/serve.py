"""`symbl serve`: the server in the foreground, for other clients."""

import os
from typing import TYPE_CHECKING

import click

from .command import Command
from .options import FilePath, Seconds, reporting

if TYPE_CHECKING:
    from pathlib import Path

    from ..server.settings import ServerSettings, TlsFiles


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", default=0, type=click.IntRange(0, 65_535), help="0 takes a free one."
)
@click.option(
    "--allow-host", multiple=True, metavar="NAME", help="A name it is also reached by."
)
@click.option(
    "--allow-origin", multiple=True, metavar="URL", help="A web page that may use it."
)
@click.option(
    "--tls-cert",
    type=FilePath(),
    help="Speak TLS with this certificate and its chain (PEM).",
)
@click.option("--tls-key", type=FilePath(), help="Its key (PEM).")
@click.option(
    "--insecure", is_flag=True, help="Listen beyond this computer without TLS."
)
@click.option(
    "--credentials",
    type=FilePath(),
    help="Several tenants: who may use it, with hashed secrets (TOML).",
)
@click.option(
    "--new-pair",
    metavar="TENANT",
    help="Print a line for --credentials with a new app id, and do nothing else.",
)
@click.option("--max-streams", type=click.IntRange(1), help="Streams at once, at most.")
@click.option(
    "--max-silence",
    type=Seconds(),
    metavar="SECONDS",
    help="End a conversation in which nobody speaks for so long.",
)
@click.option("--workers", type=click.IntRange(1), help="Recognition processes.")
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    help="What a peer or a tenant may take: see docs/server.md.",
)
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
    tls_cert: "Path | None",
    tls_key: "Path | None",
    insecure: bool,
    credentials: "Path | None",
    new_pair: str | None,
    max_streams: int | None,
    max_silence: float | None,
    workers: int | None,
    limits: tuple[str, ...],
    recognizer: str,
) -> int:
    """Run the server here, for other clients and the vendor's own SDKs.

    Its URL is one line on stderr. SYMBL_APP_ID and SYMBL_APP_SECRET set the pair that
    it accepts; without them it makes one and prints it once. With --credentials it
    accepts the pairs of that file instead.
    """
    if new_pair is not None:
        return _print_pair(new_pair)
    from dataclasses import replace

    from ..server.foreground import run_foreground
    from ..server.limits import read_limits

    settings = replace(
        _of_this_computer(recognizer),
        host=host,
        port=port,
        tls=_tls(tls_cert, tls_key),
        allow_hosts=allow_host,
        allow_origins=allow_origin,
        workers=workers,
        max_streams=max_streams,
        max_silence=max_silence,
        limits=read_limits(limits),
    )
    number = run_foreground(
        settings,
        os.environ,
        say=reporting().announce,
        credentials=credentials,
        is_insecure=insecure,
    )
    return 128 + number if number else 0


def _of_this_computer(recognizer: str) -> "ServerSettings":
    """What its settings and folders say; said, where nothing can be kept."""
    from ..config.places import NoFolder, find_places, ready
    from ..config.resolve import load
    from ..server.settings import RecognizerName, ServerSettings

    places = find_places()
    configured = load({}, environment=os.environ, places=places).settings
    data = ready(places.data)
    if isinstance(data, NoFolder):
        reporting().announce(f"conversations are not kept: {data.reason}")
    return ServerSettings(
        keep=configured.keep,
        data_folder=_path(data),
        models_folder=_path(places.models),
        recognizer=RecognizerName(recognizer),
    )


def _print_pair(tenant: str) -> int:
    """The hashed line on stdout, to be appended to a file; the secret beside it."""
    from ..server.foreground import make_pair

    app_id, secret, line = make_pair(tenant)
    click.echo(line)
    say = reporting().announce
    say(f"app id {app_id}")
    say(f"app secret {secret} (it is kept nowhere: note it now)")
    return 0


def _tls(certificate: "Path | None", key: "Path | None") -> "TlsFiles | None":
    from ..server.settings import TlsFiles

    if certificate is not None and key is not None:
        return TlsFiles(certificate, key)
    if certificate is not None or key is not None:
        missing = "--tls-key" if key is None else "--tls-cert"
        raise click.UsageError(f"TLS needs a certificate and its key: give {missing}")
    return None


def _path(folder: object) -> "Path | None":
    """A folder as the server takes it: without one, nothing is kept."""
    from pathlib import Path

    return folder if isinstance(folder, Path) else None
