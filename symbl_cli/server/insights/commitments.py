"""The grammar of what people take on, ask of others and need: clause in, form out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .clauses import Clause, skip_fillers
from .verbs import TASK_VERBS
from .words import Word


class Form(StrEnum):
    """Who is to do it, as the words put it."""

    SPEAKER = "speaker"
    """I will …"""
    GROUP = "group"
    """we need to …"""
    REQUEST = "request"
    """could you …"""
    ORDER = "order"
    """you should …"""
    IMPERATIVE = "imperative"
    """Ann, send …; please send …; make sure …"""
    THIRD = "third"
    """Bea will …"""
    NEED = "need"
    """it needs to be …"""
    NONE = "none"
    """Said otherwise: "the next step is …"."""


class Strength(StrEnum):
    FIRM = "firm"
    DUTY = "duty"
    HEDGED = "hedged"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A clause by which someone is to do something."""

    form: Form
    strength: Strength
    subject: str
    """As said, lower case."""
    start: int
    """Of its first word, in characters of the sentence."""
    task_start: int
    """Where the task's verb stands."""
    end: int
    task: tuple[str, ...]
    """The words of the task, its verb first."""
    is_negated: bool = False


_ADVERBS = (
    r"(?:(?:just|also|then|probably|definitely|certainly|maybe|really|still|actually"
    r"|now|quickly|all|both|simply|please|always|um|uh|perhaps|kindly) )*"
)
_FIRM = r"will|am going to|are going to|is going to|'s going to|shall|am gonna"
_DUTY = (
    r"have to|has to|need to|needs to|got to|must|have got to|had better|better"
    r"|am supposed to|are supposed to|is supposed to|am to|promise to|still have to"
)
_HEDGED = (
    r"should|can|could|may|might|would like to|want to|wants to|would want to"
    r"|ought to|plan to|try to|would|wanted to"
)
_MODAL = rf"(?P<firm>{_FIRM})|(?P<duty>{_DUTY})|(?P<hedged>{_HEDGED})"
_GO = rf" {_ADVERBS}(?:{_MODAL}) {_ADVERBS}(?P<neg>not )?{_ADVERBS}(?P<task>\S.*)$"

_PEOPLE = r"someone|somebody|anyone|everybody|everyone|he|she|they|people"
_PATTERNS = (
    (
        Form.REQUEST,
        re.compile(
            r"(?<!\S)(?P<subject>(?:can|could|would|will|may) you(?: guys)?(?: all)?)"
            rf" (?P<neg>not )?{_ADVERBS}(?!mind\b)(?P<task>\S.*)$"
        ),
    ),
    (
        Form.REQUEST,
        re.compile(
            rf"(?<!\S)(?P<subject>(?:would|do) you mind) {_ADVERBS}(?P<neg>not )?"
            r"(?P<task>\S+ing\b.*)$"
        ),
    ),
    (
        Form.REQUEST,
        re.compile(
            r"(?<!\S)(?P<subject>(?:i want you|i need you|i would like you|i 'd like"
            r" you|ask you|asking you) (?:guys |all )?to) (?P<neg>not"
            r" )?(?P<task>\S.*)$"
        ),
    ),
    (Form.SPEAKER, re.compile(rf"(?<!\S)(?P<subject>i){_GO}")),
    (
        Form.SPEAKER,
        re.compile(r"(?<!\S)(?P<subject>let me) (?P<neg>not )?(?P<task>\S.*)$"),
    ),
    (Form.GROUP, re.compile(rf"(?<!\S)(?P<subject>we(?: all| both)?){_GO}")),
    (
        Form.GROUP,
        re.compile(r"(?<!\S)(?P<subject>let us) (?P<neg>not )?(?P<task>\S.*)$"),
    ),
    (
        Form.ORDER,
        re.compile(rf"(?<!\S)(?P<subject>you(?: guys| two| all| both)?){_GO}"),
    ),
    (Form.THIRD, re.compile(rf"(?<!\S)(?P<subject>{_PEOPLE}){_GO}")),
    (
        Form.IMPERATIVE,
        re.compile(
            r"^(?P<subject>please|make sure|remember to|do not forget to|be sure to)"
            r" (?P<neg>not )?(?P<task>\S.*)$"
        ),
    ),
    (
        Form.NEED,
        re.compile(
            r"(?<!\S)(?P<subject>\S+) (?:still )?(?:needs?|has|have|will need|will"
            r" have) to (?P<neg>not )?(?P<task>be \S.*)$"
        ),
    ),
)
_THIRD_NAMED = re.compile(rf"(?<!\S)(?P<subject>\S+){_GO}")


