"""Events to frames and back; the rows are in `table.py`."""

import json
import re
from typing import cast

from ..errors import LocalProtocolError, RemoteProtocolError
from .events import (
    Audio,
    Event,
    Json,
    Lifecycle,
    Ping,
    Pong,
    Unknown,
    UnknownLifecycle,
)
from .shapes import Shape, Wire, merge, read_fields, write_fields
from .table import ENVELOPE, LIFECYCLE, TOP_LEVEL
from .values import Malformed, bounded, parse

PING = "__PING__"
PONG = "__PONG__"

_NOT_QUITE_JSON = re.compile(
    r"\s*\{\s*['\"]type['\"]\s*:\s*['\"](\w+)['\"]\s*,?\s*\}\s*"
)
"""The official Python SDK sends the repr of a dict (§2.3)."""

_LIFECYCLE_TYPES = {shape.cls: name for name, shape in LIFECYCLE.items()}
_TOP_LEVEL_TYPES = {shape.cls: name for name, shape in reversed(TOP_LEVEL.items())}


def decode(frame: str | bytes) -> Event:
    """The event that *frame* says; raises RemoteProtocolError where it says none.

    Bytes are audio, whatever they hold; a text frame is a str.
    """
    if isinstance(frame, bytes):
        return Audio(frame)
    if frame == PING:
        return Ping()
    if frame == PONG:
        return Pong()
    try:
        return _decode_object(_parse(frame))
    except Malformed as wrong:
        raise RemoteProtocolError(str(wrong)) from None


def encode(event: Event) -> str | bytes:
    """The frame that says *event*: bytes are a binary frame, a str is a text frame."""
    match event:
        case Audio(pcm=pcm):
            return pcm
        case Ping():
            return PING
        case Pong():
            return PONG
        case Unknown(type=name, fields=fields):
            return _write({"type": name, **fields})
        case Lifecycle():
            return _write(_message(event))
        case _:
            name = _TOP_LEVEL_TYPES[type(event)]
            return _write({"type": name, **TOP_LEVEL[name].write(event)})


def read_text(payload: bytes) -> str:
    """The text frame whose bytes are *payload*, strictly UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise RemoteProtocolError("a text frame is not UTF-8") from None


def _parse(frame: str) -> Wire:
    try:
        if not frame.isascii():
            frame.encode()
        value = parse(frame)
    except UnicodeEncodeError:
        raise Malformed("holds half a character") from None
    except Malformed:
        if (found := _NOT_QUITE_JSON.fullmatch(frame)) is None:
            raise
        return {"type": found[1]}
    if not isinstance(value, dict):
        raise Malformed("must be a JSON object")
    return value


def _decode_object(wire: Wire) -> Event:
    name = _take_type(wire)
    if name == "message":
        return _decode_message(wire)
    if (shape := TOP_LEVEL.get(name)) is not None:
        return cast("Event", shape.read(wire))
    bounded(wire)
    return Unknown(type=name, fields=wire)


def _decode_message(wire: Wire) -> Event:
    inner = wire.pop("message", None)
    if not isinstance(inner, dict):
        raise Malformed("must be an object", "message")
    envelope = read_fields(ENVELOPE, wire)
    if wire:
        bounded(wire)
        envelope["outer"] = wire
    try:
        return _decode_inner(inner, envelope)
    except Malformed as wrong:
        raise wrong.under("message") from None


def _decode_inner(inner: Wire, envelope: dict[str, object]) -> Event:
    name = _take_type(inner)
    shape = LIFECYCLE.get(name)
    if shape is None:
        shape, envelope = _UNKNOWN, {**envelope, "type": name}
    return cast("Event", shape.read(inner, **envelope))


_UNKNOWN = Shape(UnknownLifecycle)


def _take_type(wire: Wire) -> str:
    name = wire.pop("type", None)
    if name is None:
        raise Malformed("is missing", "type")
    if not isinstance(name, str):
        raise Malformed("must be a string", "type")
    return name


def _message(event: Lifecycle) -> Wire:
    if isinstance(event, UnknownLifecycle):
        inner: Wire = {"type": event.type, **_UNKNOWN.write(event)}
    else:
        name = _LIFECYCLE_TYPES[type(event)]
        inner = {"type": name, **LIFECYCLE[name].write(event)}
    wire: Wire = {"type": "message", "message": inner, **write_fields(ENVELOPE, event)}
    merge(wire, event.outer)
    return wire


def _write(wire: Json) -> str:
    try:
        frame = _ENCODER.encode(wire)
        frame.isascii() or frame.encode()
    except (ValueError, RecursionError) as exc:
        raise LocalProtocolError("this cannot be said in JSON") from exc
    return frame


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
