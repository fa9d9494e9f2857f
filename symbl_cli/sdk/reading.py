"""JSON to models, by their types; what is unknown or missing does no harm."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import TypeVar, get_args, get_origin, get_type_hints

from ..errors import RemoteProtocolError
from ..protocol.events import Json
from .models import Model

_Model = TypeVar("_Model", bound=Model)
_Read = Callable[[Json], object]


def read(cls: type[_Model], answer: Json) -> _Model:
    """The *cls* that *answer* stands for; raises RemoteProtocolError if it is none."""
    if not isinstance(answer, dict):
        raise RemoteProtocolError("the server's answer is no JSON object")
    try:
        known = {
            name: read_value(value)
            for wire, (name, read_value) in _readers(cls).items()  # type: ignore[arg-type]  # mypy asks instances for their hash
            if (value := answer.get(wire)) is not None
        }
    except (TypeError, ValueError) as exc:
        raise RemoteProtocolError(f"the server's answer is malformed: {exc}") from exc
    return cls(**known)


@cache
def _readers(cls: Callable[..., Model]) -> Mapping[str, tuple[str, _Read]]:
    """How each field is called in JSON, and read."""
    hints = get_type_hints(cls)
    return {_wire_name(name): (name, _reader(hint)) for name, hint in hints.items()}


def _wire_name(name: str) -> str:
    first, *others = name.strip("_").split("_")
    return first + "".join(other.capitalize() for other in others)


def _reader(kind: object) -> _Read:
    if get_origin(kind) is UnionType:
        (kind,) = (one for one in get_args(kind) if one is not NoneType)
    if get_origin(kind) is list:
        return _list_of(_reader(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, Model):
        return _model(kind)
    return _PLAIN[kind]


def _model(cls: type[Model]) -> _Read:
    return lambda value: read(cls, value)


def _list_of(read_item: _Read) -> _Read:
    def read_list(value: Json) -> list[object]:
        if not isinstance(value, list):
            raise TypeError(f"{value!r:.40} is no list")
        return [read_item(item) for item in value]

    return read_list


def _number(value: Json) -> float:
    if isinstance(value, int | float | str):
        return float(value)
    raise TypeError(f"{value!r:.40} is no number")


def _time(value: Json) -> datetime:
    return datetime.fromisoformat(str(value))


_PLAIN: Mapping[object, _Read] = {
    object: lambda value: value,
    str: str,
    float: _number,
    int: lambda value: int(_number(value)),
    bool: bool,
    datetime: _time,
}
