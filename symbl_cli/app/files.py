"""The files that a run writes: which, where, and the sinks that write them."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from threading import Event

from ..errors import OutputError, UsageError
from ..frozen import dataclass
from ..lines import End, LeftFile, Line, State, Status
from ..sinks.jsonl import JsonLines
from ..sinks.output import Output, OutputFile
from ..sinks.sink import Sink
from ..sinks.text import Text
from ..sinks.wire import Wire
from .displaced import Displaced
from .options import StreamOptions

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 60
_MOST_BYTES = 180
"""Of a title in a name: with its date and ending every system takes it."""


class Kind(StrEnum):
    """What a file holds, by the option that names it."""

    JSONL = "jsonl"
    SRT = "srt"
    VTT = "vtt"
    MARKDOWN = "markdown"
    TEXT = "text"
    SAVE_AUDIO = "save_audio"
    RECORD_WIRE = "record_wire"


_ENDINGS = {
    Kind.JSONL: ".jsonl",
    Kind.SRT: ".srt",
    Kind.VTT: ".vtt",
    Kind.MARKDOWN: ".md",
    Kind.TEXT: ".txt",
    Kind.SAVE_AUDIO: ".wav",
    Kind.RECORD_WIRE: ".wire.jsonl",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A new file of a kind."""

    kind: Kind
    output: OutputFile


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of a run, which are its own; a sink that closes all of them.

    They are removed at the end, as the next run may want their names, unless the server
    has listened: then an empty one says that there was nothing to write.
    """

    made: tuple[Made, ...]
    recordings: tuple[Path, ...]
    """Where sound is to go; whoever has it makes the files."""
    displaced: Displaced
    """What had their names before, to be restored where no server has listened."""
    _listened: Event = field(default_factory=Event)

    @property
    def has_listened(self) -> bool:
        """Whether any server has, so that they stay."""
        return self._listened.is_set()

    @property
    def left(self) -> tuple[LeftFile, ...]:
        """Those that stay, but for recordings."""
        outputs = (one.output for one in self.made)
        return tuple(
            LeftFile.of(output.path, output.failure)
            for output in outputs
            if output.stays
        )

    def amended(self, line: Line) -> Line:
        """*line*, where it is the `end`, without files that had no room for it."""
        match line.body:
            case End(files=files, incomplete=known) as end:
                cut = tuple(one for one in self.left if one.error and one.path in files)
                paths = {one.path for one in cut}
                whole = tuple(path for path in files if path not in paths)
                incomplete = (*(known or ()), *cut) or None
                body = replace(end, files=whole, incomplete=incomplete)
                return replace(line, body=body)
            case _:
                return line

    def sinks(self, *, interim: bool) -> list[Sink]:
        makers: dict[Kind, Callable[[Output], Sink]] = {
            Kind.JSONL: lambda output: JsonLines(output, interim=interim),
            Kind.SRT: _srt,
            Kind.VTT: _vtt,
            Kind.MARKDOWN: _markdown,
            Kind.TEXT: Text,
        }
        return [makers[one.kind](one.output) for one in self.made if one.kind in makers]

    def wires(self) -> list[Wire]:
        return [Wire(one.output) for one in self.made if one.kind is Kind.RECORD_WIRE]

    def handle(self, line: Line) -> None:
        match line.body:
            case Status(state=State.LISTENING):
                self._listened.set()
                for one in self.made:
                    one.output.keep()
                self.displaced.forget()
            case _:
                pass

    def hurry(self) -> None:
        """Wait for no pipe that nobody reads; takes no lock."""
        for one in self.made:
            one.output.hurry()

    @property
    def unread(self) -> tuple[str, ...]:
        """The pipes that were given up with what waited for their readers."""
        return tuple(str(o.output.path) for o in self.made if o.output.gave_up)

    def close(self) -> None:
        """What is wrong with one is said by the sink that wrote it."""
        for one in self.made:
            with suppress(OutputError):
                one.output.close()


def open_files(
    options: StreamOptions, folder: Path | None, title: str | None, now: datetime
) -> RunFiles:
    """Make all files that are asked for by name, and in *folder* all kinds, dated.

    All or none: raises OutputError where one cannot be made, or is there already and
    not to be overwritten, and UsageError where two options name the same one.
    """
    named = _named(options)
    _check_apart(named)
    displaced = _displaced(options, named)
    recordings = [path for kind, path in named.items() if kind is Kind.SAVE_AUDIO]
    made: list[Made] = []
    with ExitStack() as unless_all:
        unless_all.callback(displaced.restore)
        unless_all.callback(lambda: RunFiles(tuple(made), (), displaced).close())
        made += (
            Made(kind, OutputFile(path, is_tentative=True))
            for kind, path in named.items()
            if kind is not Kind.SAVE_AUDIO
        )
        if folder is not None:
            _make_folder(folder)
            stem, first = _claim(folder, _stem(title, now))
            made.append(first)
            made += _rest_of(folder, stem)
            recordings.append(folder / f"{stem}{_ENDINGS[Kind.SAVE_AUDIO]}")
        unless_all.pop_all()
    return RunFiles(tuple(made), tuple(recordings), displaced)


def _named(options: StreamOptions) -> dict[Kind, Path]:
    paths = ((kind, getattr(options, kind)) for kind in Kind)
    return {kind: path for kind, path in paths if path is not None}


def _check_apart(named: Mapping[Kind, Path]) -> None:
    known: dict[str, Kind] = {}
    for kind, path in named.items():
        if _takes_several(path):
            continue
        other = known.setdefault(os.path.realpath(path), kind)
        if other is not kind:
            raise UsageError(
                f"{_option(other)} and {_option(kind)} both name {path}",
                suggestion="give each a file of its own",
            )


def _displaced(options: StreamOptions, named: Mapping[Kind, Path]) -> Displaced:
    if not options.overwrite:
        return Displaced()
    for kind, path in named.items():
        if options.source is not None and _is_same(path, Path(options.source)):
            raise UsageError(
                f"{_option(kind)} would overwrite {path}, which is to be read",
                suggestion="choose another name",
            )
    return Displaced(named.values())


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _takes_several(path: Path) -> bool:
    """Whether it is a pipe or a device."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _option(kind: Kind) -> str:
    return f"--{kind.replace('_', '-')}"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError(
            f"cannot make the folder {str(folder)!r}: {exc.strerror}",
            suggestion="choose another --save-dir",
        ) from exc


