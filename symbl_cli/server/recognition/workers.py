"""A pool of recognition processes: started when needed, replaced when they die."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from ...errors import AudioError, SymblError
from ...protocol.local import child_environment
from .frames import (
    LENGTH_SIZE,
    Answer,
    Decoded,
    DecodeRequest,
    Ready,
    Refused,
    Working,
    decode_reply,
    encode_request,
    length_of,
)

log = logging.getLogger(__name__)

_STARTS = 3
_LONGEST_START = 120.0
"""Seconds for loading a model."""


class WorkerDied(SymblError):
    """Its process ended in the middle of something, or will not come to an end."""


def _ignore() -> None: ...


class Worker:
    """One process; decodes one thing at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(
        cls, command: Sequence[str], *, on_life: Callable[[], None] = _ignore
    ) -> Self:
        """Returns once its model is loaded; raises what keeps it from that.

        *on_life* is called, on the loop, at whatever shows that it is getting on.

        It has a session of its own: what a terminal sends to its foreground group
        (Ctrl-C, hang-up) must not take the last words with it.
        """
        flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            creationflags=flags,
            env=worker_environment(),
        )
        worker = cls(process)
        try:
            await worker._ready(on_life)
        except BaseException:
            await worker.close()
            raise
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    async def decode(
        self,
        request: DecodeRequest,
        *,
        within: float | None = None,
        on_life: Callable[[], None] = _ignore,
    ) -> Decoded:
        """Raises `WorkerDied`, or `SymblError` where the recogniser refuses.

        One that takes longer than *within* seconds hangs: it counts as dead.
        """
        stdin = self._process.stdin
        if stdin is None:
            raise WorkerDied("the recogniser has no input")
        with suppress(ConnectionError):  # then its output ends too
            stdin.write(encode_request(request))
        match await self._reply(within, on_life):
            case Decoded() as decoded:
                return decoded
            case Refused(message=message, suggestion=suggestion):
                raise AudioError(message, suggestion=suggestion)
            case Ready():
                raise WorkerDied("the recogniser lost count")

    async def close(self) -> None:
        """End it; whatever it does is abandoned."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _ready(self, on_life: Callable[[], None]) -> None:
        match await self._reply(_LONGEST_START, on_life):
            case Refused(message=message, suggestion=suggestion):
                raise AudioError(message, suggestion=suggestion)
            case _:
                return

    async def _reply(self, within: float | None, on_life: Callable[[], None]) -> Answer:
        try:
            async with asyncio.timeout(within):
                return await self._answer(on_life)
        except TimeoutError as exc:
            message = f"the recogniser did not answer within {within:.0f} s"
            raise WorkerDied(message) from exc

    async def _answer(self, on_life: Callable[[], None]) -> Answer:
        while True:
            reply = decode_reply(await self._frame())
            on_life()
            if not isinstance(reply, Working):
                return reply

    async def _frame(self) -> bytes:
        stdout = self._process.stdout
        if stdout is None:
            raise WorkerDied("the recogniser has no output")
        try:
            length = length_of(await stdout.readexactly(LENGTH_SIZE))
            return await stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as exc:
            raise WorkerDied("the recogniser died") from exc


class WorkerPool:
    """At most *limit* workers; one that had nothing to do for *idle* seconds ends.

    *on_change* is called on the loop when a worker was started, when one has ended
    for want of work, and when `error` says that none can be had; *on_life* at whatever
    shows that one which starts is getting on.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        limit: int,
        idle: float,
        on_change: Callable[[], None],
        on_life: Callable[[], None] = _ignore,
    ) -> None:
        self._command = tuple(command)
        self._idle = idle
        self._on_change = on_change
        self._on_life = on_life
        self._free: dict[Worker, asyncio.TimerHandle] = {}
        self._busy: set[Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = 0
        self._failures = 0
        self._is_closed = False
        self.limit = limit
        self.error: SymblError | None = None

    @property
    def size(self) -> int:
        """Workers that are there or will be."""
        return len(self._free) + len(self._busy) + self._starting

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(worker.pid for worker in (*self._free, *self._busy))

    @property
    def has_free(self) -> bool:
        return bool(self._free)

    def grow(self) -> None:
        """Start one more, unless there are enough."""
        if self.size < self.limit and self.error is None:
            self._starting += 1
            self._spawn(self._start())

    def take(self) -> Worker:
        """One that is free (the one used last, so that others may fall idle)."""
        worker, timer = self._free.popitem()
        timer.cancel()
        self._busy.add(worker)
        return worker

    def give_back(self, worker: Worker) -> None:
        self._busy.discard(worker)
        timer = asyncio.get_running_loop().call_later(self._idle, self._retire, worker)
        self._free[worker] = timer

    def bury(self, worker: Worker) -> None:
        """It died: another one comes in its place."""
        self._busy.discard(worker)
        if not self._is_closed:
            self._spawn(worker.close())
            self.grow()

    async def close(self) -> None:
        self._is_closed = True
        for timer in self._free.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        workers = (*self._free, *self._busy)
        await asyncio.gather(*(worker.close() for worker in workers))

    def _retire(self, worker: Worker) -> None:
        del self._free[worker]
        self._spawn(worker.close())
        self._on_change()

    async def _start(self) -> None:
        try:
            worker = await Worker.start(self._command, on_life=self._on_life)
        except (SymblError, OSError) as exc:
            self._starting -= 1
            self._note_failure(exc)
        else:
            self._starting -= 1
            self._failures = 0
            self.give_back(worker)
            self._on_change()

    def _note_failure(self, exc: SymblError | OSError) -> None:
        """A worker that died may have been unlucky; one that refuses has a reason."""
        self._failures += 1
        log.warning("a recogniser did not start: %s", exc)
        if isinstance(exc, WorkerDied) and self._failures < _STARTS:
            self.grow()
            return
        self._failures = 0
        if self.size:
            # Too little memory for another: those that are there go on without it.
            self.limit = self.size
        elif isinstance(exc, SymblError):
            self.error = exc
        else:
            self.error = AudioError(f"cannot start the recogniser: {exc}")
        self._on_change()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def worker_command(recognizer: str, model: Path) -> tuple[str, ...]:
    """`-P`: the folder one happens to be in must not lend it its modules."""
    module = f"{__package__}.worker"
    return (sys.executable, "-P", "-m", module, recognizer, str(model))


def worker_environment() -> dict[str, str]:
    """So that it runs the very code that we are, installed or not."""
    return child_environment(os.environ, Path(__file__).resolve().parents[3])
