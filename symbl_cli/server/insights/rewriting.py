"""A task told of whom it concerns: "I'll send it" becomes "Ann will send it."."""

import re

from .clauses import HESITATIONS
from .commitments import Commitment, Form
from .findings import Party
from .names import is_named, vocative

_THIRD_PERSON = {
    "am": "is",
    "'m": "is",
    "have": "has",
    "need": "needs",
    "want": "wants",
    "plan": "plans",
    "promise": "promises",
    "do": "does",
    "are": "is",
}
_MODAL_OF_SPEECH = {"will": "will", "shall": "will"}


def rewrite(
    commitment: Commitment,
    text: str,
    speaker: Party,
    assignee: Party | None,
    known: frozenset[str],
) -> str:
    """*text*'s task as one sentence, with names where the speakers said I and you."""
    task = _task(commitment, text, known)
    addressee = assignee if commitment.form in _ADDRESSING else None
    task = _renamed(task, commitment.form, speaker, addressee)
    head = _head(commitment, text, assignee)
    if commitment.form is Form.SPEAKER and not commitment.is_negated:
        head = head or f"{speaker.name} will"
    sentence = f"{head} {task}".strip() if head else task
    return sentence[:1].upper() + sentence[1:] + "."


_POLITENESS = re.compile(
    r"^please\s+|,?\s*\b(?:please|okay|ok|right|yeah)$", re.IGNORECASE
)
_ADDRESSING = frozenset({Form.REQUEST, Form.ORDER, Form.IMPERATIVE})


def action_phrase(commitment: Commitment, text: str, known: frozenset[str]) -> str:
    """The bare task: "send the draft to Tom by Friday"."""
    return _task(commitment, text, known)


def _task(commitment: Commitment, text: str, known: frozenset[str]) -> str:
    task = text[commitment.task_start : commitment.end].strip(" ,.;:?!-–—")
    called = vocative(text, known)
    if called and re.search(rf"[,\s]+{re.escape(called)}$", task):
        task = task[: -len(called)].rstrip(" ,")
    return _fluent(_POLITENESS.sub("", task))


def _fluent(text: str) -> str:
    """*text* without hesitations and words said twice."""
    kept: list[str] = []
    for word in text.split():
        plain = word.lower().strip(",.")
        if plain in HESITATIONS or (kept and plain == kept[-1].lower().strip(",.")):
            continue
        kept.append(word)
    return " ".join(kept)


def _head(commitment: Commitment, text: str, assignee: Party | None) -> str:
    subject = text[commitment.start : commitment.task_start].strip(" ,")
    match commitment.form:
        case Form.REQUEST | Form.IMPERATIVE:
            no = " not" if commitment.is_negated else ""
            return f"{assignee.name} will{no}" if assignee else ""
        case Form.NONE:
            return ""
        case Form.SPEAKER if commitment.subject == "let me":
            return ""
        case Form.SPEAKER:
            return _conjugated(subject, assignee)
        case Form.ORDER:
            return _conjugated(subject, assignee) if assignee else subject
        case _:
            return _fluent(subject)


_CONTRACTED = re.compile(r"^(i|you)['’](ll|m|re|ve|d)\b", re.IGNORECASE)
_SPREAD = {"ll": "will", "m": "is", "re": "is", "ve": "has", "d": "would"}


def _conjugated(subject: str, person: Party | None) -> str:
    """ "I have to" of Ann: "Ann has to"."""
    name = person.name if person else "They"
    contracted = _CONTRACTED.match(subject)
    if contracted:
        rest = subject[contracted.end() :].split()
        return " ".join([name, _SPREAD[contracted[2].lower()], *rest])
    words = [w for w in subject.split()[1:] if w.lower() not in HESITATIONS]
    words = [w for w in words if w.lower() not in {"guys", "two", "all"}]
    for index, word in enumerate(words):
        plain = word.lower()
        if plain.endswith("ly") or plain in {"just", "also", "still", "then"}:
            continue
        words[index] = {"ll": "will"}.get(plain, _THIRD_PERSON.get(plain, word))
        break
    return _fluent(" ".join([name, *words])).replace("gonna", "going to")


def _renamed(task: str, form: Form, speaker: Party, addressee: Party | None) -> str:
    """*task* with names or "their" for the pronouns of speaker and addressee."""
    if not is_named(speaker) and form is not Form.SPEAKER:
        return task
    first = _own() if form is Form.SPEAKER else _of(speaker.name)
    swapped = _swapped(task, first)
    if addressee is not None:
        swapped = _swapped(swapped, _second())
    return swapped


def _own() -> dict[str, str]:
    return {
        "i'll": "they will",
        "i'm": "they are",
        "i've": "they have",
        "i'd": "they would",
        "i": "they",
        "me": "them",
        "my": "their",
        "mine": "theirs",
        "myself": "themselves",
    }


def _of(name: str) -> dict[str, str]:
    return {
        "i'll": f"{name} will",
        "i'm": f"{name} is",
        "i've": f"{name} has",
        "i'd": f"{name} would",
        "i": name,
        "me": name,
        "my": f"{name}'s",
        "mine": f"{name}'s",
        "myself": name,
    }


def _second() -> dict[str, str]:
    return {
        "you'll": "they will",
        "you're": "they are",
        "you've": "they have",
        "you": "they",
        "your": "their",
        "yours": "theirs",
        "yourself": "themselves",
    }


def _swapped(text: str, pronouns: dict[str, str]) -> str:
    def swap(match: re.Match[str]) -> str:
        return pronouns.get(match.group().lower().replace("’", "'"), match.group())

    return re.sub(r"[A-Za-z]+(?:['’][a-z]+)?", swap, text)
