"""One JSON value and the value it stands for, in both directions.

Every `decode` raises `Malformed` and nothing else, whatever it is given.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn, Self

from ..frozen import dataclass
from .events import Fields, Json

MAX_DEPTH = 32
"""How deep values may be nested that we do not know and only carry."""

_MAX_INTEGER = 2**63 - 1
_SURE_DIGITS = 18
"""So many make no integer that is too big."""
_NANOS = 1_000_000_000
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Malformed(Exception):
    """Where something is wrong, from the inside out, and what."""

    def __init__(self, problem: str, *path: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self._path = path

    def under(self, *path: str) -> Self:
        """The same, seen from the object around."""
        self._path = (*path, *self._path)
        return self

    def told(self, whole: str) -> str:
        """As a sentence; *whole* is what all of it is called."""
        where = ".".join(self._path).replace(".[", "[")
        return f"{where or whole} {self.problem}"

    def __str__(self) -> str:
        return self.told("the frame")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field holds."""

    decode: Callable[[Json], object]
    encode: Callable[[Any], Json]


def parse(text: str) -> Json:
    """The value that *text* is the JSON of, in which all text can be written again."""
    try:
        value: Json = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise Malformed("is nested too deeply") from None
    except UnicodeEncodeError:
        raise Malformed("holds half a character") from None
    except ValueError:
        raise Malformed("is not JSON") from None
    return value


def bounded(value: Json) -> Json:
    """*value*, if it is not nested too deeply and has no infinite numbers."""
    layer = [value]
    for _ in range(MAX_DEPTH):
        if not layer:
            return value
        layer = [child for parent in layer for child in _children(parent)]
    raise Malformed("is nested too deeply")


def many(kind: Kind) -> Kind:
    """An array of *kind*: a tuple."""

    def decode(value: Json) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise Malformed("must be an array")
        items = []
        for at, item in enumerate(value):
            try:
                items.append(kind.decode(item))
            except Malformed as wrong:
                raise wrong.under(f"[{at}]") from None
        return tuple(items)

    return Kind(decode, lambda items: [kind.encode(item) for item in items])


def json_text(kind: Kind) -> Kind:
    """*kind* as JSON inside a string; a server that forgot the string is understood."""

    def decode(value: Json) -> object:
        return kind.decode(parse(value) if isinstance(value, str) else value)

    def encode(item: object) -> Json:
        return json.dumps(kind.encode(item), ensure_ascii=False, separators=(",", ":"))

    return Kind(decode, encode)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _children(value: Json) -> list[Json]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case float():
            _finite(value)
    return []


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Malformed("must be a finite number")
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise Malformed("must be a string")
    return value


def _identifier(value: Json) -> str:
    match value:
        case str():
            return value
        case int() if not isinstance(value, bool):
            return str(value)
    raise Malformed("must be a string")


def _any_text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(bounded(value))


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise Malformed("must be true or false")
    return value


def _integer(value: Json) -> int:
    match value:
        case bool():
            pass
        case int() if -_MAX_INTEGER <= value <= _MAX_INTEGER:
            return value
        case float() if value.is_integer() and abs(value) < _MAX_INTEGER:
            return int(value)
    raise Malformed("must be an integer")


def _position(value: Json) -> int:
    position = _integer(value)
    if position < 0:
        raise Malformed("must not be negative")
    return position


def _number(value: Json) -> float:
    match value:
        case bool():
            pass
        case int() if -_MAX_INTEGER <= value <= _MAX_INTEGER:
            return float(value)
        case float():
            return _finite(value)
    raise Malformed("must be a number")


def _plain_number(value: float) -> Json:
    is_whole = float(value).is_integer() and abs(value) < _MAX_INTEGER
    return int(value) if is_whole else value


def _timeout(value: Json) -> float | None:
    """The Go SDK types this one as a boolean: no number, so the default."""
    return None if isinstance(value, bool) else _number(value)


def _clock(value: Json) -> float:
    if not isinstance(value, dict):
        raise Malformed("must be an object")
    seconds = _whole(value, "seconds")
    return (seconds * _NANOS + _whole(value, "nanos")) / _NANOS


def _whole(value: dict[str, Json], name: str) -> int:
    """A count that is a string of digits in the API, but not from every server."""
    count = value.get(name) or 0
    if isinstance(count, str) and count.isdecimal() and len(count) <= _SURE_DIGITS:
        return int(count)
    try:
        return _integer(int(count) if isinstance(count, str) else count)
    except (Malformed, ValueError):
        raise Malformed("must be a string of digits", name) from None


def _clock_parts(seconds: float) -> Json:
    whole, nanos = divmod(round(seconds * _NANOS), _NANOS)
    return {"seconds": str(whole), "nanos": str(nanos)}


def _object(value: Json) -> Fields:
    if not isinstance(value, dict):
        raise Malformed("must be an object")
    bounded(value)
    return value


TEXT = Kind(_text, str)
IDENTIFIER = Kind(_identifier, str)
"""A string; numbers are taken for one."""
ANY_TEXT = Kind(_any_text, str)
"""A string; whatever else comes is taken as its JSON."""
FLAG = Kind(_flag, bool)
INTEGER = Kind(_integer, int)
POSITION = Kind(_position, int)
"""Integer, not negative."""
NUMBER = Kind(_number, _plain_number)
MILLISECONDS = Kind(
    lambda value: round(_number(value)) / 1000, lambda s: round(s * 1000)
)
"""Seconds inside, whole milliseconds on the wire."""
TIMEOUT = Kind(_timeout, _plain_number)
"""Seconds; a boolean counts as absent."""
CLOCK = Kind(_clock, _clock_parts)
"""Seconds inside, strings of seconds and nanoseconds on the wire (§3.4)."""
VALUE = Kind(bounded, lambda value: value)
OBJECT = Kind(_object, dict)
