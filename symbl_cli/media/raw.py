"""Samples without a header, or behind one that was read already."""

from ..errors import AudioError
from ..frozen import dataclass
from .format import AudioFormat
from .reader import ByteStream
from .samples import SampleCodec

_BLOCK_SIZE = 65_536


@dataclass(frozen=True, slots=True)
class Layout:
    """How the samples of a file or pipe are written down."""

    format: AudioFormat
    """Of what comes out: 16-bit samples."""
    codec: SampleCodec
    size: int | None = None
    """Bytes of sound that follow; `None`: up to the end."""

    @property
    def frame_size(self) -> int:
        """Bytes of one sample of every channel, as written."""
        return self.codec.width * self.format.channels


class SampleReader:
    """A `PcmReader` of plain samples. It owns *stream*.

    A frame that the end cuts in two is left out.
    """

    def __init__(self, stream: ByteStream, layout: Layout) -> None:
        self._stream = stream
        self._layout = layout
        self._left = layout.size
        self._torn = b""

    @property
    def format(self) -> AudioFormat:
        return self._layout.format

    def read(self, frames: int) -> bytes:
        size = self._layout.frame_size
        frames = max(1, min(frames, _BLOCK_SIZE // size))
        while fresh := self._read_bytes(frames * size - len(self._torn)):
            block = self._torn + fresh
            whole = len(block) - len(block) % size
            self._torn = block[whole:]
            if whole:
                return self._layout.codec.to_pcm16(block[:whole])
        return b""

    def close(self) -> None:
        self._stream.close()

    def _read_bytes(self, size: int) -> bytes:
        if self._left is not None:
            size = min(size, self._left)
        try:
            block = self._stream.read(size)
        except OSError as exc:
            raise AudioError(f"the input breaks off: {exc.strerror}") from exc
        if self._left is not None:
            self._left -= len(block)
        return block
