"""What we add to the vendor's API, as one table (additions.md §1, §2, §5)."""

from dataclasses import fields, replace
from functools import cache
from typing import TypeVar

from . import events as e

ADDITIONS: dict[type, tuple[str, ...]] = {
    # client to server
    e.StartRequest: (
        *("stream_id", "epoch", "after", "client", "started_at", "store"),
        *("streams", "is_live"),
    ),
    e.StreamConfig: ("timezone", "fixes", "redact"),
    # server to client
    e.Lifecycle: ("event",),
    e.ErrorMessage: ("event",),
    e.Response: ("event",),
    e.StartedListening: ("audio_received",),
    e.RecognitionResult: ("message_id", "audio", "stream_id", "estimated"),
    e.Message: ("estimated",),
    e.Insight: ("message_ids", "rev", "removed", "answered_by", "definitive"),
    e.Topic: ("rev", "removed"),
    e.Tracker: ("id", "rev", "removed"),
    e.Entity: ("id", "rev", "removed", "value"),
}
"""Fields of ours by class; they hold for its subclasses too."""

NOT_STORED = "notStored"
"""Beside an error's words: the conversation goes on, and is not kept any more."""

_Part = TypeVar("_Part")


def strip(event: e.ServerEvent) -> e.ServerEvent | None:
    """What a client that is not ours gets of *event*; `None`: nothing.

    It never gets what changed: it would print it twice.
    """
    match event:
        case e.InsightResponse(insights=items):
            first = _first_revisions(items)
            return _stripped(replace(event, insights=first)) if first else None
        case e.TopicResponse(topics=topics):
            heard = _first_revisions(topics)
            return _stripped(replace(event, topics=heard)) if heard else None
        case e.TrackerResponse(trackers=trackers):
            met = _first_revisions(trackers)
            return _stripped(replace(event, trackers=met)) if met else None
        case e.EntityResponse(entities=entities):
            found = _first_revisions(entities)
            return _stripped(replace(event, entities=found)) if found else None
        case e.Progress():
            return None
        case _:
            return _stripped(event)


_Revised = TypeVar("_Revised", e.Insight, e.Topic, e.Tracker, e.Entity)


def _first_revisions(items: tuple[_Revised, ...]) -> tuple[_Revised, ...]:
    return tuple(item for item in items if item.rev in {None, 1} and not item.removed)


def _stripped(part: _Part) -> _Part:
    """*part* without our fields, all the way down."""
    cls: type = type(part)
    changes = dict(_ours(cls))
    for name in _HOLDERS.get(cls, ()):
        changes[name] = _stripped_value(getattr(part, name))
    # `replace` cannot tell that a type variable stands for dataclasses only.
    return replace(part, **changes) if changes else part  # type: ignore[type-var]


def _stripped_value(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_stripped_value(item) for item in value)
    return _stripped(value) if type(value) in ADDITIONS else value


@cache
def _ours(cls: type) -> dict[str, object]:
    """Our fields of *cls*, each with the value that means absent."""
    names = {name for base in cls.__mro__ for name in ADDITIONS.get(base, ())}
    return {item.name: item.default for item in fields(cls) if item.name in names}


_HOLDERS: dict[type, tuple[str, ...]] = {
    e.StartRequest: ("config",),
    e.ModifyRequest: ("config",),
    e.MessageResponse: ("messages",),
    e.InsightResponse: ("insights",),
    e.TopicResponse: ("topics",),
    e.TrackerResponse: ("trackers",),
    e.EntityResponse: ("entities",),
}

"""The fields that hold classes with fields of ours."""
