"""A line as JSON and back: the exact shape that scripts rely on.

Flat: `v`, `seq`, `ts`, `type`, `conversation_id` once known, then the fields of the
body. What is None is absent, and so is a `removed` that is false.
"""

import json
from collections.abc import Callable
from datetime import MINYEAR, datetime
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints

from ..errors import StoreError
from ..lines import (
    Begin,
    Body,
    End,
    Entity,
    Insight,
    InsightKind,
    Line,
    Status,
    Topic,
    Tracker,
    Transcript,
    line_type,
)
from ..protocol.events import Json
from ..text.terminal import json_safe

_T = TypeVar("_T")

VERSION = 1

_HIGHEST = 2**53
"""Number that means the same in every JSON."""
_LAST_YEAR = 9000
_MILLISECONDS = 3
"""Digits of a float: none of them means anything beyond."""

TYPES: dict[str, Callable[..., Body]] = {
    "begin": Begin,
    "transcript": Transcript,
    **dict.fromkeys(InsightKind, Insight),
    "topic": Topic,
    "tracker": Tracker,
    "entity": Entity,
    "status": Status,
    "end": End,
}

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(line: Line) -> str:
    """*line* as one line of JSON, without its end."""
    return to_json(as_fields(line))


def to_json(value: Json) -> str:
    """*value* as JSON on one line that no terminal obeys."""
    return json_safe(_ENCODER.encode(value))


def as_fields(line: Line) -> dict[str, Json]:
    """*line* as the object that its JSON spells."""
    head: dict[str, Json] = {
        "v": VERSION,
        "seq": line.seq,
        "ts": _plain(line.ts),
        "type": line_type(line.body),
    }
    if line.conversation_id is not None:
        head["conversation_id"] = line.conversation_id
    return head | _plain_fields(line.body)


def _plain_fields(thing: object) -> dict[str, Json]:
    # mypy takes a class's hash for that of its instances.
    names = _field_names(type(thing))  # type: ignore[arg-type]
    return {
        name: _plain(value)
        for name in names
        if (value := getattr(thing, name)) is not None and (name != "removed" or value)
    }


@cache
def _field_names(cls: type[object]) -> tuple[str, ...]:
    names = get_type_hints(cls)
    # The kind of an insight is the type of its line.
    return tuple(name for name in names if (cls, name) != (Insight, "kind"))


def _plain(value: object) -> Json:
    if type(value) is str:  # most are: the words of every interim
        return value
    match value:
        case float():
            return round(value, _MILLISECONDS)
        case StrEnum():
            return value.value
        case str() | bool() | int():
            return value
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case tuple():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case _:
            return _plain_fields(value)


def decode(text: str) -> Line | None:
    """The line that *text* spells; None for a type of a newer version.

    Fields of a newer version are left out. Raises StoreError for anything else.
    """
    try:
        return _line(json.loads(text))
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as exc:
        raise StoreError(
            f"this is not a line that a run has written: {text[:40]!r}"
        ) from exc


_Reader: TypeAlias = Callable[[Json], object]


def _line(value: Json) -> Line | None:
    fields = _read_dict(value)
    name = _read_str(fields["type"])
    if name not in TYPES:
        return None
    if TYPES[name] is Insight:
        fields = fields | {"kind": name}
    conversation_id = fields.get("conversation_id")
    return Line(
        _read_int(fields["seq"]),
        _read_datetime(fields["ts"]),
        _build(TYPES[name], fields),
        None if conversation_id is None else _read_str(conversation_id),
    )


def _build(cls: Callable[..., _T], value: dict[str, Json]) -> _T:
    readers = _readers(cls).items()
    return cls(**{name: read(value[name]) for name, read in readers if name in value})


@cache
def _readers(cls: Callable[..., object]) -> dict[str, _Reader]:
    return {name: _reader(hint) for name, hint in get_type_hints(cls).items()}


def _reader(hint: object) -> _Reader:
    """What reads a field that is declared as *hint*."""
    if hint in _READERS:
        return _READERS[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    inner = get_args(hint)
    match get_origin(hint):
        case origin if origin is tuple:
            return _tuple_reader(_reader(inner[0]))
        case origin if origin is dict:
            return _dict_reader(_reader(inner[1]))
        case origin if origin is UnionType:  # X | None: absent where it is None
            return _reader(inner[0])
        case _:
            return _object_reader(cast("Callable[..., object]", hint))


def _tuple_reader(read: _Reader) -> _Reader:
    def read_tuple(value: Json) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise TypeError(value)
        return tuple(read(item) for item in value)

    return read_tuple


def _dict_reader(read: _Reader) -> _Reader:
    return lambda value: {name: read(item) for name, item in _read_dict(value).items()}


def _object_reader(cls: Callable[..., object]) -> _Reader:
    return lambda value: _build(cls, _read_dict(value))


def _read_dict(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _read_str(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # half a character can go nowhere
    return value


def _read_bool(value: Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _read_int(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    if not 0 <= value <= _HIGHEST:  # all are counts
        raise ValueError(value)
    return value


def _read_float(value: Json) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(value)
    if not abs(value) <= _HIGHEST:  # nor is it no number
        raise ValueError(value)
    return float(value)


def _read_datetime(value: Json) -> datetime:
    """With a zone, and a year that every zone has."""
    moment = datetime.fromisoformat(_read_str(value))
    if moment.tzinfo is None or not MINYEAR + 1 < moment.year < _LAST_YEAR:
        raise ValueError(value)
    return moment


_READERS: dict[object, _Reader] = {
    str: _read_str,
    bool: _read_bool,
    int: _read_int,
    float: _read_float,
    datetime: _read_datetime,
}
