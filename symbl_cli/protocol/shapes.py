"""Objects on the wire and the dataclasses they become, told field by field."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..frozen import dataclass
from .events import Json
from .values import Kind, Malformed, bounded

Wire: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a class and where it stands in its object."""

    name: str
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    """Read from the first that is there, written to all."""
    always: bool = False
    """Written even when it is an empty array."""


def at(name: str, kind: Kind, *paths: str, always: bool = False) -> Field:
    """*name* stands at each of *paths*: names with dots between."""
    return Field(name, kind, tuple(tuple(path.split(".")) for path in paths), always)


def read_fields(fields: tuple[Field, ...], wire: Wire) -> dict[str, object]:
    """What *wire* has of *fields*; takes it out, so that the unknown is left."""
    values: dict[str, object] = {}
    for field in fields:
        for path in field.paths:
            found = wire.pop(path[0], None) if len(path) == 1 else _take(wire, path)
            if found is None or field.name in values:
                continue
            try:
                values[field.name] = field.kind.decode(found)
            except Malformed as wrong:
                raise wrong.under(*path) from None
    return values


def write_fields(fields: tuple[Field, ...], value: object) -> Wire:
    """The object that has *fields* of *value*."""
    wire: Wire = {}
    for field in fields:
        item = getattr(value, field.name)
        if item is None or (not (item or field.always) and item in ((), {})):
            continue
        for path in field.paths:
            _put(wire, path, field.kind.encode(item))
    return wire


def merge(wire: Wire, extra: Mapping[str, Json]) -> None:
    """Add to *wire* what only *extra* has, also inside the objects of both."""
    for name, value in extra.items():
        known = wire.setdefault(name, value)
        if known is not value and isinstance(known, dict) and isinstance(value, dict):
            merge(known, value)


class Shape:
    """One class and its object; what it does not know goes to the class's *extra*."""

    def __init__(
        self,
        cls: type,
        *fields: Field,
        prepare: Callable[[Wire], None] = lambda _: None,
    ) -> None:
        self.cls = cls
        self._fields = fields
        self._make: Callable[..., object] = cls
        self._prepare = prepare
        names = {field.name for field in dataclasses.fields(cls)}
        self._has_extra = "extra" in names
        self._required = tuple(
            field for field in fields if _is_required(cls, field.name)
        )

    def read(self, wire: Wire, **given: object) -> object:
        """The instance that *wire* stands for; *wire* is used up."""
        self._prepare(wire)
        values = read_fields(self._fields, wire)
        values.update(given)
        for field in self._required:
            if field.name not in values:
                raise Malformed("is missing", *field.paths[0])
        if wire and self._has_extra:
            bounded(wire)
            values["extra"] = wire
        return self._make(**values)

    def write(self, value: Any) -> Wire:  # noqa: ANN401 — of the class, known at run time
        """Its object, a new one."""
        wire = write_fields(self._fields, value)
        if self._has_extra:
            merge(wire, value.extra)
        return wire

    @property
    def names(self) -> tuple[str, ...]:
        """Of the fields, as its object has them."""
        paths = (path for field in self._fields for path in field.paths)
        return tuple(dict.fromkeys(path[0] for path in paths))

    @property
    def kind(self) -> Kind:
        """A field that holds this object."""
        return Kind(self._decode, self.write)

    def _decode(self, value: Json) -> object:
        if not isinstance(value, dict):
            raise Malformed("must be an object")
        return self.read(value)


def _is_required(cls: type, name: str) -> bool:
    field = next(field for field in dataclasses.fields(cls) if field.name == name)
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _take(wire: Wire, path: tuple[str, ...]) -> Json:
    """Take the value at *path* out, and the objects that it leaves empty."""
    name = path[0]
    if len(path) == 1:
        return wire.pop(name, None)
    inner = wire.get(name)
    if inner is None:
        wire.pop(name, None)
        return None
    if not isinstance(inner, dict):
        raise Malformed("must be an object", name)
    found = _take_inside(name, inner, path[1:])
    if not inner:
        del wire[name]
    return found


def _take_inside(name: str, inner: Wire, path: tuple[str, ...]) -> Json:
    try:
        return _take(inner, path)
    except Malformed as wrong:
        raise wrong.under(name) from None


def _put(wire: Wire, path: tuple[str, ...], value: Json) -> None:
    name = path[-1]
    for parent in path[:-1]:
        inner = wire.setdefault(parent, {})
        if not isinstance(inner, dict):  # the table itself would be wrong
            raise TypeError(parent)
        wire = inner
    if isinstance(value, dict) and isinstance(known := wire.get(name), dict):
        merge(known, value)
    else:
        wire[name] = value
