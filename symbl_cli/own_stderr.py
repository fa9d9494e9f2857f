"""Our stderr, apart from the one that libraries written in C have."""

import io
import os
import sys

_LIBRARIES = 2


class OwnStderr(io.TextIOWrapper):
    """Where we write, through a descriptor that no library knows of."""


def write_apart() -> None:
    """Let `sys.stderr` be our own, so that libraries can be quietened.

    For a process that is all ours, before anybody holds `sys.stderr`.
    """
    if sys.platform == "win32" or sys.stderr is None:
        return
    import fcntl  # noqa: PLC0415 — Windows has none

    # What we were started without (`<&-`) stays closed: not below the standard three.
    own = fcntl.fcntl(_LIBRARIES, fcntl.F_DUPFD_CLOEXEC, _LIBRARIES + 1)
    sys.stderr = OwnStderr(
        os.fdopen(own, "wb"),
        encoding="utf-8",
        errors="backslashreplace",
        newline="\n",
        line_buffering=True,
    )


def quieten_libraries() -> None:
    """Let what they say go nowhere, if that is not where we speak."""
    if isinstance(sys.stderr, OwnStderr):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _LIBRARIES)
        os.close(nowhere)
