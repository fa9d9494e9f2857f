"""Action items: what someone took on, was asked to do, or is needed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .action_features import action_features
from .clauses import Clause, split_clauses
from .commitments import Commitment, Form, Strength, find_commitment, whole_sentence
from .dates import DateSpan, find_due
from .scoring import LogisticModel, load_model
from .verbs import is_of_words, names_work

TOLD_FROM = 0.36
"""The confidence from where a sentence is an action item, best on meetings."""

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_HEDGED = frozenset("maybe perhaps probably might may hopefully possibly".split())
_SUGGESTED = _HEDGED | frozenset(
    "should would could can need needs want if idea suggest suggestion".split()
)


@dataclass(frozen=True, slots=True)
class Action:
    """A task found in a sentence."""

    commitment: Commitment
    confidence: float
    is_definitive: bool
    due: DateSpan | None
    text: str
    """The part of the sentence that holds the task."""


def find_actions(
    text: str, now: datetime, names: frozenset[str] = frozenset()
) -> tuple[Action, ...]:
    """The tasks that the sentence *text* may hold, however unlikely: one at least.

    *now* is the speaker's time; *names* are lower-case names of those present.
    """
    return actions_by(load_model("actions"), text, now, names)


def actions_by(
    model: LogisticModel, text: str, now: datetime, names: frozenset[str]
) -> tuple[Action, ...]:
    """The same by a model of one's own."""
    parts = _parts(text, names)
    starts = [part[0].start for part in parts]
    ends = [*starts[1:], len(text)]
    return tuple(
        _action(model, text[:end], part, _likeliest(part, names), now)
        for part, end in zip(parts, ends, strict=True)
    )


def assurance(commitment: Commitment, due: DateSpan | None) -> float:
    """Log-odds for orders and dates: research meetings hold too few to learn from."""
    is_of_being = commitment.form is Form.NEED
    if commitment.is_negated or (is_of_words(commitment.task) and not is_of_being):
        return 0.0
    has_date = due is not None and bool(due.value)
    is_task = names_work(commitment.task)
    match commitment.form:
        case Form.NONE:
            return 0.0
        case Form.IMPERATIVE:
            return 0.8 + 0.7 * has_date + 0.5 * is_task
        case Form.REQUEST | Form.THIRD | Form.ORDER:
            return 0.9 * has_date + 0.7 * is_task
        case Form.NEED:
            return 1.0 * has_date
        case _:
            return 0.7 * has_date + 0.4 * is_task


def sentence_features(text: str) -> set[str]:
    """What the model weighs of the whole sentence *text*, as it is trained."""
    clauses = list(split_clauses(text))
    if not clauses:
        return set()
    commitment = _likeliest(clauses, frozenset())
    due = find_due(text, _ANY_DAY, 0, commitment.task_start)
    return action_features(text, commitment, due)


def _parts(text: str, names: frozenset[str]) -> list[list[Clause]]:
    """Clauses in runs that hold one sure task each."""
    parts: list[list[Clause]] = []
    has_task = False
    for clause in split_clauses(text):
        commitment = find_commitment(clause, names)
        is_task = commitment is not None and names_work(commitment.task)
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
    promise = names_work(commitment.task) - 2 * is_of_words(commitment.task)
    firm = commitment.strength is Strength.FIRM
    return promise + 0.5 * firm - commitment.is_negated


def _action(
    model: LogisticModel,
    text: str,
    part: list[Clause],
    commitment: Commitment,
    now: datetime,
) -> Action:
    """The task of *part*, which ends where *text* does."""
    start = part[0].start
    due = find_due(text, now, start, commitment.task_start)
    placed = replace(commitment, start=commitment.start - start)
    features = action_features(text[start:], placed, due)
    confidence = model.probability(features, assurance(commitment, due))
    is_definitive = _is_definitive(commitment, part)
    return Action(commitment, confidence, is_definitive, due, text[start:])


def _is_definitive(commitment: Commitment, part: list[Clause]) -> bool:
    """Whether it is taken on or asked for, no need, suggestion or hedged idea."""
    norms = {norm for clause in part for norm in clause.norms}
    if commitment.form is Form.NONE:
        return not _SUGGESTED & norms
    if commitment.form is Form.GROUP and (
        "need" in norms or commitment.task[:2] == ("have", "to")
    ):
        return False
    return commitment.strength is not Strength.HEDGED and not _HEDGED & norms
