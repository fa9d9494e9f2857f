"""What hours of talk leave in the client's memory, in a minute: lines without sound.

    python benchmarks/hours.py [--hours 4] [--interims 10]

A conversation of two is recognised once, with everything detected; then its frames go
again and again, under new ids and later times, through all that makes lines of frames
and files of lines. Linux only: it reads /proc.
"""

import argparse
import gc
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.figures import Figure, print_figures
from benchmarks.growth import WARM_UP, slope
from benchmarks.processes import resident_megabytes
from benchmarks.soak import DETECTED, SPEAKERS
from benchmarks.talk import SCENES
from symbl_cli.errors import OutputError
from symbl_cli.lines import Begin, Line, SourceRef
from symbl_cli.protocol.codec import decode
from symbl_cli.protocol.events import Person
from symbl_cli.sinks.captions import Srt, Vtt
from symbl_cli.sinks.jsonl import JsonLines
from symbl_cli.sinks.many import Many
from symbl_cli.sinks.markdown import Markdown
from symbl_cli.sinks.output import OutputFile
from symbl_cli.sinks.text import Text
from symbl_cli.streaming.inbox import Received
from symbl_cli.streaming.journal import entry
from symbl_cli.streaming.lateness import Lateness
from symbl_cli.streaming.lines_of import LinesOf, Voice
from symbl_cli.streaming.teller import Teller
from symbl_cli.streaming.timeline import Timeline
from tests.command_line import Home

RATE = 16000
_ID = re.compile(r'"(\d{16})"')
_SPAN = re.compile(r'"audio":\{"start":(\d+),"end":(\d+)\}')
_STREAM = re.compile(r'"streamId":"(\w+)"')
_ENDS = ('"conversation_completed"', '"recognition_stopped"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument(
        "--interims", type=int, default=10, help="for each that came as fast as it went"
    )
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        frames = recorded(Home(Path(folder)))
        points = list(go_through(frames, options.hours, options.interims, Path(folder)))
    known = [point for point in points if point[0] >= min(WARM_UP, options.hours / 3)]
    note = f"{known[0][1]:.1f} MB to {known[-1][1]:.1f} MB in {options.hours:g} h"
    print_figures([Figure("lines of an hour of talk", slope(known), 1, "MB", note)])


def recorded(home: Home) -> list[str]:
    """The frames of a conversation, as they came."""
    wire = home.folder / "wire.jsonl"
    named = [part for name in SPEAKERS for part in ("--speaker", name)]
    ran = home.run(
        *("stream", SCENES[0], "--record-wire", str(wire), "--interim", "--json"),
        *(*named, *DETECTED),
    )
    assert ran.code == 0, ran.stderr
    frames = wire.read_text("utf-8").splitlines()
    return [frame for frame in frames if not any(end in frame for end in _ENDS)]


def go_through(
    frames: Sequence[str], hours: float, interims: int, folder: Path
) -> Iterator[tuple[float, float]]:
    """Hours of talk so far, and megabytes."""
    named = (found[1] for frame in frames if (found := _STREAM.search(frame)))
    streams = {name: number for number, name in enumerate(dict.fromkeys(named))}
    length = max(int(span[2]) for frame in frames for span in _SPAN.finditer(frame))
    began = datetime.now(UTC)
    people = [Person(name=name) for name in SPEAKERS]
    voices = tuple(Voice(Timeline(began, RATE), one) for one in people)
    lines = LinesOf(voices, began, has_lag=False)
    with ExitStack() as stack:
        teller = _teller(folder, stack)
        teller.say(Begin((SourceRef("talk", RATE),), began, "local", "1"), None)
        turn = 0
        while turn * length < hours * 3600 * RATE:
            for frame in frames:
                found = _STREAM.search(frame)
                text = moved(frame, turn, length)
                for _ in range(interims if '"isFinal":false' in frame else 1):
                    stream = streams[found[1]] if found else 0
                    received = Received(stream, decode(text), text, 0.0)
                    for body in lines.tell(received):
                        teller.say(body, lines.conversation_id)
            turn += 1
            gc.collect()
            yield turn * length / RATE / 3600, resident_megabytes(os.getpid())


def _teller(folder: Path, stack: ExitStack) -> Teller:
    """Writes every kind of file, and a journal."""
    kinds = (JsonLines, Markdown, Srt, Vtt, Text)
    sinks = [kind(OutputFile(folder / kind.__name__)) for kind in kinds]
    for sink in sinks:
        stack.enter_context(closing(sink))
    journal = stack.enter_context((folder / "journal").open("w", encoding="utf-8"))

    def note(line: Line) -> None:
        journal.write(entry(line) or "")

    def fail(failure: OutputError) -> None:
        raise failure

    many = Many(sinks, fail)
    return Teller(many, lambda: datetime.now(UTC), Lateness(is_local=True), note)


def moved(frame: str, turn: int, length: int) -> str:
    """*frame* as it would be *turn* times *length* samples later."""

    def rename(found: re.Match[str]) -> str:
        return f'"{(int(found[1]) + 7919 * turn) % 10**16:016}"'

    def shift(found: re.Match[str]) -> str:
        start, end = (int(position) + turn * length for position in found.groups())
        return f'"audio":{{"start":{start},"end":{end}}}'

    return _SPAN.sub(shift, _ID.sub(rename, frame))


if __name__ == "__main__":
    main()
