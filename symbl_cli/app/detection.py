"""What to look for in the speech: options and their files become requests."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from ..config.settings import Settings
from ..errors import UsageError
from ..protocol.events import Fix, StreamConfig, TrackerSpec
from .options import StreamOptions

_ZONES = "/zoneinfo/"


def trackers_of(options: StreamOptions) -> tuple[TrackerSpec, ...]:
    """Those of flags and of `--trackers`; raises UsageError for a malformed one."""
    written = [*options.trackers, *_lines_of(options.trackers_file, "--trackers")]
    found = tuple(read_tracker(one) for one in written)
    names: set[str] = set()
    for name in (tracker.name for tracker in found):
        if name in names:
            raise UsageError(
                f"there are two trackers {name!r}",
                suggestion=f"write all phrases of one: --tracker '{name}=one,two'",
            )
        names.add(name)
    return found


def read_tracker(written: str) -> TrackerSpec:
    """`NAME=phrase,phrase`."""
    name, equals, listed = written.partition("=")
    phrases = tuple(phrase.strip() for phrase in listed.split(",") if phrase.strip())
    if not equals or not name.strip() or not phrases:
        raise UsageError(
            f"{written!r} is no tracker",
            suggestion="write NAME=PHRASE,PHRASE as in 'Delay=running late,overdue'",
        )
    return TrackerSpec(name=name.strip(), vocabulary=phrases)


def vocabulary_of(options: StreamOptions, settings: Settings) -> tuple[str, ...]:
    """Words to expect, each once."""
    words = (*settings.vocab, *_lines_of(options.vocab_file, "--vocab-file"))
    return tuple(dict.fromkeys(words))


def config_of(
    settings: Settings,
    environment: Mapping[str, str],
    now: datetime,
    fixes: Path | None,
) -> StreamConfig:
    """The `config` of the start requests; encoding and rate are added later."""
    return StreamConfig(
        confidence_threshold=settings.confidence_threshold,
        language=settings.language,
        timezone=settings.timezone or local_zone(environment),
        timezone_offset=_minutes(now),
        sentiment=settings.sentiment or None,
        detect_entities=settings.entities or None,
        fixes=_fixes(fixes),
        redact=("all",) if settings.redact else (),
    )


def local_zone(environment: Mapping[str, str]) -> str | None:
    """The IANA name of this computer's zone, where it says so."""
    named = environment.get("TZ", "").removeprefix(":")
    if "/" in named and not named.startswith("/") and named.isascii():
        return named
    try:
        target = str(Path("/etc/localtime").resolve())
    except OSError:
        return None
    _, found, name = target.rpartition(_ZONES)
    return name if found and not named else None


def _minutes(now: datetime) -> int:
    """East of UTC."""
    return round((now.utcoffset() or timedelta()).total_seconds() / 60)


def _fixes(path: Path | None) -> tuple[Fix, ...]:
    if path is None:
        return ()
    from ..text.fixes import read_fixes

    return read_fixes(_read(path, "--fixes"))


def _lines_of(path: Path | None, option: str) -> Iterable[str]:
    """What stands in a file, one thing a line; `#` begins a comment."""
    if path is None:
        return []
    lines = (line.strip() for line in _read(path, option).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _read(path: Path, option: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise UsageError(
            f"cannot read {str(path)!r} ({option}): {exc.strerror}"
        ) from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{str(path)!r} ({option}) is not UTF-8 text") from exc
