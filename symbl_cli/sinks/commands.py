"""Commands that are run for certain lines: `--on TYPE[:FILTER] COMMAND`."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from tempfile import TemporaryFile
from threading import Lock
from typing import IO

from ..errors import UsageError
from ..frozen import dataclass
from ..lines import (
    Body,
    End,
    Entity,
    Firsts,
    Insight,
    Line,
    Status,
    Topic,
    Tracker,
    Transcript,
    line_type,
)
from ..protocol.local import without_secrets
from ..text.counting import counted
from .json_form import TYPES, encode
from .notices import Notices

_AT_ONCE = 4
_MOST_WAITING = 1_000
_TIME_LIMIT = 30.0
"""Seconds of one command."""
_PATIENCE = 10.0
"""Seconds without one that ends, after the run, until the others are ended."""
_LOOK = 0.1
"""Seconds between two looks at what a command does."""
_MOST_SAID = 2**20
"""Bytes of stderr on disk, where a command says without end."""
_GRACE = 1.0
"""Seconds from asking a command to end to ending it."""
_TAIL = 1_000
"""Bytes of what a failed command said."""


@dataclass(frozen=True, slots=True)
class Hook:
    """*command* is run for each line of *type* that has *filter* in it."""

    type: str
    filter: str
    command: tuple[str, ...]


def read_hook(when: str, command: str) -> Hook:
    """`TYPE[:FILTER]` and a command line, which no shell reads.

    Raises UsageError for an unknown type and for what is no command line.
    """
    type_, _, filter_ = when.partition(":")
    if type_ not in TYPES:
        raise UsageError(
            f"there are no lines of type {type_!r}",
            suggestion=f"types are {', '.join(TYPES)}",
        )
    try:
        words = tuple(shlex.split(command, posix=os.name != "nt"))
    except ValueError as exc:
        raise UsageError(f"{command!r} is no command line: {exc}") from exc
    if not words:
        raise UsageError(f"there is no command to run on {when!r}")
    return Hook(type_, filter_, words)


def matches(hook: Hook, body: Body) -> bool:
    """Whether *body* is of the hook's type and, whatever the case, has its filter.

    That is in its text, in a tracker's name, or is a state or a reason as a whole.
    """
    if line_type(body) != hook.type:
        return False
    wanted = hook.filter.casefold()
    match body:
        case Transcript(text=text) | Insight(text=text) | Topic(text=text):
            return wanted in text.casefold()
        case Entity(kind=kind, text=text):
            return wanted in f"{kind} {text}".casefold()
        case Tracker(name=name, match=text):
            return wanted in f"{name} {text}".casefold()
        case Status(state=state):
            return wanted in ("", state)
        case End(reason=reason):
            return wanted in ("", reason)
        case _:
            return not wanted


class Commands:
    """Runs the commands of *hooks*: a line's JSON is their stdin, once for each id.

    Four at once, each for half a minute; a thousand may wait, more are left out. They
    are children in sessions of their own: Ctrl-C is not for them. Our secrets are not
    in their environment. `close` waits as long as they end one by one, ten seconds for
    the next, then it ends them.
    """

    def __init__(
        self,
        hooks: Sequence[Hook],
        notices: Notices,
        *,
        time_limit: float = _TIME_LIMIT,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*clock* tells how long a command takes."""
        self._hooks = hooks
        self._notices = notices
        self._time_limit = time_limit
        self._patience = patience
        self._clock = clock
        self._firsts = Firsts()
        self._executor = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="hook")
        self._waiting: set[Future[None]] = set()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = Lock()
        self._survived: dict[int, Hook] = {}
        """By the process group that was not empty when its command had ended."""
        self._failed: frozenset[Hook] = frozenset()
        self._left_out = 0
        self._is_over = False

    def handle(self, line: Line) -> None:
        if not self._is_new(line.body):
            return
        for hook in self._hooks:
            if matches(hook, line.body):
                self._submit(hook, f"{encode(line)}\n".encode())

    def close(self) -> None:
        if self._is_over:
            return
        while waiting := tuple(self._waiting):
            if not wait(waiting, self._patience, FIRST_COMPLETED).done:
                break
        self._left_out += len(self._waiting)
        self.kill()
        self._executor.shutdown()
        self._tell_survivors()
        if self._left_out:
            self._notices.warning(
                f"{counted(self._left_out, 'time')} a command of --on was left out or "
                "ended",
                suggestion="use faster commands, or a filter",
            )

    def kill(self) -> None:
        """End all of them at once."""
        with self._lock:
            self._is_over = True
        self._executor.shutdown(wait=False, cancel_futures=True)
        _end(self._running)

    def _tell_survivors(self) -> None:
        """Not ended: a command may mean to open a window."""
        for group, hook in self._survived.items():
            if _is_alive(group):
                self._notices.warning(
                    f"the command {shlex.join(hook.command)!r} has left something"
                    f" running (process group {group})"
                )

    def _is_new(self, body: Body) -> bool:
        """Whether it is a final and not a later revision of what was there before."""
        match body:
            case Transcript(final=False) | Transcript(text=""):
                return False
            case Transcript() | Insight() | Topic() | Tracker() | Entity():
                return self._firsts.is_first(body)
            case _:
                return True

    def _submit(self, hook: Hook, line: bytes) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self._left_out += 1
            return
        future = self._executor.submit(self._run, hook, line)
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)

    def _run(self, hook: Hook, line: bytes) -> None:
        with ExitStack() as stack:
            try:
                # Files, not pipes: nobody waits for a command that does not read, nor
                # for a grandchild that keeps stderr open.
                stdin = stack.enter_context(TemporaryFile())
                stderr = stack.enter_context(TemporaryFile())
                stdin.write(line)
                stdin.seek(0)
                process = self._start(hook, stdin, stderr)
            except OSError as exc:
                self._fail(hook, f"cannot be run: {exc.strerror}")
                return
            if process is not None:
                is_by_itself = self._watch(hook, process, stderr)
                self._running.discard(process)
                if is_by_itself and not self._is_over and _is_alive(process.pid):
                    self._survived[process.pid] = hook
                self._judge(hook, process.returncode, _tail(stderr))

    def _start(
        self, hook: Hook, stdin: IO[bytes], stderr: IO[bytes]
    ) -> subprocess.Popen[bytes] | None:
        """None where all is over."""
        with self._lock:
            if self._is_over:
                return None
            process = subprocess.Popen(  # noqa: S603  # the user's own command
                hook.command,
                stdin=stdin,
                stdout=subprocess.DEVNULL,  # ours carries data
                stderr=stderr,
                env=without_secrets(os.environ),
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def _watch(
        self, hook: Hook, process: subprocess.Popen[bytes], stderr: IO[bytes]
    ) -> bool:
        """Whether it ended without having to be ended."""
        deadline = self._clock() + self._time_limit
        while self._clock() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK)
                return True
            if os.fstat(stderr.fileno()).st_size > _MOST_SAID:
                os.truncate(stderr.fileno(), 0)
        self._fail(hook, f"took over {self._time_limit:.0f} s and was ended")
        _end([process])
        return False

    def _judge(self, hook: Hook, code: int, said: str) -> None:
        if code != 0 and not self._is_over:
            self._fail(hook, f"failed with {code}: {said}" if said else "failed")

    def _fail(self, hook: Hook, how: str) -> None:
        """Said once a hook: the next line would fail likewise."""
        with self._lock:
            is_known, self._failed = hook in self._failed, self._failed | {hook}
        if not is_known:
            self._notices.warning(f"the command {shlex.join(hook.command)!r} {how}")


def _tail(stderr: IO[bytes]) -> str:
    """The last line of what it said."""
    size = stderr.seek(0, os.SEEK_END)
    stderr.seek(max(0, size - _TAIL))
    # Where it was cut meanwhile, a hole reads as zeros.
    said = stderr.read().replace(b"\0", b"").decode(errors="replace")
    lines = said.strip().splitlines()
    return lines[-1] if lines else ""


def _end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """End them and what they started, if it must be by force."""
    ending = tuple(processes)
    for name in ("SIGTERM", "SIGKILL"):
        for process in ending:
            _signal(process, name)
        deadline = time.monotonic() + _GRACE
        for process in ending:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))


def _is_alive(group: int) -> bool:
    """Whether there is anybody in a process group, on systems that have those."""
    if sys.platform == "win32":
        return False
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def _signal(process: subprocess.Popen[bytes], name: str) -> None:
    if sys.platform == "win32":
        process.terminate()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.Signals[name])
