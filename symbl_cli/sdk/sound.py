"""The sound that a program hands over, as a source."""

from collections import deque
from collections.abc import Iterator
from threading import Condition

from ..audio.source import Captured, Chunk, Skipped
from ..media.format import AudioFormat, Encoding

LIMIT = 64 * 2**20
"""Bytes that may wait, twelve minutes at 44.1 kHz: as long as a network is away."""


class SentSound:
    """An `AudioSource` of what was sent; holds the sender up while too much waits."""

    name = "program"
    speaker = None
    is_live = False
    """A program may send a recording, which can wait and must not lose anything."""

    def __init__(self, audio_format: AudioFormat, *, limit: int = LIMIT) -> None:
        self.format = audio_format
        self._limit = limit
        self._waiting: deque[Captured] = deque()
        self._size = 0
        self._position = 0
        self._part = b""
        """The half of a sample whose other half is still to come."""
        self._is_closed = False
        self._changed = Condition()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def send(self, sound: bytes) -> bool:
        """Hand *sound* over, of any length; whether it was taken, not closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._size < self._limit)
            if self._is_closed:
                return False
            whole = self._whole(sound)
            if whole:
                self._append(Chunk(self._position, whole), self.format.count(whole))
                self._size += len(whole)
            return True

    def skip(self, samples: int, cause: str) -> None:
        """That many samples will not come."""
        with self._changed:
            start = self._position
            self._append(Skipped(start, start + samples, cause), samples)

    def chunks(self) -> Iterator[Captured]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._waiting)
                if not self._waiting:
                    return
                captured = self._waiting.popleft()
                match captured:
                    case Chunk(pcm=pcm):
                        self._size -= len(pcm)
                        self._changed.notify_all()
                    case _:
                        pass
            yield captured

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _whole(self, sound: bytes) -> bytes:
        """*sound* without the sample that it has only the first half of."""
        if self.format.encoding in {Encoding.FLAC, Encoding.OPUS}:
            return sound  # packets are not ours to cut
        sound = self._part + sound
        end = len(sound) - len(sound) % self.format.frame_size
        self._part = sound[end:]
        return sound[:end]

    def _append(self, captured: Captured, samples: int) -> None:
        self._waiting.append(captured)
        self._position += samples
        self._changed.notify_all()
