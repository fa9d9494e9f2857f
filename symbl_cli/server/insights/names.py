"""Who is meant: names in a text, the assignee of a task."""

import re
from collections.abc import Iterable
from dataclasses import replace

from ...frozen import dataclass
from .commitments import Commitment, Form
from .findings import Party
from .stop_words import STOP_WORDS, VAGUE_WORDS

_UNNAMED = re.compile(r"speaker \d+", re.IGNORECASE)
_VOCATIVE_END = re.compile(r",\s*(?P<name>[A-Z][\w'’-]+)\s*[?.!]*$")
_VOCATIVE_START = re.compile(
    r"^(?:(?:so|and|but|okay|ok|well|hey|then|great|right|thanks|all right|alright)"
    r"[,\s]+)*(?P<name>[A-Z][\w'’-]+),\s",
    re.IGNORECASE,
)
_VOCATIVE_ORDER = re.compile(
    r"^(?P<name>[A-Z][\w'’-]+), (?:please|(?:can|could|would|will) you)\b"
)
_NOT_NAMES = (
    STOP_WORDS
    | VAGUE_WORDS
    | frozenset(
        (
            "i so and but okay ok well hey then yes yeah no right please thanks great"
            " sure now also first second finally anyway alright actually maybe perhaps"
            " everyone everybody guys all today tomorrow monday tuesday wednesday"
            " thursday friday saturday sunday next later hello hi good fine um uh oh"
        ).split()
    )
)


@dataclass(frozen=True, slots=True)
class Room:
    """Those who have spoken so far."""

    parties: tuple[Party, ...]

    def with_party(self, party: Party) -> "Room":
        if party in self.parties:
            return self
        others = tuple(p for p in self.parties if p.id is None or p.id != party.id)
        return Room((*others, party))

    def renamed(self, member_id: str, name: str) -> "Room":
        return Room(
            tuple(
                replace(party, name=name) if party.id == member_id else party
                for party in self.parties
            )
        )

    def named(self, name: str) -> Party:
        """The member called *name*, else somebody spoken of."""
        wanted = name.lower()
        for party in self.parties:
            if wanted == party.name.lower() or wanted == first_name(party).lower():
                return party
        return Party(name)

    def other_than(self, speaker: Party) -> Party | None:
        """Whom *speaker* addresses where only two speak."""
        others = [party for party in self.parties if party != speaker]
        return others[0] if len(others) == 1 else None

    @property
    def first_names(self) -> frozenset[str]:
        return frozenset(
            first_name(party).lower() for party in self.parties if is_named(party)
        )


def is_named(party: Party) -> bool:
    """Whether *party* has a name of its own, not one like "Speaker 2"."""
    return bool(party.name) and _UNNAMED.fullmatch(party.name) is None


def first_name(party: Party) -> str:
    return party.name.split()[0] if is_named(party) else party.name


def vocative(text: str, known: Iterable[str] = ()) -> str | None:
    """The name by which the sentence *text* calls somebody, as written.

    At its beginning a stranger is called only to be asked for something: "Great, …"
    is nobody.
    """
    lower = frozenset(known)
    for pattern, strangers in (
        (_VOCATIVE_END, True),
        (_VOCATIVE_START, False),
        (_VOCATIVE_ORDER, True),
    ):
        match = pattern.search(text)
        if match and _is_name(match["name"], lower, strangers=strangers):
            return match["name"]
    words = text.rstrip(" ?.!").split()
    if len(words) > 1:
        for word in (words[-1], words[0]):
            if word.strip(",").lower() in lower:
                return word.strip(",")
    return None


def assignee(
    commitment: Commitment, text: str, speaker: Party, room: Room
) -> Party | None:
    """Who is to do it; nobody where a whole group is."""
    called = vocative(text, room.first_names)
    match commitment.form:
        case Form.SPEAKER:
            return speaker
        case Form.REQUEST | Form.ORDER | Form.IMPERATIVE:
            return room.named(called) if called else room.other_than(speaker)
        case Form.THIRD:
            return _third(commitment, text, room)
        case _:
            return None


def _third(commitment: Commitment, text: str, room: Room) -> Party | None:
    """The person named as the one who will; a role or a team is nobody."""
    name = text[commitment.start :].split(maxsplit=1)[0].strip(",.")
    if name.lower() != commitment.subject:
        return None
    return room.named(name) if _is_name(name, room.first_names) else None


def _is_name(word: str, known: frozenset[str], *, strangers: bool = True) -> bool:
    if word.lower() in known:
        return True
    return strangers and word[:1].isupper() and word.lower() not in _NOT_NAMES
