"""Questions: how sure it is that a sentence asks something."""

import re

from .clauses import AUXILIARIES, SUBJECTS, WH, Clause, skip_fillers, split_clauses
from .words import norms, read_words

_DETERMINERS = frozenset(
    "the a an your my our their any anyone anybody someone".split()
)
_ASKED_SUBJECTS = SUBJECTS | _DETERMINERS | {"not"}
_WH_VERBS = frozenset(
    (
        "is are was were do does did can could will would should shall has have had am"
        " 's about if else kind sort time many much long far often come books takes"
        " wants needs goes makes said says"
    ).split()
)
_ASKS = 0.7
"""The confidence from where a clause asks something by itself."""
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


def question_confidence(text: str) -> float:
    """How sure it is that the sentence *text* asks something, 0 to 1."""
    if text.rstrip("\"'”’) ").endswith("?"):
        return 0.95
    return max((_opening(clause) for clause in split_clauses(text)), default=0.0)


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


def _opening(clause: Clause) -> float:
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
