"""One stream that is listened to: its sound comes in here, and is heard on the loop."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from ...errors import SymblError
from ...media.format import AudioFormat
from .recognizer import Recognized

if TYPE_CHECKING:
    from .heard import Heard
    from .hearing import Hearing
    from .utterance import Decoding
    from .voice_activity import VoiceActivity

BOUND = 30.0
"""Seconds of backlog from which on more sound had better wait."""
STALL = 0.5
"""Seconds without sound after which what there is, is read once more."""


class Sharing(Protocol):
    """Who shares the workers out among the streams, as one of them sees it."""

    @property
    def error(self) -> SymblError | None: ...

    def pump(self) -> None: ...

    def leave(self, listener: "Listener", detector: "VoiceActivity") -> None: ...


class Listener:
    """One stream. Every method but `ready` and `finish` returns at once."""

    def __init__(
        self,
        sharing: Sharing,
        hearing: "Hearing",
        detector: "VoiceActivity",
        vocabulary: tuple[str, ...],
        on_heard: "Callable[[Heard], None]",
    ) -> None:
        self.hearing = hearing
        self.vocabulary = vocabulary
        self.life = 0
        """Signs of life from who works for it so far: while it grows, it gets on."""
        self._sharing = sharing
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
    def lateness(self) -> float:
        """Seconds that words are behind the sound."""
        return self.hearing.lateness

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
            self._sharing.leave(self, self._detector)
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
        self._sharing.pump()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        while not is_so() and not self._is_closed:
            if self._sharing.error is not None:
                raise self._sharing.error
            self._changed.clear()
            await self._changed.wait()
