"""What a server is told when it starts."""

from enum import StrEnum
from pathlib import Path

from ..frozen import dataclass
from .limits import Limits


class RecognizerName(StrEnum):
    MOONSHINE = "moonshine"
    SCRIPTED = "scripted"
    """Reads words out of made samples: for tests."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate with its chain, and its key, both PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    data_folder: Path | None
    """Of the database, lock and address; `None`: nothing is kept, nothing is found."""
    models_folder: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    tls: TlsFiles | None = None
    allow_hosts: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    recognizer: RecognizerName = RecognizerName.MOONSHINE
    workers: int | None = None
    """Recognition processes, at most; `None`: one a core, 4 at most."""
    max_streams: int | None = None
    max_silence: float | None = None
    """Seconds of silence that end a conversation; `None`: silence never does."""
    keep: float | None = None
    """Seconds after whose end conversations are deleted; `None`: none are."""
    limits: Limits = Limits()
