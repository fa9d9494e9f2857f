"""Sentences into clauses: a recogniser glues a question to what precedes it."""

from collections.abc import Sequence

from ...frozen import dataclass
from .words import Word, read_words

HESITATIONS = frozenset("um uh er erm hm hmm mm mhm uhm ah oh eh".split())
FILLERS = HESITATIONS | frozenset(
    (
        "so and but well okay yeah yes yep right alright now then also like no anyway"
        " please actually basically maybe perhaps because or hey sure great good fine"
        " cool thanks"
    ).split()
)
AUXILIARIES = frozenset(
    (
        "will would can could shall should may might must am is are was were do does"
        " did have has had"
    ).split()
)
SUBJECTS = frozenset("i we you he she it they there this that these those".split())
WH = frozenset(
    "what who where when why how which whose whom what's who's where's how's".split()
)
_CONJUNCTIONS = frozenset("and but so because or then plus though although".split())
_MODALS = frozenset("will has needs should must can could shall".split())
_LEADS = frozenset("that think guess then after".split())
"""Words after which a subject follows."""
_LIGHT_VERBS = frozenset(
    (
        "need want think guess know mean hope got say said feel believe suppose wonder"
        " going just also really"
    ).split()
)
_WH_FOLLOWERS = (
    AUXILIARIES | SUBJECTS | frozenset(["about", "kind", "time", "many", "much"])
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of a sentence with a subject of its own."""

    text: str
    """Of the whole sentence; *words* have their places in it."""
    words: tuple[Word, ...]

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end

    @property
    def own_text(self) -> str:
        return self.text[self.start : self.end]

    @property
    def norms(self) -> tuple[str, ...]:
        return tuple(word.norm for word in self.words)


def split_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of the sentence *text*, in order; together all of its words."""
    words = read_words(text)
    starts = [0, *(i for i in range(1, len(words)) if _opens_clause(text, words, i))]
    ends = [*starts[1:], len(words)]
    return tuple(
        Clause(text, words[start:end])
        for start, end in zip(starts, ends, strict=True)
        if start < end
    )


def skip_fillers(words: Sequence[Word]) -> tuple[Word, ...]:
    """*words* without what people say before they say something."""
    index = 0
    while index < len(words) - 1 and words[index].norm in FILLERS:
        index += 1
    return tuple(words[index:])


def _opens_clause(text: str, words: Sequence[Word], index: int) -> bool:
    between = text[words[index - 1].end : words[index].start]
    rest = [word.norm for word in words[index : index + 4]]
    has_break = any(mark in between for mark in ",;:.!?–—") or " - " in between
    if not has_break and (rest[0] not in _CONJUNCTIONS or rest[1:2] == ["that"]):
        return False
    if rest[:2] == ["and", "i"] and not has_break:
        return not _names_other(text, words[:index])
    if rest[:2] in (["so", "who"], ["but", "who"]):
        return True
    after = _without_conjunction(rest)
    named = words[index + len(rest) - len(after)]
    if text[named.start].isupper() and after[1:] and after[1] in _MODALS:
        return True
    return _starts_statement(after) or _starts_question(after)


def _names_other(text: str, before: Sequence[Word]) -> bool:
    """Whether *before* "and I" another is named who is meant too: "Don and I"."""
    *others, last = before
    is_named = last.norm == "you" or (text[last.start].isupper() and last.norm != "i")
    leads = not others or others[-1].norm in FILLERS | _LEADS
    return is_named and leads


def _without_conjunction(rest: list[str]) -> list[str]:
    while len(rest) > 1 and rest[0] in _CONJUNCTIONS | HESITATIONS:
        rest = rest[1:]
    return rest


def _starts_statement(rest: list[str]) -> bool:
    match rest:
        case [subject, verb, *_] if subject in SUBJECTS:
            return verb in AUXILIARIES or verb in _LIGHT_VERBS or verb == "'s"
        case ["let", "us", *_] | ["please", _, *_] | ["make", "sure", *_]:
            return True
        case _:
            return False


def _starts_question(rest: list[str]) -> bool:
    match rest:
        case [wh, follower, *_] if wh in WH:
            return follower in _WH_FOLLOWERS or follower == "'s"
        case [auxiliary, subject, *_] if auxiliary in AUXILIARIES:
            return subject in SUBJECTS
        case _:
            return False
