"""`symbl` in a terminal or between pipes: one way to look at it and to end it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Protocol

from tests.command_line import LIMIT, Home
from tests.terminal import INTERRUPT, SUSPEND, Terminal, job_in_terminal


@dataclass(frozen=True)
class Ended:
    """What came of a run."""

    code: int
    shown: str
    """Stdout, or all that was written to the terminal."""
    errors: str
    """Stderr, where it is no terminal."""
    folder: Path
    """Where the files are."""
    was_restored: bool
    """Whether the terminal had its mode back."""


class Program(Protocol):
    """`symbl` while it runs."""

    def look(self) -> None:
        """Take what it has written meanwhile."""

    def signal(self, number: int) -> None: ...

    def suspend(self) -> None:
        """Ask it to stand still, and wait until it does."""

    def go_on(self) -> None: ...

    def leave(self) -> None:
        """Go away from whatever shows what it writes."""

    def ended(self, folder: Path) -> Ended: ...


@contextmanager
def in_pipes(
    home: Home, arguments: list[str], environment: Mapping[str, str]
) -> Iterator[Program]:
    with subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=home.environment(**environment),
        cwd=home.folder,
        process_group=0,  # one whose parent could let it go on may be stopped
    ) as process:
        try:
            yield _Piped(process)
        finally:
            process.kill()


class _Piped:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def look(self) -> None:
        Event().wait(0.05)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def suspend(self) -> None:
        self.signal(signal.SIGTSTP)
        deadline = time.monotonic() + LIMIT
        flags = os.WSTOPPED | os.WNOHANG
        while os.waitid(os.P_PID, self._process.pid, flags) is None:
            assert time.monotonic() < deadline
            self.look()

    def go_on(self) -> None:
        self.signal(signal.SIGCONT)

    def leave(self) -> None:
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ended(self, folder: Path) -> Ended:
        process = self._process
        assert process.stdout is not None
        assert process.stderr is not None
        if process.stdout.closed:
            shown, errors = b"", process.stderr.read()
            process.wait(LIMIT)
        else:
            shown, errors = process.communicate(timeout=LIMIT)
        return Ended(
            process.returncode,
            shown.decode(),
            errors.decode(),
            folder,
            was_restored=True,
        )


@contextmanager
def in_terminal(
    home: Home, arguments: list[str], environment: Mapping[str, str]
) -> Iterator[Program]:
    with job_in_terminal(home, arguments, environment=environment) as window:
        yield _Shown(window)


class _Shown:
    def __init__(self, window: Terminal) -> None:
        self._window = window
        self._mode = window.mode
        self._is_open = True

    def look(self) -> None:
        self._window.look()

    def signal(self, number: int) -> None:
        if number == signal.SIGINT:
            self._window.press(INTERRUPT)
        else:
            self._window.signal(number)

    def suspend(self) -> None:
        self._window.press(SUSPEND)
        news = self._window.news()
        assert (news, self._window.mode) == ("stopped", self._mode)

    def go_on(self) -> None:
        self._window.resume()

    def leave(self) -> None:
        self._window.hang_up()
        self._is_open = False

    def ended(self, folder: Path) -> Ended:
        news = self._window.news().split()
        assert news[0] == "ended", news
        return Ended(
            int(news[1]),
            self._window.written,
            "",
            folder,
            was_restored=not self._is_open or self._window.mode == self._mode,
        )
