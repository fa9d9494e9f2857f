"""The door of recognition: streams of sound in, what was heard out.

The loop only moves values: streams are cores, decoding is done by other processes.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ...errors import SymblError
from ...media.format import AudioFormat
from ..settings import RecognizerName
from .detectors import Detectors
from .frames import DecodeRequest
from .models import locate_model
from .recognizer import Recognized
from .scheduler import OVERHEAD, Load, Purpose, choose, workers_wanted
from .workers import Worker, WorkerDied, WorkerPool, worker_command

if TYPE_CHECKING:
    from .heard import Heard
    from .hearing import Hearing
    from .utterance import Decoding, Utterance
    from .voice_activity import VoiceActivity

log = logging.getLogger(__name__)

IDLE = 60.0
"""Seconds after which a worker that has nothing to do gives its memory back."""
BOUND = 30.0
"""Seconds of backlog from which on more sound had better wait."""
STALL = 0.5
"""Seconds without sound after which what there is, is read once more."""
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
    ) -> "Listener":
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

    def leave(self, listener: "Listener", detector: "VoiceActivity") -> None:
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

    def _note_life(self, served: "Listener | None" = None) -> None:
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
        listener: "Listener",
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
        listener: "Listener",
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


class Listener:
    """One stream. Every method but `ready` and `finish` returns at once."""

    def __init__(
        self,
        recognition: Recognition,
        hearing: "Hearing",
        detector: "VoiceActivity",
        vocabulary: tuple[str, ...],
        on_heard: "Callable[[Heard], None]",
    ) -> None:
        self.hearing = hearing
        self.vocabulary = vocabulary
        self.life = 0
        """Signs of life from who works for it so far: while it grows, it gets on."""
        self._recognition = recognition
        self._detector = detector
        self._on_heard = on_heard
        self._changed = asyncio.Event()
        self._pushed = 0.0
        self._stalling: asyncio.TimerHandle | None = None
        self._has_ended = False
        self._is_closed = False

    @property
    def received(self) -> int:
        """The position behind the last sample that came."""
        return self.hearing.received

    @property
    def settled(self) -> int:
        """The position before which everything that begins was heard."""
        return self.hearing.settled

    @property
    def is_speaking(self) -> bool:
        """Whether anything is being said, or was and is not final yet."""
        return self.hearing.is_speaking

    @property
    def backlog(self) -> float:
        """Seconds of sound that could have their text and have not."""
        return self.hearing.backlog

    @property
    def is_ready(self) -> bool:
        """Whether more sound may come without piling up."""
        return self.backlog < BOUND

    def push(self, pcm: bytes) -> None:
        """Raises `NotAudioError` for what cannot be decoded."""
        self.hearing.push(pcm)
        self._await_more()
        self._go_on()

    def pushing(self, pcm: bytes) -> Iterator[None]:
        """Push *pcm* little by little, so that others have their turn between.

        Raises `NotAudioError`. What was not gone on with has not been received.
        """
        self._await_more()
        for _ in self.hearing.pushing(pcm):
            self._go_on()
            yield

    def skip(self, start: int, end: int) -> None:
        """Samples *start* to *end* will not come; a pause has *start* == *end*.

        What is being said ends here, and the next sample is that at *end*.
        """
        self.hearing.skip(max(end, self.received))
        self._go_on()

    def change_format(self, audio_format: AudioFormat) -> None:
        """What comes from now on; positions go on at the rate of the opening."""
        self.hearing.change_format(audio_format)
        self._go_on()

    async def ready(self) -> None:
        """Wait until `is_ready`; raises `SymblError` where that will never be."""
        await self._until(lambda: self.is_ready)

    async def finish(self, *, is_whole: bool = True) -> None:
        """The sound has ended: returns when the last final was heard.

        Not *is_whole*: what is being said is left to be heard when it comes again.
        Several may wait for that.
        """
        if not self._has_ended:
            self._has_ended = True
            self.hearing.finish(is_whole=is_whole)
            self._go_on()
        await self._until(lambda: self.hearing.is_over)
        self.close()

    def close(self) -> None:
        """Abandon it: nothing is heard any more."""
        if not self._is_closed:
            self._is_closed = True
            if self._stalling is not None:
                self._stalling.cancel()
            self._recognition.leave(self, self._detector)
            self._changed.set()

    def learn(self, decoding: "Decoding", recognized: Recognized) -> None:
        """A worker read *decoding* as *recognized*."""
        if not self._is_closed:
            self.hearing.decoded(decoding, recognized)
            self._go_on()

    def fail(self, decoding: "Decoding", why: SymblError) -> None:
        """A worker could not read *decoding*."""
        if not self._is_closed:
            self.hearing.failed(decoding, why.message)
            self._go_on()

    def notice(self) -> None:
        """Something about the workers has changed."""
        self._changed.set()

    def _await_more(self) -> None:
        loop = asyncio.get_running_loop()
        self._pushed = loop.time()
        if self._stalling is None:
            self._stalling = loop.call_later(STALL, self._stall)

    def _stall(self) -> None:
        self._stalling = None
        loop = asyncio.get_running_loop()
        left = self._pushed + STALL - loop.time()
        if left > 0:
            self._stalling = loop.call_later(left, self._stall)
            return
        self.hearing.stall()
        self._go_on()

    def _go_on(self) -> None:
        for heard in self.hearing.take():
            self._on_heard(heard)
        self._changed.set()
        self._recognition.pump()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        while not is_so() and not self._is_closed:
            if self._recognition.error is not None:
                raise self._recognition.error
            self._changed.clear()
            await self._changed.wait()
