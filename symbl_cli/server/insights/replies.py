"""What a message does to those before it: answers a question, takes on a task."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .clauses import FILLERS, HESITATIONS, WH, skip_fillers, split_clauses
from .findings import Insight, InsightKind, Party, Said
from .questions import question_confidence, told_from
from .sentences import split_sentences
from .stop_words import STOP_WORDS
from .words import norms, read_words

_OPEN_QUESTIONS = 8
_OPEN_TASKS = 4
_ANSWER_WITHIN = 45.0
"""Seconds after a question; later, only content tells."""
_REPLY_WITHIN = 15.0
_OVERLAP = 1.0
"""Seconds of a question's end that its answer need not await."""
_FURTHEST = 8
"""Messages after a question in which its answer may come."""
_NEAR = 3
"""Messages in which "yes" or "sure" is a reply."""
_NEXT = 2
"""Messages in which any statement of somebody else is an answer."""
_SHARED_WORDS = 2
"""Telling words that a later answer shares with its question, at least."""

_YES_NO = re.compile(
    r"(?:yes|yeah|yep|yup|uhhuh|no|nope|nah|sure|of course|absolutely|definitely"
    r"|correct|exactly|right|probably|maybe|not (?:really|yet|sure)|i (?:think|guess"
    r"|believe|hope|do|will|am|have|can|could|would|did|was)\b|it (?:is|'s|was|does"
    r"|will)|we (?:do|did|are|have|will|can)|they (?:do|did|are|have)|that 's|he|she"
    r"|because|to be honest|fine|okay|good|done|already|almost)\b"
)
_ACCEPTS = re.compile(
    r"(?:(?:yes|yeah|yep|sure|okay|alright|all right|right|absolutely|of course|no"
    r" problem|certainly|definitely|fine|great|good|happy to|will do|gladly|thanks|no"
    r" worries|you got it|done|consider it done) ?)*(?:(?:sure|of course|no problem"
    r"|will do|happy to|absolutely|certainly|gladly|you got it|consider it done|yes"
    r"|yeah|yep|okay|alright|all right|definitely|no worries)|i (?:will|can)(?: (?:do"
    r"|take|handle|manage) (?:that|it|this|care of (?:that|it|this)))?|i (?:am|will"
    r" be) on it|let me (?:do|handle|take) (?:that|it|this)|leave (?:that|it) (?:to"
    r"|with) me)(?: .*)?"
)
_TAKES = re.compile(
    r"\bi (?:will|can|could|shall|am happy to|would be happy to) (?:do|take|handle"
    r"|manage) (?:that|it|this|care of)|let me (?:do|handle|take) (?:that|it|this)"
    r"|leave (?:that|it) (?:to|with) me|i am on it"
)
_OPEN_STILL = re.compile(
    r"\b(?:(?:do|does|did) not (?:really |quite |actually |exactly )?(?:know|say"
    r"|remember|tell|recall|hear)|(?:am|is|are|was) not (?:\S+ )?(?:sure|certain)|no"
    r" idea|not sure|who knows|good question|let me (?:check|see|find|look|think|ask)"
    r"|(?:will|have to|need to|can|must|should) (?:check|find out|ask|look (?:it|that)"
    r" up)|what do you mean|say (?:that )?again|pardon|sorry|excuse me)\b"
)
"""Replies that leave a question open."""
_TAGS = frozenset({"right", "okay", "correct", "huh", "yeah"})
_REFUSES = re.compile(r"\b(?:no|not|never|sorry|afraid|unfortunately|busy)\b")


@dataclass(slots=True)
class _Open:
    insight: Insight
    end: float
    distance: int = 0
    is_polar: bool = False


