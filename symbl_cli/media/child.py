"""Programs whose output we read."""

import logging
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO, cast

log = logging.getLogger(__name__)

_IS_POSIX = sys.platform != "win32"
_NEW_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # on Windows


class Child:
    """A running program; its stdout comes unbuffered, its stderr is kept apart.

    Raises `OSError` where it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], stdin: IO[bytes] | int = subprocess.DEVNULL
    ) -> None:
        log.debug("starting %s", command)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        try:
            self._process = subprocess.Popen(  # noqa: S603 - never a shell
                command,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                bufsize=0,
                # The terminal's Ctrl-C and Ctrl-Z are for us to handle.
                start_new_session=_IS_POSIX,
                creationflags=_NEW_GROUP,
            )
        except OSError:
            self._complaints.close()
            raise

    @property
    def output(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdout)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self._process.wait()

    def last_words(self) -> str:
        """The last line of its stderr."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "")

    def kill(self) -> None:
        """End it, which ends its output for whoever reads that."""
        self._process.kill()

    def close(self) -> None:
        self.kill()
        with self._process:  # waits, and closes its pipe
            pass
        self._complaints.close()
