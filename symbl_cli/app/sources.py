"""The source that a run is asked for, opened: recording has begun when it is here."""

import logging
import os
import stat
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ..audio.channels import split
from ..audio.feed import Feed
from ..audio.source import AudioSource
from ..errors import OutputError
from ..frozen import dataclass
from ..media.format import AudioFormat, Encoding
from ..protocol.events import Person
from .demo import DEMO, Demo
from .options import StreamOptions

if TYPE_CHECKING:
    from ..audio.playback import Playback
    from ..audio.recording import Recorded

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedSources:
    """One source a speaker; the feeds below them are paused and closed."""

    sources: tuple[AudioSource, ...]
    feeds: tuple[Feed, ...]
    people: tuple[Person | None, ...]
    is_live: bool
    is_microphone: bool = False
    recorded: "tuple[Recorded, ...]" = ()
    """Those of the feeds, and below them, that save their sound."""
    header: str = ""
    """What stdin says by itself that it is, if it does."""

    def pause(self) -> None:
        for feed in self.feeds:
            feed.pause()

    def resume(self) -> None:
        for feed in self.feeds:
            feed.resume()

    def close(self) -> None:
        for feed in self.feeds:
            feed.close()

    @property
    def recordings(self) -> tuple[Path, ...]:
        """The files of *recorded*."""
        return tuple(one.path for one in self.recorded)

    @property
    def failure(self) -> OutputError | None:
        """Why sound that was to be saved is not, if so."""
        return next((one.failure for one in self.recorded if one.failure), None)


def open_sources(
    options: StreamOptions,
    *,
    devices: Sequence[str],
    speakers: Sequence[str],
    is_fast: bool,
    demo: Demo | None,
    recordings: Sequence[Path],
) -> OpenedSources:
    """Raises UsageError, NotAudioError, MissingError, AudioError or OutputError."""
    header = ""
    if demo is not None:
        from importlib.resources import as_file, files

        names = demo.speakers
        with as_file(files("symbl_cli") / DEMO) as path:
            feeds: tuple[Feed, ...] = (_open_file(path, options, is_fast=is_fast),)
    elif is_stdin(options, devices):
        playback = _open_stdin(options)
        names, feeds = tuple(speakers), (playback,)
        if playback.header:
            header = _sound(playback.header, playback.format)
    elif options.source is not None:
        path = Path(options.source)
        names, feeds = tuple(speakers), (_open_file(path, options, is_fast=is_fast),)
    else:
        return _open_devices(options, devices, speakers, recordings)
    from ..audio.files import require_possible_rate

    require_possible_rate(feeds[0].format, feeds[0].name)
    feeds, recorded = _saved(feeds, recordings)
    sources = split(feeds[0], names)
    return OpenedSources(
        sources,
        feeds,
        _people(sources, options),
        is_live=feeds[0].is_live,
        recorded=recorded,
        header=header,
    )


def is_stdin(options: StreamOptions, devices: Sequence[str]) -> bool:
    """Whether the sound comes through stdin."""
    if options.demo or options.source not in {None, "-"}:
        return False
    return options.source == "-" or _is_piped(devices)


def is_stdin_a_file() -> bool:
    """Whether what it is shows at once, as all of it is there."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):
        return False


def named_pipe(options: StreamOptions) -> Path | None:
    """The pipe that is the source, if it is one: its first bytes may be late."""
    if options.demo or options.source in {None, "-"}:
        return None
    path = Path(str(options.source))
    return path if path.is_fifo() else None


def stdin_sound(options: StreamOptions) -> str:
    """How the bytes of stdin are taken, unless they have a header of their own."""
    from ..audio.stdin import usual_rate

    encoding = _encoding(options)
    if encoding in {Encoding.FLAC, Encoding.OPUS}:
        return encoding.value
    name = "raw" if encoding is Encoding.LINEAR16 else encoding.value
    rate = options.sample_rate or usual_rate(encoding)
    return _sound(name, AudioFormat(rate, options.channels or 1))


def _sound(name: str, audio_format: AudioFormat) -> str:
    channels = audio_format.channels
    sound = "mono" if channels == 1 else f"{channels} channels"
    return f"{name} {audio_format.sample_rate / 1000:g} kHz {sound}"


def _open_devices(
    options: StreamOptions,
    devices: Sequence[str],
    speakers: Sequence[str],
    recordings: Sequence[Path],
) -> OpenedSources:
    from ..audio.microphone import open_microphone

    channels = options.channels or (len(speakers) if len(speakers) > 1 else None)
    microphones = [
        open_microphone(device, sample_rate=options.sample_rate, channels=channels)
        for device in devices or ("mic",)
    ]
    names = [
        speakers or ([microphone.speaker] if microphone.speaker else [])
        for microphone in microphones
    ]
    feeds, recorded = _saved(microphones, recordings)
    sources = tuple(
        source
        for feed, named in zip(feeds, names, strict=True)
        for source in split(feed, named)
    )
    return OpenedSources(
        sources,
        feeds,
        _people(sources, options),
        is_live=True,
        is_microphone=True,
        recorded=recorded,
    )


def _saved(
    feeds: Sequence[Feed], paths: Sequence[Path]
) -> "tuple[tuple[Feed, ...], tuple[Recorded, ...]]":
    """*feeds*, each also written to *paths*: several have numbers behind their names.

    And those that write, whose files are removed where one cannot be made.
    """
    if not paths:
        return tuple(feeds), ()
    from ..audio.recording import Recorded

    saved: list[Feed] = list(feeds)
    recorded: list[Recorded] = []
    with ExitStack() as unless_all:
        for path in paths:
            for place, feed in enumerate(saved):
                one = Recorded(feed, path if not place else _numbered(path, place + 1))
                unless_all.callback(one.close)
                recorded.append(one)
                saved[place] = one
        unless_all.pop_all()
    return tuple(saved), tuple(recorded)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


def _open_file(path: Path, options: StreamOptions, *, is_fast: bool) -> Feed:
    from ..audio.files import Pace, open_file

    return open_file(
        path,
        pace=Pace.FAST if is_fast else Pace.REAL_TIME,
        sample_rate=options.sample_rate,
        channels=options.channels or 1,
        encoding=_encoding(options),
        is_live=_is_live(options),
    )


def _open_stdin(options: StreamOptions) -> "Playback":
    from ..audio.stdin import open_stdin

    return open_stdin(
        sample_rate=options.sample_rate,
        channels=options.channels or 1,
        encoding=_encoding(options),
        is_live=_is_live(options),
    )


def _is_live(options: StreamOptions) -> bool | None:
    """Whether a pipe plays at the speed of speech, as far as it was told."""
    return None if options.pace is None else options.pace == "realtime"


def _encoding(options: StreamOptions) -> Encoding:
    return Encoding((options.encoding or "LINEAR16").upper())


def _is_piped(devices: Sequence[str]) -> bool:
    """Whether stdin is a pipe: a redirected file is somebody's `while read` loop."""
    if devices or sys.stdin is None:
        return False
    try:
        return stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _people(
    sources: Sequence[AudioSource], options: StreamOptions
) -> tuple[Person | None, ...]:
    ids = (*options.speaker_ids, *[None] * len(sources))
    return tuple(
        Person(user_id=identity, name=source.speaker)
        if identity or source.speaker
        else None
        for source, identity in zip(sources, ids, strict=False)
    )