def find_commitment(
    clause: Clause, names: frozenset[str] = frozenset()
) -> Commitment | None:
    """The first form that *clause* has; *names* are lower-case names of persons."""
    spoken = _Spoken(clause)
    for form, pattern in _PATTERNS:
        match = pattern.search(spoken.text)
        if match:
            return spoken.commitment(form, match)
    return _named(spoken, clause, names) or _vocative_order(spoken, clause, names)


def whole_sentence(clauses: Sequence[Clause]) -> Commitment:
    """All of *clauses* as a task that no form tells."""
    words = skip_fillers(tuple(word for clause in clauses for word in clause.words))
    return Commitment(
        form=Form.NONE,
        strength=Strength.HEDGED,
        subject="",
        start=words[0].start,
        task_start=words[0].start,
        end=words[-1].end,
        task=tuple(word.norm for word in words),
    )


def _named(
    spoken: "_Spoken", clause: Clause, names: frozenset[str]
) -> Commitment | None:
    for match in _THIRD_NAMED.finditer(spoken.text):
        subject = spoken.word_at(match.start("subject"))
        shown = clause.text[subject.start : subject.end]
        is_proper = shown[:1].isupper() and shown != clause.text[:1] + shown[1:].lower()
        if subject.norm in names or is_proper or _is_role(spoken.text, match):
            return spoken.commitment(Form.THIRD, match)
    return None


_ROLE = re.compile(
    r"(?:^|\b)(?:the|our|my) (?:\S+ )?(?:manager|designer|team|group|guys?|expert"
    r"|office|department|lead|engineers?|developers?|vendor|client|students?)$"
)


def _is_role(text: str, match: re.Match[str]) -> bool:
    return _ROLE.search(text[: match.end("subject")]) is not None


def _vocative_order(
    spoken: "_Spoken", clause: Clause, names: frozenset[str]
) -> Commitment | None:
    """ "Ann, send …": a name and a bare verb."""
    words = clause.words
    if len(words) < 3 or words[0].norm not in names:  # noqa: PLR2004
        return None
    match = re.match(r"(?P<subject>\S+) (?:please )?(?P<task>\S.*)$", spoken.text)
    if match is None or words[1].norm not in TASK_VERBS | {"please"}:
        return None
    return spoken.commitment(Form.IMPERATIVE, match)


class _Spoken:
    """A clause as one string of norms, with the way back to its words."""

    def __init__(self, clause: Clause) -> None:
        self._clause = clause
        self.text = " ".join(clause.norms)
        self._index: dict[int, int] = {}
        at = 0
        for index, norm in enumerate(clause.norms):
            self._index[at] = index
            at += len(norm) + 1

    def word_at(self, position: int) -> Word:
        return self._clause.words[self._index[position]]

    def commitment(self, form: Form, match: re.Match[str]) -> Commitment:
        groups = match.groupdict()
        first = self.word_at(match.start("subject"))
        task = self.word_at(match.start("task"))
        return Commitment(
            form=form,
            strength=_strength(form, groups),
            subject=match["subject"],
            start=first.start,
            task_start=task.start,
            end=self._clause.end,
            task=tuple(match["task"].split()),
            is_negated=bool(groups.get("neg")),
        )


def _strength(form: Form, groups: dict[str, str | None]) -> Strength:
    if groups.get("firm") or form in {Form.REQUEST, Form.IMPERATIVE}:
        return Strength.FIRM
    if groups.get("hedged"):
        return Strength.HEDGED
    return Strength.DUTY
