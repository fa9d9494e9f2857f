"""The grammar of what people take on, ask of others and need: clause in, form out."""

import re
from collections.abc import Sequence
from enum import StrEnum

from ...frozen import dataclass
from .clauses import FILLERS, WH, Clause, skip_fillers
from .stop_words import STOP_WORDS
from .verbs import TASK_VERBS, verb_of
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
_FIRM = rf"will|shall|(?:am|are|is|'s) {_ADVERBS}going to"
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
    (
        Form.GROUP,
        re.compile(rf"(?<!\S)(?P<subject>\S+ and i|i and \S+){_GO}"),
    ),
    (
        Form.IMPERATIVE,
        re.compile(r"(?<!\S)(?P<subject>)(?P<task>(?:let me know|make sure)\b.*)$"),
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
            r"^(?P<subject>please|remember to|do not forget to|be sure to)"
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
        if match and not (form is Form.REQUEST and _is_inquiry(spoken.text, match)):
            return spoken.commitment(form, match)
    return _named(spoken, clause, names) or _order(spoken, clause, names)


def _is_inquiry(text: str, match: re.Match[str]) -> bool:
    """ "What can you …" asks for an answer, not for a deed."""
    return bool(WH & set(text[: match.start()].split()))


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
        is_proper = shown[:1].isupper() and subject.norm not in STOP_WORDS | FILLERS
        if subject.norm in names or is_proper or _is_role(spoken.text, match):
            return spoken.commitment(Form.THIRD, match)
    return None


_ROLE = re.compile(
    r"(?:^|\b)(?:the|our|my|your) (?:\S+ )?(?:manager|designer|team|group|guys?|expert"
    r"|office|department|lead|coach|engineers?|developers?|vendor|client|students?)$"
)


def _is_role(text: str, match: re.Match[str]) -> bool:
    return _ROLE.search(text[: match.end("subject")]) is not None


def _order(
    spoken: "_Spoken", clause: Clause, names: frozenset[str]
) -> Commitment | None:
    """ "Ann, send …", "send me …": a bare verb, perhaps after a name."""
    words = skip_fillers(clause.words)
    if words[0].norm == "just" and len(words) > 1:
        words = words[1:]
    is_called = words[0].norm in names and len(words) > 1
    first = words[1] if is_called else words[0]
    if first.norm not in TASK_VERBS or words[-1] is first:
        return None
    following = words[words.index(first) + 1].norm
    if not is_called and following not in _ORDERED:
        return None
    match = re.search(
        rf"(?<!\S)(?P<subject>)(?P<task>{re.escape(first.norm)} .*)$", spoken.text
    )
    return spoken.commitment(Form.IMPERATIVE, match) if match else None


_ORDERED = frozenset("me us him her them it the your my a an all everyone with".split())


_DETERMINERS = frozenset("the a an my our your their his her".split())
_LONGEST_SUBJECT = 4


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

    def _subject_start(self, position: int, form: Form) -> Word:
        """The first word of the subject that ends at *position*: "the new report"."""
        index = self._index[position]
        if form in {Form.THIRD, Form.NEED}:
            for back in range(1, min(_LONGEST_SUBJECT, index + 1)):
                if self._clause.words[index - back].norm in _DETERMINERS:
                    return self._clause.words[index - back]
        return self._clause.words[index]

    def commitment(self, form: Form, match: re.Match[str]) -> Commitment:
        groups = match.groupdict()
        first = self._subject_start(match.start("subject"), form)
        task = self.word_at(match.start("task"))
        return Commitment(
            form=form,
            strength=_strength(form, groups),
            subject=match["subject"],
            start=first.start,
            task_start=task.start,
            end=self._clause.end,
            task=_task(match),
            is_negated=bool(groups.get("neg")),
        )


def _task(match: re.Match[str]) -> tuple[str, ...]:
    task = tuple(match["task"].split())
    if match["subject"].endswith("you mind"):
        return (verb_of(task[0]), *task[1:])
    return task


def _strength(form: Form, groups: dict[str, str | None]) -> Strength:
    if groups.get("firm") or form in {Form.REQUEST, Form.IMPERATIVE}:
        return Strength.FIRM
    if groups.get("hedged"):
        return Strength.HEDGED
    return Strength.DUTY
