"""The mode of a terminal while a live region is on it."""

import contextlib
import os
import sys
from typing import IO

if sys.platform != "win32":
    import termios

_LOCAL = 3
"""Where `tcgetattr` has the flags that ECHO is one of."""


class TerminalMode:
    """Keeps what is typed from showing amid the region; Ctrl-C stays a signal.

    Does nothing for what is no terminal of ours. May be used by a signal handler.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._descriptor = stream.fileno() if stream.isatty() else None
        self._is_quiet = False

    def quiet(self) -> None:
        self._is_quiet = self._echo(is_on=False)

    def restore(self) -> None:
        """Show again what is typed; more than once is once."""
        if self._is_quiet:
            self._is_quiet = False
            self._echo(is_on=True)

    def _echo(self, *, is_on: bool) -> bool:
        """Switch it; False if it was so already or cannot be switched."""
        if sys.platform == "win32" or self._descriptor is None:
            return False
        with contextlib.suppress(termios.error, OSError):
            # In the background, changing the mode would stop the process.
            if os.tcgetpgrp(self._descriptor) != os.getpgrp():
                return False
            mode = termios.tcgetattr(self._descriptor)
            before = mode[_LOCAL]
            mode[_LOCAL] = before | termios.ECHO if is_on else before & ~termios.ECHO
            termios.tcsetattr(self._descriptor, termios.TCSANOW, mode)
            return bool(mode[_LOCAL] != before)
        return False
