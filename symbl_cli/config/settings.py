"""Every setting there is, as one typed table."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from ..frozen import dataclass
from . import values


class Engine(StrEnum):
    """Whose server: the one of this computer, or another."""

    LOCAL = "local"
    REMOTE = "remote"


class Color(StrEnum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class SecretStore(StrEnum):
    """Where a profile keeps its app secret."""

    FILE = "file"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is known of a setting besides its type and default."""

    help: str
    read: Callable[[object], object]
    show: Callable[[object], str] = values.plain
    variable: str | None = None
    """The environment variable that sets it."""
    is_for_projects: bool
    """Whether `symbl.toml` may set it: that comes with whatever folder one is in.

    Not where it could send sound elsewhere, take it from elsewhere, keep more or less.
    """
    strict: bool | None = None
    """The one value that it may set, where the other would make less of privacy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is in force, after every source has been heard."""

    api_url: Annotated[
        str | None,
        Rule(
            help="Another server; without one, this computer's own.",
            read=values.url,
            variable="SYMBL_API_URL",
            is_for_projects=False,
        ),
    ] = None
    engine: Annotated[
        Engine | None,
        Rule(
            help="local or remote; by itself remote where api_url is set.",
            read=values.choice(Engine),
            is_for_projects=False,
        ),
    ] = None
    profile: Annotated[
        str | None,
        Rule(
            help="The [profiles.NAME] to use.",
            read=values.text,
            variable="SYMBL_PROFILE",
            is_for_projects=False,
        ),
    ] = None
    app_id: Annotated[
        str | None,
        Rule(
            help="The application that api_url knows.",
            read=values.text,
            variable="SYMBL_APP_ID",
            is_for_projects=False,
        ),
    ] = None
    secret_in: Annotated[
        SecretStore,
        Rule(
            help="Where the app secret is kept: file or keyring.",
            read=values.choice(SecretStore),
            is_for_projects=False,
        ),
    ] = SecretStore.FILE
    language: Annotated[
        str,
        Rule(
            help="Of the speech, as in en-US.",
            read=values.language,
            is_for_projects=True,
        ),
    ] = "en-US"
    timezone: Annotated[
        str | None,
        Rule(
            help="For due dates; else this system's.",
            read=values.timezone,
            is_for_projects=True,
        ),
    ] = None
    device: Annotated[
        tuple[str, ...],
        Rule(
            help="Microphone by name or index, as --device.",
            read=values.names,
            is_for_projects=False,
        ),
    ] = ()
    speaker: Annotated[
        tuple[str, ...],
        Rule(help="Who speaks, as --speaker.", read=values.names, is_for_projects=True),
    ] = ()
    title: Annotated[
        str | None,
        Rule(
            help="What conversations are called.",
            read=values.text,
            is_for_projects=True,
        ),
    ] = None
    insights: Annotated[
        tuple[str, ...],
        Rule(
            help="question, action_item, follow_up, topic; or all, none.",
            read=values.insights,
            is_for_projects=True,
        ),
    ] = values.INSIGHTS
    confidence_threshold: Annotated[
        float,
        Rule(
            help="Of insights, from 0 to 1.", read=values.fraction, is_for_projects=True
        ),
    ] = 0.5
    sentiment: Annotated[
        bool,
        Rule(
            help="Whether to say how it sounds.",
            read=values.boolean,
            is_for_projects=True,
        ),
    ] = False
    entities: Annotated[
        bool,
        Rule(
            help="Whether to find names, dates, sums.",
            read=values.boolean,
            is_for_projects=True,
        ),
    ] = False
    vocab: Annotated[
        tuple[str, ...],
        Rule(help="Words to listen for.", read=values.words, is_for_projects=True),
    ] = ()
    redact: Annotated[
        bool,
        Rule(
            help="Whether to hide what identifies people.",
            read=values.boolean,
            is_for_projects=True,
            strict=True,
        ),
    ] = False
    live: Annotated[
        bool,
        Rule(
            help="Whether a terminal gets the live display.",
            read=values.boolean,
            is_for_projects=True,
        ),
    ] = True
    color: Annotated[
        Color,
        Rule(
            help="auto, always or never.",
            read=values.choice(Color),
            is_for_projects=True,
        ),
    ] = Color.AUTO
    store: Annotated[
        bool,
        Rule(
            help="Whether conversations are kept.",
            read=values.boolean,
            is_for_projects=True,
            strict=False,
        ),
    ] = True
    keep: Annotated[
        float | None,
        Rule(
            help="Conversations older than this go: 90d; off by itself.",
            read=values.duration,
            show=values.plain_duration,
            is_for_projects=False,
        ),
    ] = None
    spool_limit: Annotated[
        int,
        Rule(
            help="Audio kept for a run on disk, at most.",
            read=values.size,
            show=values.plain_size,
            is_for_projects=False,
        ),
    ] = 2 * 10**9
    save_dir: Annotated[
        Path | None,
        Rule(
            help="A folder for every kind of output file, as --save-dir.",
            read=values.path,
            is_for_projects=False,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    name: str
    default: object
    rule: Rule


SETTINGS: Mapping[str, Setting] = {
    spec.name: Setting(
        spec.name, spec.default, Settings.__annotations__[spec.name].__metadata__[0]
    )
    for spec in fields(Settings)
}

# Further things that a project file cannot do, whatever they will be called.
OUTPUTS_AND_HOOKS = frozenset(
    {
        *("app_secret", "access_token", "credentials"),
        *("hooks", "on", "webhook", "webhooks"),
        *("output", "jsonl", "srt", "vtt", "markdown", "text"),
        *("save_audio", "record_wire", "log_file"),
    }
)


class Source(StrEnum):
    """Where a value may come from, the strongest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    PROJECT = "project"
    USER = "user"
    VENDOR = "vendor"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from; *where* names the flag, variable or file."""

    source: Source
    where: str = ""
    profile: str | None = None
    """The profile that says so, in the user file."""
