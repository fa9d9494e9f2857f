"""From samples of a stream to the time on the wall."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...frozen import dataclass
from ...protocol.events import StreamConfig


@dataclass(frozen=True, slots=True)
class WallClock:
    """Anchors a stream's samples: at sample 0, and again after every pause or gap."""

    sample_rate: int
    anchors: tuple[tuple[int, datetime], ...]
    """Position and wall time, in order of position; never empty."""

    def at(self, position: int) -> datetime:
        """Wall time of *position*, UTC."""
        start, when = next(
            (anchor for anchor in reversed(self.anchors) if anchor[0] <= position),
            self.anchors[0],
        )
        return when + timedelta(seconds=(position - start) / self.sample_rate)

    def anchored(self, position: int, when: datetime) -> "WallClock":
        kept = tuple(anchor for anchor in self.anchors if anchor[0] < position)
        return WallClock(self.sample_rate, (*kept, (position, when)))


def parse_time(text: str | None) -> datetime | None:
    """An RFC 3339 time in UTC; `None` where there is none that can be read."""
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def format_time(when: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as the API has it."""
    return (
        when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def zone_of(config: StreamConfig) -> tzinfo:
    """The zone in which "tomorrow" is meant: name, else offset, else the server's."""
    if config.timezone:
        try:
            return ZoneInfo(config.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    if config.timezone_offset is not None and abs(config.timezone_offset) < 24 * 60:
        return timezone(timedelta(minutes=config.timezone_offset))
    return datetime.now(UTC).astimezone().tzinfo or UTC
