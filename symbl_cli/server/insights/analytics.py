"""Who spoke how long and how fast, from the times of messages alone."""

from collections.abc import Iterable, Sequence

from ...frozen import dataclass
from .findings import Party, Said

_MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapWith:
    """How long a member spoke at the same time as another."""

    party: Party
    seconds: float
    percent: float
    """Of both members' talk time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAnalytics:
    party: Party
    talk_seconds: float
    talk_percent: float
    """Of the conversation's length, like *listen_percent*."""
    listen_seconds: float
    listen_percent: float
    words_per_minute: int
    overlaps: tuple[OverlapWith, ...]

    @property
    def overlap_seconds(self) -> float:
        return sum(overlap.seconds for overlap in self.overlaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analytics:
    """Silence and talk add up to 100 percent."""

    talk_seconds: float
    talk_percent: float
    silence_seconds: float
    silence_percent: float
    overlap_seconds: float
    overlap_percent: float
    members: tuple[MemberAnalytics, ...]


_Spans = tuple[tuple[float, float], ...]


def measure(messages: Iterable[Said], duration: float | None = None) -> Analytics:
    """The analytics of *messages*; *duration* is the conversation's, if longer."""
    spoken = tuple(messages)
    length = max([duration or 0.0, *(said.end for said in spoken)])
    parties = tuple(dict.fromkeys(said.speaker for said in spoken))
    spans = {party: _merged(_spans_of(spoken, party)) for party in parties}
    talk = _length(_merged([span for own in spans.values() for span in own]))
    overlap = sum(map(_length, spans.values())) - talk
    return Analytics(
        talk_seconds=round(talk, 3),
        talk_percent=_percent(talk, length),
        silence_seconds=round(length - talk, 3),
        silence_percent=round(100 - _percent(talk, length), 3) if length else 0.0,
        overlap_seconds=round(max(overlap, 0.0), 3),
        overlap_percent=_percent(max(overlap, 0.0), length),
        members=tuple(_member(p, spoken, spans, talk, length) for p in parties),
    )


def _member(
    party: Party,
    spoken: Sequence[Said],
    spans: dict[Party, _Spans],
    talk: float,
    length: float,
) -> MemberAnalytics:
    own = _length(spans[party])
    words = sum(len(said.text.split()) for said in spoken if said.speaker == party)
    return MemberAnalytics(
        party=party,
        talk_seconds=round(own, 3),
        talk_percent=_percent(own, length),
        listen_seconds=round(max(talk - own, 0.0), 3),
        listen_percent=_percent(max(talk - own, 0.0), length),
        words_per_minute=round(words / own * _MINUTE) if own else 0,
        overlaps=tuple(_overlaps(party, spans)),
    )


def _overlaps(party: Party, spans: dict[Party, _Spans]) -> list[OverlapWith]:
    found: list[OverlapWith] = []
    for other, theirs in spans.items():
        seconds = _common(spans[party], theirs) if other != party else 0.0
        if seconds > 0:
            both = _length(spans[party]) + _length(theirs)
            percent = _percent(seconds, both)
            found.append(
                OverlapWith(party=other, seconds=round(seconds, 3), percent=percent)
            )
    return found


def _spans_of(spoken: Sequence[Said], party: Party) -> list[tuple[float, float]]:
    return [(s.start, s.end) for s in spoken if s.speaker == party and s.end > s.start]


def _merged(spans: Iterable[tuple[float, float]]) -> _Spans:
    merged: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _length(spans: _Spans) -> float:
    return sum(end - start for start, end in spans)


def _common(one: _Spans, two: _Spans) -> float:
    total, i, j = 0.0, 0, 0
    while i < len(one) and j < len(two):
        total += max(0.0, min(one[i][1], two[j][1]) - max(one[i][0], two[j][0]))
        if one[i][1] < two[j][1]:
            i += 1
        else:
            j += 1
    return total


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 3) if whole else 0.0
