"""Detectors of speech to spare: making one takes longer than the loop may wait."""

import asyncio
from typing import TYPE_CHECKING

from ..settings import RecognizerName

if TYPE_CHECKING:
    from .voice_activity import VoiceActivity


class Detectors:
    """Belongs to one event loop."""

    def __init__(self, recognizer: RecognizerName) -> None:
        self._recognizer = recognizer
        self._spare: list[VoiceActivity] = []
        self._preparing: asyncio.Future[VoiceActivity] | None = None

    def take(self) -> "VoiceActivity":
        """One that nobody else uses."""
        return self._spare.pop() if self._spare else self._open()

    def give_back(self, detector: "VoiceActivity") -> None:
        self._spare.append(detector)

    def prepare(self) -> None:
        """Have one to spare."""
        if self._spare or self._preparing:
            return
        loop = asyncio.get_running_loop()
        self._preparing = loop.run_in_executor(None, self._open)
        self._preparing.add_done_callback(self._keep)

    async def ready(self) -> None:
        """Wait for the one that is prepared; why there is none is for `take` to say."""
        if self._preparing is not None:
            await asyncio.wait({self._preparing})

    def _keep(self, made: "asyncio.Future[VoiceActivity]") -> None:
        self._preparing = None
        if not made.cancelled() and made.exception() is None:
            self._spare.append(made.result())

    def _open(self) -> "VoiceActivity":
        from .voice_activity import open_voice_activity

        return open_voice_activity(self._recognizer)
