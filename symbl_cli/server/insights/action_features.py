"""What the action model weighs of a sentence: its words, its form, telling cues."""

import re
from collections.abc import Iterator
from itertools import product

from .commitments import Commitment, Form
from .dates import DateSpan
from .features import fluent_words, ngrams
from .stemming import stem
from .stop_words import STOP_WORDS
from .verbs import is_of_words, names_work
from .word_kinds import kind_of, shape_of
from .words import tidy

_CUES = {
    "cond": r"if|unless|suppose",
    "would": r"would",
    "when": r"when|once|as soon as",
    "move": (
        r"slides?|presentation|present|digits?|agenda|minutes?|draw|board|"
        r"whiteboard|show|explain|introduce|welcome|start|begin|go first|read|"
        r"close|move on|skip"
    ),
    "now": r"now|right now|today|here",
    "later": (
        r"later|after|afterwards|tomorrow|tonight|next|soon|week|month|monday|"
        r"tuesday|wednesday|thursday|friday|until|before"
    ),
    "person": r"him|her|them|someone|somebody|people",
    "general": r"you (?:can|could|have|need|want|get|would|know|might|may)",
    "past": r"was|were|did|had|said|went|did not|wanted",
    "think": r"i (?:think|guess|mean|suppose|believe)",
    "because": r"because|since",
    "relative": r"which|who|that|where|what|how|why",
    "hedge": r"hopefully|probably|maybe|perhaps|might|may",
    "should": r"should|ought",
    "touch": (
        r"email|mail|call|phone|ask|talk|meet|meeting|send|contact|discuss|"
        r"remind|tell|write|speak"
    ),
    "work": (
        r"make|do|write|prepare|finish|build|design|work|check|look|find|get|"
        r"put|try|run|test|collect|record|transcribe|fix|update|add|set up|"
        r"come up"
    ),
    "role": (
        r"designer|marketing|expert|manager|user interface|industrial|project|"
        r"i d|u i d|coach"
    ),
    "thing": (
        r"(?:it|this|that|there|he|she|they) (?:is|'s|are|was|will be|has to be|"
        r"should be|must be|can be)"
    ),
}
_CUE_PATTERNS = {name: re.compile(rf"\b(?:{words})\b") for name, words in _CUES.items()}
_ENDS_VAGUELY = re.compile(r"\b(?:it|that|this)$")
_PAIRED = tuple(
    (one, two)
    for one, two in product(
        ("later", "touch", "work", "move", "cond", "general", "thing"),
        ("later", "touch", "work", "role", "person"),
    )
    if one < two
)
_LENGTHS = (5, 8, 14, 25)
_LONGEST_TASK = 8
_MOST_CONTENT = 4
_NEAR = 8
"""Words before the task that are weighed."""
_NAME = re.compile(r"(?<=[\w,] )(?!I\b)[A-Z][a-z]{2,}")


def action_features(
    text: str, commitment: Commitment, due: DateSpan | None
) -> set[str]:
    """The features of the sentence *text*, whose likeliest form is *commitment*."""
    words = fluent_words(text)
    features = set(ngrams(words, 2)) | set(_cues(" ".join(words)))
    features |= {f"shape={run}" for run in ngrams(shape_of(words), 3)}
    features |= set(_form(commitment))
    if commitment.form is not Form.NONE:
        features |= set(_task(commitment)) | set(_lead(words, commitment))
    if due:
        features.add("due" if due.value else "vague due")
    length = len(text.split())
    features.add(f"length{next((most for most in _LENGTHS if length < most), 99)}")
    if text.rstrip().endswith("?"):
        features.add("asked")
    if _NAME.search(tidy(text)):
        features.add("name")
    return features


def _form(commitment: Commitment) -> Iterator[str]:
    if commitment.form is Form.NONE:
        yield "form=none"
        return
    verb = commitment.task[0]
    kind = "word" if is_of_words(commitment.task) else "other"
    if names_work(commitment.task):
        kind = "task"
    yield f"form={commitment.form}"
    yield f"form={commitment.form}:{commitment.strength}"
    yield f"form={commitment.form}:{kind}"
    yield f"kind={kind}"
    yield f"verb={verb}"
    yield f"task={min(len(commitment.task), _LONGEST_TASK)}"
    if commitment.is_negated:
        yield "negated"
    if commitment.start == 0:
        yield "first"


def _task(commitment: Commitment) -> Iterator[str]:
    """What is to be done: its verb, on what, in how many telling words."""
    verb, *rest = commitment.task
    form, kind, stemmed = commitment.form, kind_of(verb), stem(verb)
    objects = [kind_of(word) for word in rest[:2]] + ["nothing"] * 2
    content = sum(word not in STOP_WORDS for word in rest)
    told = f"content={min(content, _MOST_CONTENT)}"
    yield from (f"in task={word}" for word in rest[:_LONGEST_TASK])
    yield f"stem={stemmed}"
    yield f"stem={form}:{stemmed}"
    yield f"opens={' '.join(commitment.task[:2])}"
    yield f"form={form}:{commitment.strength}:{kind}"
    yield f"object={objects[0]}"
    yield f"object={kind}:{objects[0]}"
    yield f"second={kind}:{objects[1]}"
    yield told
    yield f"{told}:{form}"
    yield f"{told}:{kind}"


def _lead(words: list[str], commitment: Commitment) -> Iterator[str]:
    """Who is to do it by which words, and what is said before."""
    verb = commitment.task[0]
    said = f"lead={commitment.subject}:{commitment.strength}"
    yield said
    yield f"{said}:{kind_of(verb)}"
    before = words[: words.index(verb)] if verb in words else []
    yield from (f"before={word}" for word in before[-_NEAR:])
    yield f"just before={' '.join(before[-3:])}"
    yield f"just before={' '.join(before[-2:])}"


def _cues(spoken: str) -> Iterator[str]:
    found = {name for name, cue in _CUE_PATTERNS.items() if cue.search(spoken)}
    if _ENDS_VAGUELY.search(spoken):
        found.add("vague")
    for name in found:
        yield f"cue={name}"
    for one, two in _PAIRED:
        if one in found and two in found:
            yield f"cue={one}+{two}"
