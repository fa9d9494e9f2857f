"""Everything that can go wrong, as one tree.

SymblError
├── UsageError             2  bad option, value or input
│   ├── NotAudioError      2  what was given holds no sound that can be read
│   ├── LanguageError      2  nobody there understands the language that is spoken
│   └── ConflictError      2  what is there already, or runs, stands against it
├── MissingError           3  a device, model, extra or helper program is not there
├── AuthenticationError    4  credentials missing or refused
├── UnreachableError       5  nothing that speaks the API answers
│   └── ConnectionLost     5  it answered, and then no more
├── ProtocolError
│   ├── LocalProtocolError   1  our mistake
│   └── RemoteProtocolError  5  the peer's mistake
├── AudioError             3  capture failed while it ran
├── NotFoundError          2  no such conversation, profile, setting
├── StoreError             1  the conversations on disk cannot be read or written
│   └── NewerStoreError    2  a newer symbl wrote them
└── OutputError            2  an output cannot be written
    └── DiskFullError      1  no space left on the disk
"""

import shlex
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pathlib import Path


class ExitCode(IntEnum):
    """What the process says to its parent."""

    OK = 0
    FAILED = 1
    USAGE = 2
    MISSING = 3
    AUTHENTICATION = 4
    UNREACHABLE = 5
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class SymblError(Exception):
    """A failure that a user can be told in one sentence."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    kind: ClassVar[str] = "error"
    """Its name under `--json`."""

    def __init__(self, message: str, *, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        """What to do next: a sentence or a command, empty if *message* says it."""


class UsageError(SymblError):
    exit_code = ExitCode.USAGE
    kind = "usage"


class NotAudioError(UsageError):
    kind = "not_audio"


class LanguageError(UsageError):
    kind = "language"


class ConflictError(UsageError):
    kind = "conflict"


class NotFoundError(SymblError):
    exit_code = ExitCode.USAGE
    kind = "not_found"


class MissingError(SymblError):
    exit_code = ExitCode.MISSING
    kind = "missing"


class AudioError(SymblError):
    exit_code = ExitCode.MISSING
    kind = "audio"


class AuthenticationError(SymblError):
    exit_code = ExitCode.AUTHENTICATION
    kind = "authentication"


class UnreachableError(SymblError):
    exit_code = ExitCode.UNREACHABLE
    kind = "unreachable"


class ConnectionLost(UnreachableError):
    kind = "connection_lost"


class ProtocolError(SymblError):
    kind = "protocol"


class LocalProtocolError(ProtocolError):
    """We were about to say something that may not be said now."""

    kind = "local_protocol"


class RemoteProtocolError(ProtocolError):
    """The peer said something that makes no sense."""

    exit_code = ExitCode.UNREACHABLE
    kind = "remote_protocol"


class StoreError(SymblError):
    kind = "store"


class NewerStoreError(StoreError):
    exit_code = ExitCode.USAGE
    kind = "newer_store"


class OutputError(SymblError):
    exit_code = ExitCode.USAGE
    kind = "output"


class DiskFullError(OutputError):
    exit_code = ExitCode.FAILED
    kind = "disk_full"


def not_made(path: "Path", error: OSError) -> OutputError | None:
    """What to tell where the new file *path* has its place taken, or has none.

    `None`: it is something else that is wrong.
    """
    match error:
        case FileExistsError():
            return OutputError(
                f"{path} is there already",
                suggestion="choose another name, or give --overwrite",
            )
        case FileNotFoundError():
            return OutputError(
                f"cannot write {path}: there is no folder {path.parent}",
                suggestion=f"mkdir -p {shlex.quote(str(path.parent))}",
            )
        case _:
            return None
