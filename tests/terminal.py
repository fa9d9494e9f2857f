"""A real terminal with `symbl` as its foreground job, and keys to press."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.command_line import Home, command

LIMIT = 30.0
_GLANCE = 0.02
INTERRUPT, SUSPEND, QUIT = b"\x03", b"\x1a", b"\x1c"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_SHELL = Path(__file__).with_name("job_shell.py")
_CODES = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")


class Terminal:
    """The keyboard's and the screen's side of it."""

    def __init__(self, keyboard: int, news: int, orders: int) -> None:
        self._keyboard = keyboard
        self._news = news
        self._orders = orders
        self.written = ""
        """All that was written to it, with its control codes."""

    def press(self, key: bytes) -> None:
        """A control key is a signal to the whole foreground group."""
        os.write(self._keyboard, key)

    def signal(self, number: int) -> None:
        """To the job alone: no key sends it."""
        os.kill(os.tcgetpgrp(self._keyboard), number)

    def look(self) -> None:
        """Read what is written for a moment."""
        self._take(time.monotonic() + _GLANCE)

    def until(self, text: str) -> None:
        """Wait until *text* is shown; control codes in it do not count."""
        deadline = time.monotonic() + LIMIT
        while text not in _CODES.sub("", self.written):
            assert time.monotonic() < deadline, self.written
            assert self._take(deadline), self.written

    def news(self) -> str:
        """What becomes of the job: `stopped`, or `ended` with its exit code.

        Once it has ended, all that it wrote was read.
        """
        deadline = time.monotonic() + LIMIT
        while not self._ready(self._news, time.monotonic() + _GLANCE):
            assert time.monotonic() < deadline, self.written
            if self._keyboard >= 0:
                self._take(time.monotonic())
        news = os.read(self._news, 100).decode().strip()
        while news != "stopped" and self._keyboard >= 0 and self._take(deadline):
            pass
        return news

    def resume(self) -> None:
        """Bring the stopped job back, as `fg` does."""
        os.write(self._orders, b"f")

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._keyboard)
        self._keyboard = -1

    @property
    def mode(self) -> list[object]:
        """What `stty` shows."""
        return list(termios.tcgetattr(self._keyboard))

    def resize(self, rows: int, columns: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._keyboard, termios.TIOCSWINSZ, size)

    def close(self) -> None:
        if self._keyboard >= 0:
            self.hang_up()

    def _take(self, deadline: float) -> bool:
        """Read what is written next; False if there was nothing until *deadline*."""
        if not self._ready(self._keyboard, deadline):
            return False
        try:
            self.written += os.read(self._keyboard, 65536).decode(errors="replace")
        except OSError:  # the job and its shell have gone
            return False
        return True

    def _ready(self, fd: int, deadline: float) -> bool:
        left = max(0.0, deadline - time.monotonic())
        return bool(select.select([fd], [], [], left)[0])


@contextmanager
def terminal(
    home: Home,
    *arguments: str | Path,
    size: tuple[int, int] = (24, 80),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Terminal]:
    """`symbl` in the foreground of a terminal of its own."""
    with job_in_terminal(
        home, command(arguments), size=size, environment=environment
    ) as window:
        yield window


@contextmanager
def job_in_terminal(
    home: Home,
    job: Sequence[str],
    *,
    size: tuple[int, int] = (24, 80),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Terminal]:
    """The same with any command, which is *job*."""
    keyboard, screen = pty.openpty()
    news, news_end = os.pipe()
    orders_end, orders = os.pipe()
    window = Terminal(keyboard, news, orders)
    window.resize(*size)
    shell = _shell(home, job, screen, news_end, orders_end, environment)
    for fd in (screen, news_end, orders_end):
        os.close(fd)
    try:
        yield window
    finally:
        window.close()
        os.close(news)
        os.close(orders)
        shell.wait(LIMIT)


def _shell(
    home: Home,
    job: Sequence[str],
    screen: int,
    news: int,
    orders: int,
    environment: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    """Started by a shell that puts its pipes in the places that are agreed."""
    line = f'exec "$0" "$@" 3>&{news} 4<&{orders} {news}>&- {orders}<&-'
    return subprocess.Popen(
        ["bash", "-c", line, sys.executable, str(_SHELL), *job],
        stdin=screen,
        stdout=screen,
        stderr=screen,
        pass_fds=(news, orders),
        start_new_session=True,
        env=home.environment(TERM="xterm", **environment),
        cwd=home.folder,
    )
