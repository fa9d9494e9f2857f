"""Everything found in one conversation, message by message."""

from collections.abc import Callable, Iterable, Iterator
from typing import assert_never

from ...protocol.events import InsightId
from .actions import TOLD_FROM, Action, find_actions
from .entities import find_entities
from .findings import (
    Due,
    Entity,
    Finding,
    Insight,
    InsightKind,
    Party,
    Said,
    Sentiment,
    Tag,
    Topic,
    TrackerMatch,
)
from .follow_ups import is_follow_up
from .ledger import Ledger
from .names import Room, assignee, vocative
from .questions import asking_part, is_greeting, question_confidence, told_from
from .replies import Replies
from .rewriting import action_phrase, rewrite
from .scoring import warm
from .sentences import Sentence, SentenceJoiner, speaker_key
from .sentiment import rate
from .settings import InsightSettings
from .topics import Topics
from .trackers import Trackers

_MOST_ACTIONS = 4
"""Of one sentence."""


class Insights:
    """Reads one conversation's messages in order; the same in, the same out.

    *new_id* makes the same id of the same key.
    """

    def __init__(
        self, settings: InsightSettings, new_id: Callable[[str], InsightId]
    ) -> None:
        self._settings = settings
        self._new_id = new_id
        self._sentences = SentenceJoiner()
        self._waiting: dict[str, Sentence] = {}
        self._room = Room(())
        self._ledger = Ledger()
        self._replies = Replies()
        self._topics = Topics(new_id)
        self._trackers = Trackers(settings.trackers, new_id)
        warm()

    def hear(self, said: Said) -> tuple[Finding, ...]:
        """What is new or changed now that *said* is final."""
        self._room = self._room.with_party(said.speaker)
        findings: list[Finding] = []
        sentences = self._sentences.hear(said)
        findings += self._insights(said, sentences)
        if "topic" in self._settings.kinds:
            findings += self._topics.hear(said, self._room.first_names)
        findings += self._trackers.hear(said)
        if self._settings.detect_entities:
            now = said.at.astimezone(self._settings.timezone)
            names = [party.name for party in self._room.parties]
            findings += find_entities(said, now, names, self._new_id)
        if self._settings.sentiment:
            findings.append(rate(said))
        return tuple(findings)

    def hear_interim(self, said: Said) -> tuple[TrackerMatch, ...]:
        """Trackers in words that may yet change."""
        if not self._settings.interim_trackers:
            return ()
        return self._trackers.hear_interim(said)

    def finish(self) -> tuple[Finding, ...]:
        """The last findings: nothing more will be said."""
        findings: list[Finding] = list(self._flush(float("inf")))
        if "topic" in self._settings.kinds:
            findings += self._topics.finish()
        return tuple(findings)

    def rename(self, member_id: str, name: str) -> tuple[Finding, ...]:
        """Recent insights of the member, who is called *name* from now on."""
        self._room = self._room.renamed(member_id, name)
        return self._ledger.rename(member_id, name)

    def _insights(
        self, said: Said, sentences: tuple[Sentence, ...]
    ) -> Iterator[Finding]:
        for reply in self._replies.hear(said):
            yield from self._ledger.tell(reply)
        who = speaker_key(said.speaker)
        waiting = self._waiting.pop(who, None)
        if waiting and not any(s.key == waiting.key for s in sentences):
            yield from self._read(waiting)
        yield from self._flush(said.start)
        for sentence in sentences:
            if sentence.is_whole or sentence is not sentences[-1]:
                yield from self._read(sentence)
            else:
                self._waiting[who] = sentence

    def _flush(self, now: float) -> Iterator[Finding]:
        for who, sentence in list(self._waiting.items()):
            if now - sentence.end > SentenceJoiner.PAUSE:
                del self._waiting[who]
                yield from self._read(sentence)

    def _read(self, sentence: Sentence) -> Iterator[Finding]:
        if "question" in self._settings.kinds:
            yield from self._read_question(sentence)
        if {"action_item", "follow_up"} & self._settings.kinds:
            yield from self._read_actions(sentence)

    def _read_question(self, sentence: Sentence) -> Iterator[Finding]:
        insight_id = self._new_id(f"question:{sentence.key}")
        confidence = question_confidence(sentence.text)
        least = told_from(sentence.text)
        if not self._is_sure(confidence, least) or is_greeting(sentence.text):
            yield from self._ledger.withdraw(insight_id)
            return
        called = vocative(sentence.text, self._room.first_names)
        question = Insight(
            id=insight_id,
            kind=InsightKind.QUESTION,
            text=asking_part(sentence.text),
            confidence=round(confidence, 3),
            message_ids=sentence.message_ids,
            speaker=sentence.speaker,
            assignee=self._room.named(called) if called else None,
        )
        self._replies.expect(question, sentence.end)
        yield from self._ledger.tell(question)

    def _read_actions(self, sentence: Sentence) -> Iterator[Finding]:
        now = sentence.at.astimezone(self._settings.timezone)
        found = find_actions(sentence.text, now, self._room.first_names)
        for index in range(_MOST_ACTIONS):
            action = found[index] if index < len(found) else None
            for kind in (InsightKind.ACTION_ITEM, InsightKind.FOLLOW_UP):
                if kind.value in self._settings.kinds:
                    yield from self._tell_action(sentence, index, kind, action)

    def _tell_action(
        self, sentence: Sentence, index: int, kind: InsightKind, action: Action | None
    ) -> Iterator[Finding]:
        insight_id = self._new_id(f"{kind.value}:{sentence.key}:{index}")
        if action is None or not self._is_told(action, kind):
            yield from self._ledger.withdraw(insight_id)
            return
        insight = self._action_insight(insight_id, kind, sentence, action)
        self._replies.expect(insight, sentence.end)
        yield from self._ledger.tell(insight)

    def _is_told(self, action: Action, kind: InsightKind) -> bool:
        if not self._is_sure(action.confidence, TOLD_FROM):
            return False
        return kind is InsightKind.ACTION_ITEM or is_follow_up(action.text)

    def _is_sure(self, confidence: float, best_from: float) -> bool:
        least = self._settings.confidence_threshold
        return confidence >= (best_from if least is None else least)

    def _action_insight(
        self,
        insight_id: InsightId,
        kind: InsightKind,
        sentence: Sentence,
        action: Action,
    ) -> Insight:
        known = self._room.first_names
        commitment = action.commitment
        speaker = sentence.speaker
        who = assignee(commitment, sentence.text, speaker, self._room)
        other = self._room.other_than(speaker)
        text = rewrite(commitment, sentence.text, speaker, who, other, known)
        text = _dated(text, action)
        due = action.due
        return Insight(
            id=insight_id,
            kind=kind,
            text=text,
            confidence=round(action.confidence, 3),
            message_ids=sentence.message_ids,
            speaker=speaker,
            assignee=who,
            due=Due(due.text, due.value) if due and due.value else None,
            definitive=action.is_definitive,
            phrases=(action_phrase(commitment, sentence.text, known),),
            tags=tuple(_tags(text, who, action)),
        )


