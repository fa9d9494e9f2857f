"""Who says what when, as far as lines refer back to it."""

from array import array
from collections import OrderedDict
from datetime import datetime, timedelta

from ..frozen import dataclass
from ..lines import RECENT, SpeakerRef, Transcript
from ..protocol.events import MessageId, Person

_RECENT = RECENT // 2
"""Finals whose whole line is kept, for what is known of them only later."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Said:
    """Where a message stands."""

    start: float
    end: float
    at: datetime
    speaker: SpeakerRef


class Speakers:
    """Gives everybody an id and a name."""

    def __init__(self, own: tuple[Person | None, ...]) -> None:
        """*own*: who speaks on each stream of this run, as far as it is known."""
        self._own = own
        self._numbers: dict[str, int] = {}
        self._known: dict[SpeakerRef, SpeakerRef] = {}
        """One for each, that hours of lines share."""

    def of(self, person: Person | None, stream: int) -> SpeakerRef:
        """Who *person*, heard on *stream*, is to those who read lines."""
        said = person or Person()
        own = self._own[stream] or Person()
        known = said if said.user_id or said.id or said.name else own
        key = known.user_id or known.id or known.name or f"speaker-{stream + 1}"
        name = known.name or (own.name if person is None else None)
        if not name:
            number = self._numbers.setdefault(key, len(self._numbers) + 1)
            name = f"Speaker {number}"
        who = SpeakerRef(key, name)
        return self._known.setdefault(who, who)

    def is_of_another_stream(self, person: Person | None, stream: int) -> bool:
        """Whether *person* is known to speak on another stream of this run."""
        others = [own for at, own in enumerate(self._own) if at != stream]
        return any(_are_same(own, person) for own in others)

    def may_be_ours(self, person: Person | None) -> bool:
        """Whether *person* may be one who speaks on a stream of this run."""
        is_named = person is not None and (person.user_id or person.name)
        return not is_named or any(
            own is None or _are_same(own, person) for own in self._own
        )


def _are_same(own: Person | None, other: Person | None) -> bool:
    if own is None or other is None:
        return False
    if own.user_id is not None:
        return own.user_id == other.user_id
    return own.name is not None and own.name == other.name


class Record:
    """What was said in a run: by utterance, and by the ids of messages."""

    def __init__(self, started_at: datetime) -> None:
        self._numbers: dict[str, int] = {}
        self._said = _Columns(started_at)
        self._ids: dict[MessageId, str] = {}
        self._recent: OrderedDict[str, Transcript] = OrderedDict()

    def add(self, line: Transcript) -> None:
        """A final line."""
        if line.id not in self._numbers:
            self._numbers[line.id] = self._said.append(line)
        self._recent[line.id] = line
        self._recent.move_to_end(line.id)
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    def has(self, utterance: str) -> bool:
        """Whether *utterance* is final."""
        return utterance in self._numbers

    def recent(self, utterance: str) -> Transcript | None:
        """The last line of *utterance*, if it was not long ago."""
        return self._recent.get(utterance)

    def pair(self, message: MessageId, utterance: str) -> None:
        """Message *message* of the server is our *utterance*."""
        self._ids[message] = utterance

    def is_paired(self, message: MessageId) -> bool:
        return message in self._ids or message in self._numbers

    def utterance(self, message: MessageId) -> str:
        """The id under which people know *message*."""
        utterance = self._ids.get(message, message)
        number = self._numbers.get(utterance)
        # The one string for all who keep it: every frame brings a copy.
        return utterance if number is None else self._said.ids[number]

    def find(self, messages: tuple[MessageId, ...]) -> list[Said]:
        """Those of *messages* that are known, in order."""
        ids = (self.utterance(message) for message in messages)
        known = (self._numbers[one] for one in ids if one in self._numbers)
        return [self._said.at(number) for number in known]


class _Columns:
    """The finals of hours in a few bytes each: insights refer back to any of them."""

    def __init__(self, started_at: datetime) -> None:
        self.ids: list[str] = []
        self._started_at = started_at
        self._starts, self._ends = array("d"), array("d")
        self._moments = array("q")
        """Microseconds since the run began."""
        self._speakers: list[SpeakerRef] = []

    def append(self, line: Transcript) -> int:
        """The number that *line* has from now on."""
        self.ids.append(line.id)
        self._starts.append(line.start)
        self._ends.append(line.end)
        self._moments.append((line.at - self._started_at) // _MICROSECOND)
        self._speakers.append(line.speaker)
        return len(self.ids) - 1

    def at(self, number: int) -> Said:
        return Said(
            self._starts[number],
            self._ends[number],
            self._started_at + self._moments[number] * _MICROSECOND,
            self._speakers[number],
        )
