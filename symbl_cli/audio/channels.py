"""One capture as one source a speaker: its channels apart, or mixed down."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Condition
from typing import TypeAlias

from ..errors import SymblError, UsageError
from ..media import samples
from ..media.format import AudioFormat
from .feed import Feed
from .source import AudioSource, Captured, Chunk, SourceState

_MOST_WAITING = 50
"""Blocks that one speaker may be ahead of another."""


def split(feed: Feed, speakers: Sequence[str] = ()) -> tuple[AudioSource, ...]:
    """Give every one of *speakers* a channel of *feed*, in order.

    With none or one the channels are mixed down. The sources stand on *feed*: closing
    one closes it, and so all. Each is read by a thread of its own; where one is not
    read the others wait. Raises `UsageError` where there are more names than channels.
    """
    channels = feed.format.channels
    if len(speakers) <= 1:
        return (MixedSource(feed, next(iter(speakers), None)),)
    if len(speakers) > channels:
        have = "one channel" if channels == 1 else f"{channels} channels"
        raise UsageError(
            f"{len(speakers)} speakers are named, but {feed.name!r} has {have}",
            suggestion="name one speaker a channel, or none to mix them down",
        )
    share = _Share(feed, len(speakers))
    return tuple(
        ChannelSource(feed, share, index, name) for index, name in enumerate(speakers)
    )


class _Source:
    """An `AudioSource` that stands on a feed."""

    def __init__(self, feed: Feed, speaker: str | None) -> None:
        self._feed = feed
        self.speaker = speaker

    @property
    def name(self) -> str:
        return self._feed.name

    @property
    def format(self) -> AudioFormat:
        return replace(self._feed.format, channels=1)

    @property
    def is_live(self) -> bool:
        return self._feed.is_live

    def close(self) -> None:
        self._feed.close()


class MixedSource(_Source):
    """All channels of a feed as one voice."""

    def chunks(self) -> Iterator[Captured]:
        channels = self._feed.format.channels
        for item in self._feed.blocks():
            match item:
                case Chunk(pcm=pcm):
                    yield replace(item, pcm=samples.mix_down(pcm, channels))
                case _:
                    yield item


class ChannelSource(_Source):
    """One channel of a feed that is shared with the sources of the others."""

    def __init__(self, feed: Feed, share: "_Share", index: int, speaker: str) -> None:
        super().__init__(feed, speaker)
        self._share = share
        self._index = index

    def chunks(self) -> Iterator[Captured]:
        channels = self._feed.format.channels
        for item in self._share.items(self._index):
            match item:
                case Chunk(pcm=pcm):
                    pcm = samples.channel(pcm, self._index, channels)
                    yield replace(item, pcm=pcm)
                case _:
                    yield item


_End: TypeAlias = SymblError | None
_Waiting: TypeAlias = deque[Captured | _End]


class _Share:
    """Hands every item of *feed* to each of *count* readers, on their own threads.

    Whoever runs out first fetches the next item for all. One that has stopped reading
    keeps nobody waiting; once all have, *feed* is over.
    """

    def __init__(self, feed: Feed, count: int) -> None:
        self._items = feed.blocks()
        self._changed = Condition()
        self._waiting: dict[int, _Waiting] = {
            number: deque() for number in range(count)
        }
        """Of those who read."""
        self._is_fetching = False
        self._is_over = False

    def items(self, reader: int) -> Iterator[Captured]:
        try:
            while True:
                match self._next(reader):
                    case None:
                        return
                    case SymblError() as failure:
                        raise failure
                    case item:
                        yield item
        finally:
            self._leave(reader)

    def _leave(self, reader: int) -> None:
        with self._changed:
            del self._waiting[reader]
            self._changed.notify_all()
            if not self._waiting:
                self._items = iter(())  # what was read is let go of, and closes

    def _next(self, reader: int) -> Captured | _End:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._may_go_on(reader))
                if self._waiting[reader]:
                    self._changed.notify_all()
                    return self._waiting[reader].popleft()
                if self._is_over:
                    return None
                self._is_fetching = True
            self._fetch()

    def _may_go_on(self, reader: int) -> bool:
        if self._waiting[reader] or self._is_over:
            return True
        lengths = map(len, self._waiting.values())
        is_full = any(length >= _MOST_WAITING for length in lengths)
        return not self._is_fetching and not is_full

    def _fetch(self) -> None:
        item: Captured | _End = None
        try:
            item = next(self._items, None)
        except SymblError as exc:
            item = exc
        finally:
            with self._changed:
                self._hand_out(item)
                self._is_fetching = False
                self._is_over = item is None or isinstance(item, SymblError)
                self._changed.notify_all()

    def _hand_out(self, item: Captured | _End) -> None:
        """What concerns the device is said once; lost sound is everybody's own."""
        match item:
            case SourceState(state=state) if state != "audio_dropped":
                first = next(iter(self._waiting.values()))
                first.append(replace(item, is_shared=True))
            case _:
                for waiting in self._waiting.values():
                    waiting.append(item)
