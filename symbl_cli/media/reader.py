"""What every decoder of a recording is to those who read it."""

from typing import Protocol

from .format import AudioFormat


class PcmReader(Protocol):
    """16-bit interleaved samples, front to back, never all of them at once."""

    @property
    def format(self) -> AudioFormat: ...

    def read(self, frames: int) -> bytes:
        """At most *frames* whole frames, fewer where no more are there yet.

        Empty means the end. What is torn or cut off is read as far as it goes.
        """

    def close(self) -> None: ...


class ByteStream(Protocol):
    """Bytes from a file or a pipe: `read` may give fewer than asked, b"" at the end."""

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...
