"""Stand-ins that several parts test against."""

from collections.abc import Callable, Iterable, Iterator
from queue import Queue
from threading import Condition
from threading import Event as Flag

from symbl_cli.audio.source import Captured, Chunk
from symbl_cli.lines import Body, Line
from symbl_cli.media.format import AudioFormat

TIMEOUT = 30
"""Seconds after which a test that waits has failed."""


class RecordingSink:
    """Keeps every line."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.is_closed = False

    @property
    def bodies(self) -> list[Body]:
        return [line.body for line in self.lines]

    def handle(self, line: Line) -> None:
        assert not self.is_closed
        self.lines.append(line)

    def close(self) -> None:
        self.is_closed = True


class WatchedSink(RecordingSink):
    """One that another thread can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = Condition()

    def handle(self, line: Line) -> None:
        with self._changed:
            super().handle(line)
            self._changed.notify_all()

    def until(
        self,
        wanted: Callable[[Body], bool],
        *,
        times: int = 1,
        timeout: float = TIMEOUT,
    ) -> None:
        """Wait until *times* lines are *wanted*."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: sum(map(wanted, self.bodies)) >= times, timeout
            ), self.bodies


class ListSource:
    """A source that has everything at once, and can be asked to wait."""

    is_live = False

    def __init__(
        self,
        captured: Iterable[Captured],
        *,
        name: str = "list",
        speaker: str | None = None,
        audio_format: AudioFormat | None = None,
    ) -> None:
        self.name = name
        self.speaker = speaker
        self.format = audio_format or AudioFormat()
        self._captured = captured
        self._closed = Flag()

    def chunks(self) -> Iterator[Captured]:
        for captured in self._captured:
            if self._closed.is_set():
                return
            yield captured

    def close(self) -> None:
        self._closed.set()


class LiveSource:
    """A source that a test feeds while it runs; it ends when it is closed."""

    is_live = True

    def __init__(
        self,
        *,
        name: str = "live",
        speaker: str | None = None,
        audio_format: AudioFormat | None = None,
    ) -> None:
        self.name = name
        self.speaker = speaker
        self.format = audio_format or AudioFormat()
        self.closed = Flag()
        self._queue: Queue[Captured | Exception | None] = Queue()

    def feed(self, *captured: Captured | Exception) -> None:
        for one in captured:
            self._queue.put(one)

    def chunks(self) -> Iterator[Captured]:
        while (captured := self._queue.get()) is not None:
            if isinstance(captured, Exception):
                raise captured
            yield captured

    def close(self) -> None:
        if not self.closed.is_set():
            self.closed.set()
            self._queue.put(None)


def chunks_of(pcm: bytes, *, size: int = 3200, start: int = 0) -> list[Chunk]:
    """16-bit mono *pcm* as a source gives it."""
    return [
        Chunk(start + at // 2, pcm[at : at + size]) for at in range(0, len(pcm), size)
    ]