def _claim(folder: Path, stem: str) -> tuple[str, Made]:
    """A stem that is ours alone, and the file that makes it so.

    Another run of the same second may have the plain one, at this very moment.
    """
    for name in _numbered(stem):
        if any((folder / f"{name}{ending}").exists() for ending in _ENDINGS.values()):
            continue
        path = folder / f"{name}{_ENDINGS[Kind.JSONL]}"
        try:
            return name, Made(Kind.JSONL, OutputFile(path, is_tentative=True))
        except OutputError:
            if not path.exists():
                raise
    raise AssertionError("numbers have no end")


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    for number in count(2):
        yield f"{stem}-{number}"


def _rest_of(folder: Path, stem: str) -> Iterator[Made]:
    for kind, ending in _ENDINGS.items():
        if kind not in {Kind.JSONL, Kind.SAVE_AUDIO}:
            path = folder / f"{stem}{ending}"
            yield Made(kind, OutputFile(path, is_tentative=True))


def _srt(output: Output) -> Sink:
    from ..sinks.captions import Srt

    return Srt(output)


def _vtt(output: Output) -> Sink:
    from ..sinks.captions import Vtt

    return Vtt(output)


def _markdown(output: Output) -> Sink:
    from ..sinks.markdown import Markdown

    return Markdown(output)


def _stem(title: str | None, now: datetime) -> str:
    """`2026-11-24T14-35-00-weekly-sync`: sorted by time, and safe on every system."""
    name = _UNSAFE.sub("-", title or "").strip("-.").lower()
    short = name[:_LONGEST].encode()[:_MOST_BYTES].decode(errors="ignore")
    moment = now.strftime("%Y-%m-%dT%H-%M-%S")
    return f"{moment}-{short}" if short else moment
