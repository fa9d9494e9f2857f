"""What another server says, fixed and redacted before anybody here sees it.

Whether such a server does what `config` asks for is not to be known.
"""

from dataclasses import replace

from ..protocol import events as wire
from ..protocol.events import Event, RecognitionResult, StreamConfig
from ..text.publishing import publisher
from ..text.word_times import spread_words


class Published:
    """Of each event what others may see; told all of a run's, in order.

    Redacting twice is redacting once, but fixing twice is not: the words of a server
    that counts samples, which is one of ours, have been fixed.
    """

    def __init__(self, config: StreamConfig) -> None:
        self._fixing = publisher(config)
        self._hiding = publisher(replace(config, fixes=()))
        self._publish = self._fixing

    def __call__(self, event: Event) -> Event:
        match event:
            case wire.StartedListening(audio_received=received):
                is_ours = received is not None
                self._publish = self._hiding if is_ours else self._fixing
                return event
            case RecognitionResult():
                return self._result(event)
            case wire.MessageResponse(messages=messages):
                return replace(event, messages=tuple(map(self._message, messages)))
            case wire.InsightResponse(insights=insights):
                return replace(event, insights=tuple(map(self._insight, insights)))
            case wire.TopicResponse(topics=topics):
                return replace(event, topics=tuple(map(self._topic, topics)))
            case wire.TrackerResponse(trackers=trackers):
                return replace(event, trackers=tuple(map(self._tracker, trackers)))
            case wire.EntityResponse(entities=entities):
                return replace(event, entities=tuple(map(self._entity, entities)))
            case wire.Marked(label=label):
                return replace(event, label=self._text(label))
            case _:
                return event

    def _text(self, text: str) -> str:
        return self._publish(text, is_final=True)

    def _result(self, result: RecognitionResult) -> RecognitionResult:
        """Its words as they were where nothing in them changed, else spread anew."""
        text = self._publish(result.text, is_final=result.is_final)
        alternatives = result.alternatives[:1]
        words = alternatives[0].words if alternatives else ()
        joined = " ".join(word.text for word in words)
        is_changed = text != result.text or (
            self._publish(joined, is_final=result.is_final) != joined
        )
        if words and is_changed:
            words = _spread(text, words)
            result = replace(result, estimated=(*result.estimated, "words"))
        return replace(
            result,
            punctuated=None if result.punctuated is None else text,
            alternatives=tuple(
                replace(one, transcript=text, words=words) for one in alternatives
            ),
        )

    def _message(self, message: wire.Message) -> wire.Message:
        original = message.original_content
        return replace(
            message,
            content=self._text(message.content),
            original_content=None if original is None else self._text(original),
            words=None,
            entities=None,
        )

    def _insight(self, insight: wire.Insight) -> wire.Insight:
        assignee = insight.assignee
        if assignee is not None and assignee.name:
            assignee = replace(assignee, name=self._text(assignee.name))
        return replace(
            insight,
            content=self._text(insight.content),
            assignee=assignee,
            tags=tuple(replace(tag, text=self._text(tag.text)) for tag in insight.tags),
        )

    def _topic(self, topic: wire.Topic) -> wire.Topic:
        return replace(
            topic,
            phrase=self._text(topic.phrase),
            root_words=tuple(map(self._text, topic.root_words)),
        )

    def _tracker(self, tracker: wire.Tracker) -> wire.Tracker:
        return replace(
            tracker,
            matches=tuple(
                replace(match, value=self._text(match.value))
                for match in tracker.matches
            ),
        )

    def _entity(self, entity: wire.Entity) -> wire.Entity:
        return replace(
            entity,
            value=None if entity.value is None else self._text(entity.value),
            matches=tuple(
                replace(match, detected_value=self._text(match.detected_value))
                for match in entity.matches
            ),
        )


def _spread(text: str, words: tuple[wire.Word, ...]) -> tuple[wire.Word, ...]:
    """*text* over the time that *words* took, if that was told."""
    starts = [word.start for word in words if word.start is not None]
    ends = [word.end for word in words if word.end is not None]
    if not starts or not ends:
        return ()
    return tuple(
        wire.Word(text=one.text, start=one.start, end=one.end)
        for one in spread_words(text, min(starts), max(ends))
    )