def analyse(
    messages: Iterable[Said],
    settings: InsightSettings,
    new_id: Callable[[str], InsightId],
) -> tuple[Finding, ...]:
    """All that is found in *messages*, in the state at their end."""
    insights = Insights(settings, new_id)
    found: list[Finding] = []
    for said in messages:
        found += insights.hear(said)
    found += insights.finish()
    return folded(found)


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The latest revision of each of *findings*, what was withdrawn left out."""
    latest: dict[str, Finding] = {}
    for finding in findings:
        match finding:
            case Sentiment(message_id=message_id):
                latest[message_id] = finding
            case (
                Insight(id=id_) | Topic(id=id_) | TrackerMatch(id=id_) | Entity(id=id_)
            ):
                if finding.removed:
                    latest.pop(id_, None)
                else:
                    latest[id_] = finding
            case _:
                assert_never(finding)
    return tuple(latest.values())


def _dated(text: str, action: Action) -> str:
    """*text* with its date at the end, where the speaker put it before the task."""
    due = action.due
    if not due or not due.value or due.text in text or not text.endswith("."):
        return text
    lower = due.text[0].lower() + due.text[1:] if due.start == 0 else due.text
    return f"{text[:-1]} {lower}."


def _tags(text: str, who: Party | None, action: Action) -> Iterator[Tag]:
    if who is not None and who.name in text:
        yield Tag("person", who.name, text.index(who.name), who.name)
    due = action.due
    offset = text.lower().find(due.text.lower()) if due and due.value else -1
    if due and offset >= 0:
        kind = "daterange" if due.is_range else "date"
        kind = "datetime" if "T" in due.value else kind
        yield Tag(kind, text[offset : offset + len(due.text)], offset, due.value)
