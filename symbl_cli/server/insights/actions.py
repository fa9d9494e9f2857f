"""Action items: what someone took on, was asked to do, or is needed."""

import re
from dataclasses import dataclass
from datetime import datetime

from .clauses import split_clauses
from .commitments import Commitment, Form, Strength, find_commitment
from .dates import DateSpan, find_due

_BASE = {
    (Form.SPEAKER, Strength.FIRM): 0.65,
    (Form.SPEAKER, Strength.DUTY): 0.5,
    (Form.SPEAKER, Strength.HEDGED): 0.3,
    (Form.GROUP, Strength.FIRM): 0.4,
    (Form.GROUP, Strength.DUTY): 0.5,
    (Form.GROUP, Strength.HEDGED): 0.4,
    (Form.ORDER, Strength.FIRM): 0.45,
    (Form.ORDER, Strength.DUTY): 0.5,
    (Form.ORDER, Strength.HEDGED): 0.4,
    (Form.THIRD, Strength.FIRM): 0.5,
    (Form.THIRD, Strength.DUTY): 0.5,
    (Form.THIRD, Strength.HEDGED): 0.35,
    (Form.REQUEST, Strength.FIRM): 0.6,
    (Form.IMPERATIVE, Strength.FIRM): 0.6,
}
_TASK_VERBS = frozenset(
    (
        "add arrange ask book bring build buy call change check circulate clean collect"
        " compile complete confirm contact copy create deliver document draft email"
        " ensure file fill find finish fix follow forward hire install invite"
        " investigate mail meet order organize organise pay phone plan post prepare"
        " print publish read record remind remove rent reply report research reserve"
        " review rewrite schedule send set share ship sign submit talk test transcribe"
        " update upload verify visit write evaluate design record ping order translate"
    ).split()
)
_WORD_VERBS = frozenset(
    (
        "be see know say think mean guess like love hope believe suppose assume agree"
        " admit bet imagine understand remember have want need seem feel hear mind"
        " wonder live just explain repeat point start begin move stop skip continue"
        " stay sit wait jump come show turn stick leave notice"
    ).split()
)
_EMPTY = re.compile(r"(?:do|try|handle|take) (?:it|that|this|so|something)?\b(?! \w)")
_UNREAL = frozenset(["if", "unless", "would", "whether", "suppose"])


@dataclass(frozen=True, slots=True)
class Action:
    """A task found in a sentence."""

    commitment: Commitment
    confidence: float
    is_definitive: bool
    due: DateSpan | None


def find_action(
    text: str, now: datetime, names: frozenset[str] = frozenset()
) -> Action | None:
    """The likeliest task in the sentence *text*, however unlikely."""
    found: list[Action] = []
    before = ""
    for clause in split_clauses(text):
        commitment = find_commitment(clause, names)
        if commitment:
            due = find_due(text[commitment.task_start : commitment.end], now)
            confidence = _confidence(commitment, due, f"{before} {clause.own_text}")
            is_definitive = commitment.strength is not Strength.HEDGED
            found.append(Action(commitment, confidence, is_definitive, due))
        before = clause.own_text
    return max(found, key=lambda action: action.confidence, default=None)


def _confidence(commitment: Commitment, due: DateSpan | None, around: str) -> float:
    task = commitment.task
    score = _BASE.get((commitment.form, commitment.strength), 0.4)
    if due and due.value:
        score += 0.2
    if task[0] in _TASK_VERBS:
        score += 0.15
    if task[0] in _WORD_VERBS and commitment.form is not Form.NEED:
        score -= 0.4
    if commitment.is_negated or "not" in task[:2]:
        score -= 0.5
    if len(task) == 1 or _EMPTY.fullmatch(" ".join(task)):
        score -= 0.4
    if _UNREAL & set(around.lower().split()) and commitment.form is not Form.REQUEST:
        score -= 0.25
    return min(max(score, 0.01), 0.95)
