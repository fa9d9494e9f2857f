"""The files that a run writes: which, where, and the sinks that write them."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from ..errors import OutputError
from ..frozen import dataclass
from ..sinks.jsonl import JsonLines
from ..sinks.output import Output, OutputFile
from ..sinks.sink import Sink
from ..sinks.text import Text
from ..sinks.wire import Wire
from .options import StreamOptions

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class FilePaths:
    """Where each kind of file goes; `None`: nowhere."""

    jsonl: Path | None = None
    srt: Path | None = None
    vtt: Path | None = None
    markdown: Path | None = None
    text: Path | None = None
    save_audio: Path | None = None
    record_wire: Path | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are written, for the `end` line."""
        paths = (getattr(self, field.name) for field in fields(self))
        return tuple(str(path) for path in paths if path is not None)


_ENDINGS = FilePaths(
    jsonl=Path(".jsonl"),
    srt=Path(".srt"),
    vtt=Path(".vtt"),
    markdown=Path(".md"),
    text=Path(".txt"),
    save_audio=Path(".wav"),
    record_wire=Path(".wire.jsonl"),
)


def file_paths(
    options: StreamOptions, folder: Path | None, title: str | None, now: datetime
) -> FilePaths:
    """What is asked for by name, and in *folder* all of the rest, dated.

    Raises OutputError where *folder* cannot be made.
    """
    named = FilePaths(
        **{field.name: getattr(options, field.name) for field in fields(FilePaths)}
    )
    if folder is None:
        return named
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError(
            f"cannot make the folder {str(folder)!r}: {exc.strerror}",
            suggestion="Choose another --save-dir.",
        ) from exc
    stem = _free_stem(folder, _stem(title, now))
    return FilePaths(
        **{
            field.name: getattr(named, field.name)
            or folder / f"{stem}{getattr(_ENDINGS, field.name)}"
            for field in fields(FilePaths)
        }
    )


def open_file_sinks(paths: FilePaths, *, interim: bool) -> list[Sink]:
    """Raises OutputError where one cannot be written, or is there already."""
    makers: list[tuple[Path | None, Callable[[Output], Sink]]] = [
        (paths.jsonl, lambda output: JsonLines(output, interim=interim)),
        (paths.srt, _srt),
        (paths.vtt, _vtt),
        (paths.markdown, _markdown),
        (paths.text, Text),
    ]
    return [make(OutputFile(path)) for path, make in makers if path is not None]


def _srt(output: Output) -> Sink:
    from ..sinks.captions import Srt

    return Srt(output)


def _vtt(output: Output) -> Sink:
    from ..sinks.captions import Vtt

    return Vtt(output)


def _markdown(output: Output) -> Sink:
    from ..sinks.markdown import Markdown

    return Markdown(output)


def open_wire_file(paths: FilePaths) -> Wire | None:
    return None if paths.record_wire is None else Wire(OutputFile(paths.record_wire))


def _stem(title: str | None, now: datetime) -> str:
    """`2026-11-24T14-35-00-weekly-sync`: sorted by time, and safe on every system."""
    name = _UNSAFE.sub("-", title or "").strip("-.").lower()[:_LONGEST]
    moment = now.strftime("%Y-%m-%dT%H-%M-%S")
    return f"{moment}-{name}" if name else moment


def _free_stem(folder: Path, stem: str) -> str:
    """Another run of the same second has the plain one."""
    taken = {path.name for path in folder.glob(f"{stem}*")}
    if not taken:
        return stem
    number = 2
    while any(name.startswith(f"{stem}-{number}.") for name in taken):
        number += 1
    return f"{stem}-{number}"
