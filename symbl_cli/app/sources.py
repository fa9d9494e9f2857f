"""The source that a run is asked for, opened: recording has begun when it is here."""

import logging
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from ..audio.channels import split
from ..audio.feed import Feed
from ..audio.source import AudioSource
from ..errors import OutputError
from ..frozen import dataclass
from ..media.format import Encoding
from ..protocol.events import Person
from .demo import DEMO, Demo
from .options import StreamOptions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedSources:
    """One source a speaker; the feeds below them are paused and closed."""

    sources: tuple[AudioSource, ...]
    feeds: tuple[Feed, ...]
    people: tuple[Person | None, ...]
    is_live: bool
    is_microphone: bool = False

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
    def failure(self) -> OutputError | None:
        """Why sound that was to be saved is not, if so."""
        failures = (getattr(feed, "failure", None) for feed in self.feeds)
        return next((one for one in failures if one is not None), None)


def open_sources(
    options: StreamOptions,
    *,
    devices: Sequence[str],
    speakers: Sequence[str],
    is_fast: bool,
    demo: Demo | None,
    save_audio: Path | None,
) -> OpenedSources:
    """Raises UsageError, NotAudioError, MissingError, AudioError or OutputError."""
    if demo is not None:
        from importlib.resources import as_file, files

        names = demo.speakers
        with as_file(files("symbl_cli") / DEMO) as path:
            feeds: tuple[Feed, ...] = (_open_file(path, options, is_fast=is_fast),)
    elif is_stdin(options, devices):
        names, feeds = tuple(speakers), (_open_stdin(options),)
    elif options.source is not None:
        path = Path(options.source)
        names, feeds = tuple(speakers), (_open_file(path, options, is_fast=is_fast),)
    else:
        return _open_devices(options, devices, speakers, save_audio)
    feeds = _saved(feeds, save_audio)
    sources = split(feeds[0], names)
    return OpenedSources(
        sources, feeds, _people(sources, options), is_live=feeds[0].is_live
    )


def is_stdin(options: StreamOptions, devices: Sequence[str]) -> bool:
    """Whether the sound comes through stdin."""
    if options.demo or options.source not in {None, "-"}:
        return False
    return options.source == "-" or _is_piped(devices)


def stdin_sound(options: StreamOptions) -> str:
    """How the bytes of stdin are taken, unless they have a header of their own."""
    from ..audio.stdin import usual_rate

    encoding = _encoding(options)
    if encoding in {Encoding.FLAC, Encoding.OPUS}:
        return encoding.value
    name = "raw" if encoding is Encoding.LINEAR16 else encoding.value
    rate = options.sample_rate or usual_rate(encoding)
    channels = options.channels or 1
    sound = "mono" if channels == 1 else f"{channels} channels"
    return f"{name} {rate / 1000:g} kHz {sound}"


def _open_devices(
    options: StreamOptions,
    devices: Sequence[str],
    speakers: Sequence[str],
    save_audio: Path | None,
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
    feeds = _saved(microphones, save_audio)
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
    )


def _saved(feeds: Sequence[Feed], path: Path | None) -> tuple[Feed, ...]:
    """*feeds*, each also written to a file; several have numbers behind their name."""
    if path is None:
        return tuple(feeds)
    from ..audio.recording import Recorded

    return tuple(
        Recorded(feed, path if number == 1 else _numbered(path, number))
        for number, feed in enumerate(feeds, start=1)
    )


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
    )


def _open_stdin(options: StreamOptions) -> Feed:
    from ..audio.stdin import open_stdin

    return open_stdin(
        sample_rate=options.sample_rate,
        channels=options.channels or 1,
        encoding=_encoding(options),
    )


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
