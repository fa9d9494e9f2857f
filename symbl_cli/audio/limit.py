"""A feed that ends by itself."""

from collections.abc import Iterator
from dataclasses import replace

from .feed import Feed, FeedFilter
from .source import Captured, Chunk, Skipped


class Limited(FeedFilter):
    """The first *seconds* of *feed*, to the sample; what was skipped counts."""

    def __init__(self, feed: Feed, seconds: float) -> None:
        super().__init__(feed)
        self._end = feed.format.samples(seconds)
        self._is_reached = False

    @property
    def is_reached(self) -> bool:
        """Whether it was the limit that ended the sound."""
        return self._is_reached

    def blocks(self) -> Iterator[Captured]:
        for item in self._feed.blocks():
            yield from self._within(item)
            if self._is_reached:
                self.close()
                return

    def _within(self, item: Captured) -> Iterator[Captured]:
        match item:
            case Chunk(position=position, pcm=pcm):
                left = self._end - position
                self._is_reached = left <= self.format.count(pcm)
                if left > 0:
                    yield replace(item, pcm=pcm[: left * self.format.frame_size])
            case Skipped(start=start, end=end):
                self._is_reached = end > start and end >= self._end
                yield replace(item, end=max(start, min(end, self._end)))
            case _:
                yield item
