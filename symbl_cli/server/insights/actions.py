"""Action items: what someone took on, was asked to do, or is needed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .action_features import action_features
from .clauses import Clause, split_clauses
from .commitments import Commitment, Strength, find_commitment, whole_sentence
from .dates import DateSpan, find_due
from .scoring import load_model
from .verbs import TASK_VERBS, WORD_VERBS

TOLD_FROM = 0.35
"""The confidence from where a sentence is an action item, best on meetings."""

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_HEDGED = frozenset("maybe perhaps probably might may hopefully possibly".split())


@dataclass(frozen=True, slots=True)
class Action:
    """A task found in a sentence."""

    commitment: Commitment
    confidence: float
    is_definitive: bool
    due: DateSpan | None


def find_actions(
    text: str, now: datetime, names: frozenset[str] = frozenset()
) -> tuple[Action, ...]:
    """The tasks that the sentence *text* may hold, however unlikely: one at least.

    *now* is the speaker's time; *names* are lower-case names of those present.
    """
    parts = _parts(text, names)
    starts = [part[0].start for part in parts]
    ends = [*starts[1:], len(text)]
    return tuple(
        _action(text[:end], part, _likeliest(part, names), now)
        for part, end in zip(parts, ends, strict=True)
    )


def action_confidence(
    text: str, now: datetime, names: frozenset[str] = frozenset()
) -> float:
    """How sure it is that the sentence *text* holds a task, 0 to 1."""
    found = find_actions(text, now, names)
    return max((action.confidence for action in found), default=0.0)


def sentence_features(text: str) -> set[str]:
    """What the model weighs of the whole sentence *text*, as it is trained."""
    clauses = list(split_clauses(text))
    if not clauses:
        return set()
    commitment = _likeliest(clauses, frozenset())
    due = find_due(text[commitment.task_start : commitment.end], _ANY_DAY)
    return action_features(text, commitment, due)


def _parts(text: str, names: frozenset[str]) -> list[list[Clause]]:
    """Clauses in runs that hold one sure task each."""
    parts: list[list[Clause]] = []
    has_task = False
    for clause in split_clauses(text):
        commitment = find_commitment(clause, names)
        is_task = commitment is not None and commitment.task[0] in TASK_VERBS
        if parts and not (is_task and has_task):
            parts[-1].append(clause)
        else:
            parts.append([clause])
        has_task = is_task or (has_task and len(parts[-1]) > 1)
    return parts


def _likeliest(clauses: list[Clause], names: frozenset[str]) -> Commitment:
    found = [find_commitment(clause, names) for clause in clauses]
    forms = [commitment for commitment in found if commitment is not None]
    if not forms:
        return whole_sentence(clauses)
    return max(forms, key=_promise)


def _promise(commitment: Commitment) -> float:
    """How much a form promises beside others of its sentence."""
    verb = commitment.task[0]
    promise = (verb in TASK_VERBS) - 2 * (verb in WORD_VERBS)
    firm = commitment.strength is Strength.FIRM
    return promise + 0.5 * firm - commitment.is_negated


def _action(
    text: str, part: list[Clause], commitment: Commitment, now: datetime
) -> Action:
    """The task of *part*, which ends where *text* does."""
    start = part[0].start
    due = find_due(text[commitment.task_start : commitment.end], now)
    placed = replace(commitment, start=commitment.start - start)
    features = action_features(text[start:], placed, due)
    confidence = load_model("actions").probability(features)
    is_hedged = bool(_HEDGED & {norm for clause in part for norm in clause.norms})
    is_definitive = commitment.strength is not Strength.HEDGED and not is_hedged
    return Action(commitment, confidence, is_definitive, due)
