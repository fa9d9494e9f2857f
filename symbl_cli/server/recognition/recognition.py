"""The door of recognition: streams of sound in, what was heard out.

The loop only moves values: streams are cores, decoding is done by other processes.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ...errors import SymblError
from ...media.format import AudioFormat
from ..settings import RecognizerName
from .detectors import Detectors
from .frames import DecodeRequest
from .listener import Listener
from .models import locate_model
from .scheduler import OVERHEAD, Load, Purpose, choose, workers_wanted
from .workers import Worker, WorkerDied, WorkerPool, worker_command

if TYPE_CHECKING:
    from .heard import Heard
    from .utterance import Decoding, Utterance
    from .voice_activity import VoiceActivity

log = logging.getLogger(__name__)

IDLE = 60.0
"""Seconds after which a worker that has nothing to do gives its memory back."""
PATIENCE = 15.0
"""Seconds after which a decode hangs, on a computer that has much else to do."""
_LONG = 7.5
"""Seconds of sound from which on it may take longer, in proportion."""
_COST = 0.06
"""Seconds of a core for one second of sound, before any was measured."""
_NEWEST = 0.1
"""How much the newest measurement of it counts."""


class Recognition:
    """Owns the workers and shares them out among the streams.

    Nothing is loaded before the first stream, or `warm`.
    """

    def __init__(
        self,
        recognizer: RecognizerName = RecognizerName.MOONSHINE,
        *,
        models_folder: Path | None = None,
        workers: int | None = None,
        idle: float = IDLE,
        patience: float = PATIENCE,
    ) -> None:
        """*workers*: at most so many processes; `None`: as many as help, 4 at most.

        *patience*: seconds that a decode may take, more for a long one.
        """
        self._recognizer = recognizer
        self._models_folder = models_folder
        self._limit = workers or min(4, os.cpu_count() or 1)
        self._idle = idle
        self._patience = patience
        self._pool: WorkerPool | None = None
        self._listeners: list[Listener] = []
        self._detectors = Detectors(recognizer)
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._cost = _COST

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for listener in tuple(self._listeners):
            listener.close()
        if self._pool is not None:
            await self._pool.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def worker_pids(self) -> tuple[int, ...]:
        return () if self._pool is None else self._pool.pids

    @property
    def error(self) -> SymblError | None:
        """Why nothing can be recognised now, if so."""
        return None if self._pool is None else self._pool.error

    def rouse(self) -> None:
        """Have a worker load its model meanwhile. Raises `MissingError`: no model."""
        pool = self._working_pool()
        if not pool.size:
            pool.grow()

    def warm(self) -> None:
        """Load what the first stream will need. Raises `MissingError`: no model."""
        self.rouse()
        self._detectors.prepare()

    async def load(self) -> None:
        """Load what `open` needs, which takes longer than the loop may wait.

        Raises `MissingError` without a model or codec.
        """
        self.warm()
        await asyncio.get_running_loop().run_in_executor(None, _load_hearing)
        await self._detectors.ready()

    async def ready(self) -> None:
        """Wait for a worker that `warm` has asked for. Raises what keeps it away."""
        while not self.worker_pids:
            if self.error is not None:
                raise self.error
            self._changed.clear()
            await self._changed.wait()

    def open(
        self,
        *,
        audio_format: AudioFormat,
        position: int = 0,
        vocabulary: tuple[str, ...] = (),
        on_heard: "Callable[[Heard], None]",
    ) -> Listener:
        """Listen to one stream whose next sample is that at *position*.

        *on_heard* is called on the loop. Raises `MissingError` without a model or
        codec, `UsageError` for a rate that is no speech.
        """
        from .hearing import Hearing

        self._working_pool()
        detector = self._detectors.take()
        self.warm()
        hearing = Hearing(audio_format, position=position, detector=detector)
        listener = Listener(self, hearing, detector, vocabulary, on_heard)
        self._listeners.append(listener)
        return listener

    def pump(self) -> None:
        """Give every free worker what is most worth decoding."""
        pool = self._pool
        while pool is not None and (offer := self._offer(pool)) is not None:
            if not pool.has_free:
                self._grow(pool)
                return
            self._start(pool, *offer)

    def leave(self, listener: Listener, detector: "VoiceActivity") -> None:
        """*listener* is done; its detector may serve another."""
        self._listeners.remove(listener)
        self._detectors.give_back(detector)

    def _working_pool(self) -> WorkerPool:
        """A pool whose model was found: looked for again where that had failed."""
        if self._pool is None or self._pool.error is not None:
            if self._pool is not None:
                self._spawn(self._pool.close())
            self._pool = WorkerPool(
                worker_command(self._recognizer.value, self._locate()),
                limit=self._limit,
                idle=self._idle,
                on_change=self._on_workers,
                on_life=self._note_life,
            )
        return self._pool

    def _locate(self) -> Path:
        if self._recognizer is RecognizerName.SCRIPTED:
            return Path()
        return locate_model(self._models_folder).folder

    def _note_life(self, served: Listener | None = None) -> None:
        """Of whoever works for *served*: those who wait their turn get on as well."""
        for listener in self._listeners:
            if listener is served or not listener.hearing.is_read:
                listener.life += 1

    def _on_workers(self) -> None:
        self._changed.set()
        self.pump()
        for listener in self._listeners:
            listener.notice()

    def _offer(self, pool: WorkerPool) -> "tuple[Listener, Utterance, Purpose] | None":
        offers = [
            (listener, utterance, wish)
            for listener in self._listeners
            for utterance, wish in listener.hearing.wishes()
        ]
        index = choose([wish for _, _, wish in offers], self._load(pool))
        if index is None:
            return None
        listener, utterance, wish = offers[index]
        return listener, utterance, wish.purpose

    def _load(self, pool: WorkerPool) -> Load:
        speaking = sum(listener.hearing.is_speaking for listener in self._listeners)
        return Load(speaking, pool.limit, self._cost)

    def _grow(self, pool: WorkerPool) -> None:
        backlog = max(listener.backlog for listener in self._listeners)
        if pool.size < workers_wanted(self._load(pool), backlog):
            pool.grow()

    def _start(
        self,
        pool: WorkerPool,
        listener: Listener,
        utterance: "Utterance",
        purpose: Purpose,
    ) -> None:
        # Who was served last comes last where wishes are equal.
        self._listeners.remove(listener)
        self._listeners.append(listener)
        decoding = utterance.begin(purpose)
        self._spawn(self._decode(pool, pool.take(), listener, decoding))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _decode(
        self,
        pool: WorkerPool,
        worker: Worker,
        listener: Listener,
        decoding: "Decoding",
    ) -> None:
        request = DecodeRequest(decoding.samples, listener.vocabulary)
        try:
            decoded = await worker.decode(
                request,
                within=self._patience * max(1.0, decoding.seconds / _LONG),
                on_life=partial(self._note_life, listener),
            )
        except WorkerDied as exc:
            log.warning("worker %d is given up, another comes: %s", worker.pid, exc)
            pool.bury(worker)
            listener.fail(decoding, exc)
        except SymblError as exc:
            log.warning("not recognised: %s", exc)
            pool.give_back(worker)
            listener.fail(decoding, exc)
        else:
            self._measure(decoded.cost, decoding.seconds)
            pool.give_back(worker)
            listener.learn(decoding, decoded.recognized)
        self.pump()

    def _measure(self, cost: float, seconds: float) -> None:
        self._cost += (cost / (seconds + OVERHEAD) - self._cost) * _NEWEST


def _load_hearing() -> None:
    from . import hearing  # noqa: F401 - that is all
