"""From a source into the spool, on a thread that waits for nothing else."""

from collections.abc import Callable, Iterator
from datetime import datetime

from ..audio.source import Absent, AudioSource, Chunk, Skipped, SourceState
from ..lines import Cause, State, Status
from ..media.format import AudioFormat, Encoding
from .spool import Hole, Sound, Spool
from .timeline import Timeline

MAX_FRAME = 8192
"""Bytes of a binary frame: the API refuses more (§2.5)."""

LONGEST = 0.1
"""Seconds in a frame."""

_DROPPED = "overflow"


def frame_samples(audio_format: AudioFormat) -> int:
    """Samples in the longest frame that may be sent."""
    size = audio_format.frame_size
    return min(audio_format.samples(LONGEST), MAX_FRAME // size)


class Capture:
    """Reads all of *source*: sound and gaps to *spool*, states to *tell*."""

    def __init__(
        self,
        source: AudioSource,
        spool: Spool,
        timeline: Timeline,
        *,
        tell: Callable[[Status], None],
        wall: Callable[[], datetime],
        limit: float | None,
        speaker: str | None,
    ) -> None:
        """*limit*: seconds of sound; *speaker*: named in states if one of several."""
        self._source = source
        self._spool = spool
        self._timeline = timeline
        self._tell = tell
        self._wall = wall
        self._speaker = speaker
        self._format = source.format
        self._end = None if limit is None else self._format.samples(limit)
        self.position = 0
        """Samples since the start, gaps included."""
        self.dropped = 0
        """Samples that the source had to drop."""
        self.was_cut = False
        """Whether *limit* was reached."""
        self.is_over = False
        """Whether no more comes."""

    def run(self) -> None:
        """Until the source ends; raises what the source raises."""
        try:
            for captured in self._source.chunks():
                match captured:
                    case Chunk():
                        self._keep(captured)
                    case Skipped():
                        self._skip(captured)
                    case SourceState():
                        self._tell(self._status(captured))
                    case Absent(position=position):
                        self.was_cut = self._end is not None and position >= self._end
                if self.was_cut:
                    break
        finally:
            self.is_over = True
            self._source.close()
            self._spool.finish()

    def _keep(self, chunk: Chunk) -> None:
        whole = _sound(chunk, self._format)
        if self._end is not None and whole.end >= self._end:
            whole = _cut(whole, self._end, self._format)
            self.was_cut = True
        for sound in _split(whole, self._format):
            self._timeline.heard(sound.end, chunk.arrived)
            self._spool.append(sound)
        self.position = max(self.position, whole.end)

    def _skip(self, skipped: Skipped) -> None:
        at = skipped.at or self._wall()
        self._timeline.anchor(skipped.end, at)
        self._spool.append(Hole(skipped.start, skipped.end, at))
        self.position = max(self.position, skipped.end)
        if skipped.cause == _DROPPED:
            self.dropped += skipped.end - skipped.start

    def _status(self, state: SourceState) -> Status:
        return Status(
            State(state.state),
            speaker=None if state.is_shared else self._speaker,
            device=state.device or None,
            seconds=state.seconds or None,
            cause=Cause(state.cause) if state.cause else None,
            start=self._start_of(state),
        )

    def _start_of(self, state: SourceState) -> float | None:
        """Where a gap began: it is told of when it is over."""
        if state.state != State.GAP:
            return None
        return max(0.0, self.position / self._format.sample_rate - state.seconds)


def _sound(chunk: Chunk, audio_format: AudioFormat) -> Sound:
    end = chunk.position + audio_format.count(chunk.pcm)
    return Sound(chunk.position, end, chunk.pcm)


def _cut(sound: Sound, end: int, audio_format: AudioFormat) -> Sound:
    """The part of *sound* before *end*."""
    size = max(0, end - sound.start) * audio_format.frame_size
    return Sound(sound.start, min(sound.end, max(end, sound.start)), sound.pcm[:size])


def _split(sound: Sound, audio_format: AudioFormat) -> Iterator[Sound]:
    """Frames of 100 ms or less that the API takes."""
    if audio_format.encoding in {Encoding.FLAC, Encoding.OPUS}:
        yield sound  # packets are not ours to cut
        return
    size, longest = audio_format.frame_size, frame_samples(audio_format)
    for start in range(sound.start, sound.end, longest):
        end = min(sound.end, start + longest)
        first, last = (start - sound.start) * size, (end - sound.start) * size
        yield Sound(start, end, sound.pcm[first:last])
