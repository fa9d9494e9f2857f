"""Questions: how sure it is that a sentence asks something."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from .clauses import AUXILIARIES, SUBJECTS, WH, Clause, skip_fillers, split_clauses
from .features import classed, core_words, fluent_words, ngrams
from .scoring import LogisticModel, load_model
from .words import norms, read_words

_WRITTEN_FROM = 0.4
_BARE_FROM = 0.3
_UNMARKED = -1.2
"""Log-odds that a text with marks asks although it has no "?"; measured on meetings."""
_STOPPED = -2.8
"""Likewise where it ends with a full stop."""
_GLUED = 0.8
"""How much a question counts behind a statement."""

_DETERMINERS = frozenset(
    "the a an your my our their any anyone anybody someone".split()
)
_ASKED_SUBJECTS = SUBJECTS | _DETERMINERS | {"not"}
_WH_VERBS = frozenset(
    "is are was were do does did can could will would should shall has have had am 's"
    " about if else kind sort time many much long far often come books takes wants"
    " needs goes makes said says".split()
)
_ASKS = 0.7
"""The opening's weight from where a clause asks something by itself."""
_TAGS = re.compile(
    r"(?:^| )(?:(?:is|are|was|were|do|does|did|has|have|will|would|can|could|should)"
    r" (?:not )?(?:it|you|we|they|he|she|that|there|i)|right|or what|or not|huh|correct"
    r"|or something|you know what i mean|is that right|yeah)$"
)
_GREETING = re.compile(
    r"(?:how (?:are|'re|is|'s|was|were) (?:you|your|it going|everyone|everybody|things"
    r"|everything|life)(?: (?:all|doing|today|guys|day|weekend|morning|feeling|going))*"
    r"|what 's up|how do you do|you (?:okay|all right|alright)"
    r"|can (?:you|everyone|everybody|anyone|anybody|you all|you guys)"
    r" (?:hear|see) (?:me|us|my screen|that|this)(?: (?:okay|now|well|alright))?"
    r"|am i audible|is (?:this|it) (?:thing )?on|are you there|you there)"
)
_GREETING_FILLERS = frozenset("hi hello hey morning everyone all there".split())
_MARK = re.compile(r"[.,;:!?]")
_CLOSING = "\"'”’) "
_LENGTHS = (6, 9, 15, 25)
_SHORT = 3
_BUCKET = 6
_MOST_CLAUSES = 5


@lru_cache(maxsize=64)  # a sentence is asked about twice: as said, as an answer
def question_confidence(text: str) -> float:
    """How sure it is that the sentence *text* asks something, 0 to 1."""
    marked, bare = load_model("marked_questions"), load_model("bare_questions")
    return confidence_by(marked, bare, text)


def confidence_by(marked: LogisticModel, bare: LogisticModel, text: str) -> float:
    """The same by models of one's own, for text with and without a question mark."""
    if not any(character.isalnum() for character in text):
        return 0.0
    stripped = text.rstrip(_CLOSING)
    if stripped.endswith("?"):
        return marked.probability(question_features(text))
    prior = 0.0
    if is_written(text):
        prior = _STOPPED if stripped.endswith((".", "!")) else _UNMARKED
    asked = bare.probability(question_features(text), prior)
    glued = (
        _GLUED * bare.probability(question_features(end), prior)
        for end in _asking_ends(text)
    )
    return max([asked, *glued])


def opens_question(text: str) -> bool:
    """Whether a clause of *text* asks by its first words: the rule alone."""
    return any(_opening(clause) >= _ASKS for clause in split_clauses(text))


def told_from(text: str) -> float:
    """The confidence from where *text* is told as a question, best on meetings."""
    return _WRITTEN_FROM if is_written(text) else _BARE_FROM


def is_written(text: str) -> bool:
    """Whether *text* has marks or capitals, so that a missing "?" tells something."""
    return text != text.lower() or _MARK.search(text) is not None


def _asking_ends(text: str) -> Iterator[str]:
    """What is left of *text* from each clause on that asks by its first words."""
    for clause in split_clauses(text)[1:]:
        if _opening(clause) >= _ASKS:
            yield text[skip_fillers(clause.words)[0].start :]


def asking_part(text: str) -> str:
    """The part of the sentence *text* that asks, without what it is glued to."""
    asked = text
    for index, clause in enumerate(split_clauses(text)):
        if index and _opening(clause) >= _ASKS:
            asked = text[skip_fillers(clause.words)[0].start :]
            break
    asked = asked.rstrip(" .,;:!?…-–—")
    return asked[:1].upper() + asked[1:] + "?"


def is_greeting(text: str) -> bool:
    """Chit-chat that asks nothing: "how are you?"."""
    words = norms(skip_fillers(read_words(asking_part(text))))
    while words and words[0] in _GREETING_FILLERS:
        words = words[1:]
    return _GREETING.fullmatch(" ".join(words)) is not None


def question_features(text: str) -> set[str]:
    """What the models weigh of *text*: its words, never its marks."""
    words = fluent_words(text)
    core = core_words(words)
    return set(_wording(words, core)) | set(_openings(words, core))


def _wording(words: Sequence[str], core: Sequence[str]) -> Iterator[str]:
    yield from ngrams(words, 3)
    edged = ["<", *words, ">"]
    for first, third in zip(edged, edged[2:], strict=False):
        yield f"{first} * {third}"
    for run in ngrams(classed(words), 3):
        if " " in run:
            yield f"~{run}"
    for size in range(1, 5):
        yield "^" + " ".join(core[:size])
        yield "^~" + " ".join(classed(core[:size]))
    for size in (2, 3):
        yield "$" + " ".join(words[-size:])
    if len(core) <= _SHORT:
        yield "all " + " ".join(core)


def _openings(words: Sequence[str], core: Sequence[str]) -> Iterator[str]:
    length = len(core)
    yield f"len{next((most for most in _LENGTHS if length < most), 99)}"
    if length < _LENGTHS[0]:
        yield f"len={length}"
    yield f"opener={length != len(words)}"
    yield f"words={min(len(words) // _BUCKET, _BUCKET)}"
    clauses = split_clauses(" ".join(words))
    yield f"clauses={min(len(clauses), _MOST_CLAUSES)}"
    core_clauses = split_clauses(" ".join(core))
    if clauses and core_clauses:
        yield f"rule={max(map(_opening, clauses))}"
        yield f"last={_opening(clauses[-1])}"
        yield f"first={_opening(core_clauses[0])}"


def _opening(clause: Clause) -> float:
    """How much the first words of *clause* look like a question's."""
    words = norms(skip_fillers(clause.words))
    match words:
        case [wh, follower, *_] if wh in WH:
            if follower in AUXILIARIES or follower == "'s":
                return 0.85
            if wh == "who" or follower in _WH_VERBS:
                return 0.75
            return 0.3
        case [auxiliary, subject, *_] if auxiliary in AUXILIARIES:
            return 0.8 if subject in _ASKED_SUBJECTS else 0.3
        case [_, _, _, *_]:
            return 0.5 if _TAGS.search(" ".join(words)) else 0.0
        case _:
            return 0.0
