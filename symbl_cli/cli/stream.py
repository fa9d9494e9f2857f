"""`symbl stream`: live transcription of one source."""

from collections.abc import Callable
from typing import TypeVar

import click

from .command import Command
from .options import FilePath, Seconds, reporting

_F = TypeVar("_F", bound=Callable[..., object])
_FILE = FilePath()


def _all(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """*options*, in the order in which help shows them."""

    def decorate(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_what = _all(
    click.option(
        "--insights",
        metavar="KINDS",
        help="question, action_item, follow_up, topic; all (the default) or none.",
    ),
    click.option(
        "--tracker",
        "trackers",
        multiple=True,
        metavar="NAME=PHRASE,…",
        help="Phrases to watch for; may be repeated.",
    ),
    click.option(
        "--trackers",
        "trackers_file",
        type=_FILE,
        metavar="FILE",
        help="Trackers, one NAME=PHRASE,… a line.",
    ),
    click.option("--vocab", multiple=True, metavar="WORD", help="A word to expect."),
    click.option("--vocab-file", type=_FILE, help="Words to expect, one a line."),
    click.option("--fixes", type=_FILE, help="Corrections, one WRONG = RIGHT a line."),
    click.option("--confidence-threshold", type=float, help="Of insights, 0 to 1."),
    click.option("--language", metavar="CODE", help="As in en-US."),
    click.option("--sentiment", is_flag=True, help="Say how messages sound."),
    click.option("--entities", is_flag=True, help="Find names, dates, sums."),
    click.option("--redact", is_flag=True, help="Hide what identifies people."),
)
_who = _all(
    click.option(
        "--speaker",
        "speakers",
        multiple=True,
        metavar="NAME",
        help="Who speaks; two or more name the channels in order.",
    ),
    click.option("--speaker-id", "speaker_ids", multiple=True, metavar="ID"),
    click.option("--title", help="What the conversation is called."),
    click.option("--connection-id", metavar="ID", help="Join a live conversation."),
)
_audio = _all(
    click.option(
        "--device",
        "devices",
        multiple=True,
        metavar="NAME[=SPEAKER]",
        help="Name or index; mic and system are the defaults.",
    ),
    click.option("--sample-rate", type=click.IntRange(1000, 384_000), metavar="HZ"),
    click.option("--channels", type=click.IntRange(1, 64)),
    click.option(
        "--encoding",
        type=click.Choice(["LINEAR16", "MULAW", "FLAC", "OPUS"], case_sensitive=False),
    ),
    click.option(
        "--pace",
        type=click.Choice(["realtime", "fast"]),
        help="Of a file: fast on this computer's server, realtime elsewhere.",
    ),
    click.option(
        "--duration",
        type=Seconds(),
        metavar="SECONDS",
        help="Stop after so much sound.",
    ),
)
_output = _all(
    click.option("--json", "as_json", is_flag=True, help="JSON lines on stdout."),
    click.option(
        "-o",
        "--output",
        type=click.Choice(["text", "json", "wire", "srt", "vtt", "markdown"]),
        help="What stdout gets.",
    ),
    click.option(
        "--interim/--no-interim",
        default=None,
        help="Interim words too; by itself in the live display alone.",
    ),
    click.option("--no-live", is_flag=True, help="Plain lines on a terminal, too."),
    click.option(
        "--json-schema", is_flag=True, help="Print the schema of the lines and exit."
    ),
    click.option(
        "--jsonl",
        type=FilePath(on_stdout="--json"),
        help="Also write JSON lines to a file.",
    ),
    click.option(
        "--srt", type=FilePath(on_stdout="-o srt"), help="Also write SubRip captions."
    ),
    click.option(
        "--vtt", type=FilePath(on_stdout="-o vtt"), help="Also write WebVTT captions."
    ),
    click.option(
        "--markdown",
        type=FilePath(on_stdout="-o markdown"),
        help="Also write meeting notes.",
    ),
    click.option(
        "--text", type=FilePath(on_stdout="-o text"), help="Also write the text lines."
    ),
    click.option("--save-audio", type=_FILE, help="Also write the sound, as WAV."),
    click.option(
        "--record-wire",
        type=FilePath(on_stdout="-o wire"),
        help="Also write the API's messages.",
    ),
    click.option("--save-dir", type=_FILE, help="All of these files, dated, in here."),
    click.option(
        "--overwrite", is_flag=True, help="Files that are there already are replaced."
    ),
)
_where = _all(
    click.option("--api-url", metavar="URL", help="A server that speaks the API."),
    click.option("--profile", metavar="NAME", help="A profile of the settings."),
    click.option("--engine", type=click.Choice(["local", "remote"])),
)
_behaviour = _all(
    click.option("--no-store", is_flag=True, help="Keep nothing of it."),
    click.option("--no-reconnect", is_flag=True, help="A lost connection is the end."),
    click.option(
        "--max-retries",
        type=click.IntRange(0),
        metavar="N",
        help="Tries to get a lost connection back, at most.",
    ),
    click.option(
        "--on",
        "hooks",
        nargs=2,
        multiple=True,
        metavar="TYPE[:FILTER] COMMAND",
        help="Run COMMAND with each such line on its stdin.",
    ),
    click.option("--webhook", metavar="URL", help="Post final lines there."),
    click.option("--demo", is_flag=True, help="A conversation that comes along."),
)


@click.command(cls=Command)
@click.argument("source", required=False, type=click.UNPROCESSED, metavar="[SOURCE]")
@_what
@_who
@_audio
@_output
@_where
@_behaviour
def stream(json_schema: bool, **options: object) -> int:
    """Transcribe live: the microphone, a file, or a pipe.

    SOURCE is a path, - for stdin, or nothing: the microphone, or stdin when that is a
    pipe.
    """
    from ..app.options import StreamOptions
    from ..app.stream import print_schema, run_stream

    if json_schema:
        print_schema()
        return 0
    return run_stream(StreamOptions.of(options), reporting().notices())