class Replies:
    """Open questions and tasks asked for, until they are answered or forgotten."""

    def __init__(self) -> None:
        self._questions: deque[_Open] = deque(maxlen=_OPEN_QUESTIONS)
        self._tasks: deque[_Open] = deque(maxlen=_OPEN_TASKS)

    def expect(self, insight: Insight, end: float) -> None:
        """Messages after *end* may answer *insight*."""
        queue = self._queue(insight)
        for opened in queue:
            if opened.insight.id == insight.id:
                opened.insight, opened.end = insight, end
                return
        queue.append(_Open(insight, end, is_polar=_asks_yes_or_no(insight.text)))

    def forget(self, insight: Insight) -> None:
        queue = self._queue(insight)
        for opened in [o for o in queue if o.insight.id == insight.id]:
            queue.remove(opened)

    def hear(self, said: Said) -> Iterator[Insight]:
        """The insights that *said* answers or takes on, changed."""
        yield from self._answers(said)
        yield from self._accepted(said)

    def _queue(self, insight: Insight) -> deque[_Open]:
        is_question = insight.kind is InsightKind.QUESTION
        return self._questions if is_question else self._tasks

    def _answers(self, said: Said) -> Iterator[Insight]:
        for opened in list(self._questions):
            if said.id in opened.insight.message_ids:
                continue
            opened.distance += 1
            if _is_answer(said, opened):
                self._questions.remove(opened)
                yield replace(opened.insight, answered_by=said.id)
            elif opened.distance >= _FURTHEST:
                self._questions.remove(opened)

    def _accepted(self, said: Said) -> Iterator[Insight]:
        spoken = _spoken(said)
        for opened in list(self._tasks):
            if said.id in opened.insight.message_ids:
                continue
            opened.distance += 1
            is_late = said.start - opened.end > _REPLY_WITHIN
            if is_late or opened.distance > _NEAR:
                self._tasks.remove(opened)
            elif _takes_on(spoken, said.speaker, opened.insight):
                self._tasks.remove(opened)
                yield _taken(opened.insight, said)


def _asks_yes_or_no(question: str) -> bool:
    """By how it begins: "You know where?" does, "where" asks for more than that."""
    words = norms(skip_fillers(read_words(question)))
    return words[0] not in WH or words[-1] in _TAGS


def _is_answer(said: Said, opened: _Open) -> bool:
    question = opened.insight
    # People answer before they were asked to the end.
    if said.speaker == question.speaker or said.end < opened.end - _OVERLAP:
        return False
    sentences = [p.text for p in split_sentences(said.text)]
    statements = [s for s in sentences if question_confidence(s) < told_from(s)]
    if not statements:
        return False
    spoken = _spoken(said)
    if not spoken or _OPEN_STILL.search(spoken):
        return False
    if opened.is_polar and _YES_NO.match(spoken) and opened.distance <= _NEAR:
        return True
    told = _content(" ".join(statements))
    if opened.distance <= _NEXT and said.start - opened.end <= _ANSWER_WITHIN:
        return bool(told)
    shared = told & _content(question.text)
    return len(shared) >= _SHARED_WORDS and len(told) > len(shared)


def _takes_on(spoken: str, who: Party, insight: Insight) -> bool:
    if (
        who == insight.speaker
        or not spoken
        or _REFUSES.search(spoken.split(" i ", maxsplit=1)[0])
    ):
        return False
    if insight.assignee is not None and insight.assignee != who:
        return False
    if insight.assignee is None:
        return _TAKES.search(spoken) is not None
    return _ACCEPTS.fullmatch(spoken) is not None


def _taken(insight: Insight, said: Said) -> Insight:
    return replace(
        insight,
        assignee=insight.assignee or said.speaker,
        definitive=True,
        confidence=max(insight.confidence, round((1 + insight.confidence) / 2, 3)),
        message_ids=(*insight.message_ids, said.id),
    )


def _spoken(said: Said) -> str:
    words = [word for word in norms(read_words(said.text)) if word not in HESITATIONS]
    while words and words[0] in {"so", "well", "and", "but", "oh"}:
        words = words[1:]
    return " ".join(words)


def _content(text: str) -> set[str]:
    return {
        word.norm.removesuffix("s")
        for clause in split_clauses(text)
        for word in clause.words
        if word.norm not in STOP_WORDS and word.norm not in FILLERS
    }
