"""A task told of whom it concerns: "I'll send it" becomes "Ann will send it."."""

import re

from .clauses import HESITATIONS
from .commitments import Commitment, Form
from .findings import Party
from .names import is_named, vocative
from .verbs import verb_of

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


def rewrite(
    commitment: Commitment,
    text: str,
    speaker: Party,
    assignee: Party | None,
    addressee: Party | None,
    known: frozenset[str],
) -> str:
    """*text*'s task as one sentence, with names where the speakers said I and you.

    *addressee* is whom *speaker* speaks to, where that is sure.
    """
    task = _task(commitment, text, known)
    if commitment.form is Form.SPEAKER:
        task = _swapped(task, _THEIR_OWN)
        if addressee is not None and is_named(addressee):
            task = _swapped(task, _second_of(addressee.name))
    elif is_named(speaker):
        task = _swapped(task, _first_of(speaker.name))
        if commitment.form in _ADDRESSING and assignee is not None:
            task = _swapped(task, _THEIRS)
    head = _head(commitment, text, speaker, assignee)
    if head and commitment.form is Form.IMPERATIVE:
        task = task[0].lower() + task[1:]
    sentence = f"{head} {task}".strip()
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
    task = _fluent(_POLITENESS.sub("", task))
    if commitment.subject.endswith("you mind"):
        verb, _, rest = task.partition(" ")
        return f"{verb_of(verb)} {rest}".strip()
    return task


def _fluent(text: str) -> str:
    """*text* without hesitations and words said twice."""
    kept: list[str] = []
    for word in text.split():
        plain = word.lower().strip(",.")
        if plain in HESITATIONS or (kept and plain == kept[-1].lower().strip(",.")):
            continue
        kept.append(word)
    return " ".join(kept)


def _head(
    commitment: Commitment, text: str, speaker: Party, assignee: Party | None
) -> str:
    subject = text[commitment.start : commitment.task_start].strip(" ,")
    match commitment.form:
        case Form.NONE:
            return ""
        case Form.REQUEST | Form.IMPERATIVE:
            no = " not" if commitment.is_negated else ""
            return f"{assignee.name} will{no}" if assignee else ""
        case Form.SPEAKER if commitment.subject == "let me":
            return f"{speaker.name} will"
        case Form.SPEAKER:
            return _conjugated(subject, speaker)
        case Form.ORDER:
            return _conjugated(subject, assignee) if assignee else subject
        case _:
            own = _first_of(speaker.name) if is_named(speaker) else {}
            return _fluent(_swapped(subject, own))


_CONTRACTED = re.compile(r"^(i|you)['’](ll|m|re|ve|d)\b", re.IGNORECASE)
_SPREAD = {"ll": "will", "m": "is", "re": "is", "ve": "has", "d": "would"}


def _conjugated(subject: str, person: Party) -> str:
    """ "I have to" of Ann: "Ann has to"."""
    name = person.name
    contracted = _CONTRACTED.match(subject)
    if contracted:
        rest = subject[contracted.end() :].split()
        return _fluent(" ".join([name, _SPREAD[contracted[2].lower()], *rest]))
    words = [w for w in subject.split()[1:] if w.lower() not in HESITATIONS]
    words = [w for w in words if w.lower() not in {"guys", "two", "all"}]
    for index, word in enumerate(words):
        plain = word.lower()
        if plain.endswith("ly") or plain in {"just", "also", "still", "then"}:
            continue
        words[index] = {"ll": "will"}.get(plain, _THIRD_PERSON.get(plain, word))
        break
    return _fluent(" ".join([name, *words])).replace("gonna", "going to")


_THEIRS = {
    "you'll": "they will",
    "you're": "they are",
    "you've": "they have",
    "you": "they",
    "your": "their",
    "yours": "theirs",
    "yourself": "themselves",
}
_THEIR_OWN = {
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


def _first_of(name: str) -> dict[str, str]:
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


def _second_of(name: str) -> dict[str, str]:
    return {
        "you'll": f"{name} will",
        "you're": f"{name} is",
        "you've": f"{name} has",
        "you": name,
        "your": f"{name}'s",
        "yours": f"{name}'s",
        "yourself": name,
    }


def _swapped(text: str, pronouns: dict[str, str]) -> str:
    def swap(match: re.Match[str]) -> str:
        return pronouns.get(match.group().lower().replace("’", "'"), match.group())

    return re.sub(r"[A-Za-z]+(?:['’][a-z]+)?", swap, text)
