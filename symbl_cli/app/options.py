"""What `symbl stream` is asked to do, as values."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

from ..errors import UsageError
from ..frozen import dataclass
from ..protocol.session import CONNECTION_ID_RULE, is_connection_id


class Form(StrEnum):
    """What stdout gets."""

    TEXT = "text"
    JSON = "json"
    WIRE = "wire"
    SRT = "srt"
    VTT = "vtt"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """As given on the command line: `None`, empty or false where nothing was."""

    source: str | None = None
    insights: str | None = None
    trackers: tuple[str, ...] = ()
    trackers_file: Path | None = None
    vocab: tuple[str, ...] = ()
    vocab_file: Path | None = None
    fixes: Path | None = None
    confidence_threshold: float | None = None
    language: str | None = None
    sentiment: bool = False
    entities: bool = False
    redact: bool = False
    speakers: tuple[str, ...] = ()
    speaker_ids: tuple[str, ...] = ()
    title: str | None = None
    connection_id: str | None = None
    devices: tuple[str, ...] = ()
    sample_rate: int | None = None
    channels: int | None = None
    encoding: str | None = None
    pace: str | None = None
    duration: float | None = None
    as_json: bool = False
    output: str | None = None
    interim: bool | None = None
    no_live: bool = False
    jsonl: Path | None = None
    srt: Path | None = None
    vtt: Path | None = None
    markdown: Path | None = None
    text: Path | None = None
    save_audio: Path | None = None
    record_wire: Path | None = None
    save_dir: Path | None = None
    overwrite: bool = False
    api_url: str | None = None
    profile: str | None = None
    engine: str | None = None
    no_store: bool = False
    no_reconnect: bool = False
    max_retries: int | None = None
    hooks: tuple[tuple[str, str], ...] = ()
    webhook: str | None = None
    demo: bool = False

    @classmethod
    def of(cls, given: Mapping[str, object]) -> "StreamOptions":
        """From Click's parameters; raises UsageError where two contradict."""
        known = {field.name for field in fields(cls)}
        options = cls(**{name: given[name] for name in known & given.keys()})  # type: ignore[arg-type] # Click's types are these
        options.check()
        return options

    def check(self) -> None:
        """Raises UsageError where two options cannot both be meant."""
        if self.as_json and self.output not in {None, "json"}:
            raise UsageError(f"--json and -o {self.output} cannot both be meant")
        if self.demo and (self.source is not None or self.devices):
            raise UsageError("--demo brings its own conversation: name no source")
        if self.source is not None and self.devices:
            raise UsageError("--device and a source cannot both be meant")
        if len(self.devices) > 1 and self.speakers:
            raise UsageError(
                "--speaker names channels of one source",
                suggestion="with several devices write --device NAME=SPEAKER",
            )
        if len(self.speaker_ids) > max(1, len(self.speakers)):
            raise UsageError("there are more --speaker-id than --speaker")
        if self.connection_id is not None and not is_connection_id(self.connection_id):
            raise UsageError(f"--connection-id: {CONNECTION_ID_RULE}")

    @property
    def form(self) -> Form:
        return Form.JSON if self.as_json else Form(self.output or "text")

    def flags(self) -> dict[str, object]:
        """Those of the settings that flags set (`None` or empty: not given)."""
        return {
            "insights": self.insights,
            "vocab": self.vocab,
            "confidence_threshold": self.confidence_threshold,
            "language": self.language,
            "sentiment": self.sentiment or None,
            "entities": self.entities or None,
            "redact": self.redact or None,
            "speaker": self.speakers,
            "title": self.title,
            "device": self.devices,
            "api_url": self.api_url,
            "profile": self.profile,
            "engine": self.engine,
            "store": False if self.no_store else None,
            "live": False if self.no_live else None,
            "save_dir": self.save_dir,
        }
