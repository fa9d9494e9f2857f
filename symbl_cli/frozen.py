"""The standard library's `dataclass` for frozen classes with slots, quick to define.

The original writes the source of six methods for every class and compiles it at every
start: for a hundred classes a third of a command's start-up. Here the methods are
closures over the fields. Type checkers see the original, and so do `fields`, `replace`,
`match`, `copy` and `pickle`; `field(init=False)` and `__post_init__` are not for here.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 — for others
else:

    def dataclass(*, frozen, slots, kw_only=False):  # noqa: ANN001, ANN201 — as above
        """Only with *frozen* and *slots*: for other kinds there is the original."""
        if not (frozen and slots):
            raise TypeError("this makes frozen classes with slots alone")
        return _make_keyword_only if kw_only else _make


_Value: TypeAlias = Any
"""An instance of a class made here: its type is known to checkers alone."""
_Method: TypeAlias = Callable[..., object]
_Fields: TypeAlias = tuple[Field[Any], ...]


def _make(cls: type, *, kw_only: bool = False) -> type:
    # For classes that do not say what they are the original writes a signature: slow.
    cls.__doc__ = cls.__doc__ or cls.__name__
    # Told to write no method, it compiles nothing.
    declare = dataclasses.dataclass(
        init=False, repr=False, eq=False, slots=True, kw_only=kw_only
    )
    made: type = declare(cls)
    for name, method in _methods(made, dataclasses.fields(made)).items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _make_keyword_only(cls: type) -> type:
    return _make(cls, kw_only=True)


def _methods(made: type, fields: _Fields) -> dict[str, _Method]:
    values = _reader(made, fields)
    compared = _reader(made, [field for field in fields if field.compare])
    return {
        "__init__": _init(made, fields),
        "__repr__": _repr([field.name for field in fields if field.repr]),
        "__eq__": _eq(compared),
        "__hash__": lambda self: hash(compared(self)),
        "__setattr__": _refuse_to_assign,
        "__delattr__": _refuse_to_delete,
        "__getstate__": values,
        "__setstate__": _setstate(made, fields),
    }


def _init(made: type, fields: _Fields) -> _Method:
    plan = [
        (field.name, _slot(made, field).__set__, field.default, field.default_factory)
        for field in fields
    ]

    def init(self: _Value, /, *given: object, **named: object) -> None:
        if given:
            _name(given, named, made)
        for name, put, default, factory in plan:
            if name in named:
                put(self, named.pop(name))
            elif default is not MISSING:
                put(self, default)
            elif factory is not MISSING:
                put(self, factory())
            else:
                raise TypeError(f"{made.__name__}() lacks {name!r}")
        if named:
            raise TypeError(f"{made.__name__}() has no {min(named)!r}")

    return init


def _name(given: tuple[object, ...], named: dict[str, object], made: type) -> None:
    """Add to *named* what was *given* by position."""
    names: tuple[str, ...] = made.__match_args__  # type: ignore[attr-defined] # every dataclass has it
    if len(given) > len(names) or named.keys() & names[: len(given)]:
        raise TypeError(f"{made.__name__}() is given too much by position")
    named.update(zip(names, given, strict=False))


def _reader(made: type, fields: Iterable[Field[Any]]) -> Callable[[_Value], Any]:
    """Of the values of *fields*."""
    getters = [_slot(made, field).__get__ for field in fields]
    return lambda self: tuple([get(self) for get in getters])


def _slot(made: type, field: Field[Any]) -> Any:  # noqa: ANN401 — a member descriptor
    return getattr(made, field.name)


def _repr(names: list[str]) -> _Method:
    def show(self: _Value) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return show


def _eq(compared: Callable[[_Value], object]) -> _Method:
    def equals(self: _Value, other: object) -> object:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    return equals


def _setstate(made: type, fields: _Fields) -> _Method:
    setters = [_slot(made, field).__set__ for field in fields]

    def restore(self: _Value, state: tuple[object, ...]) -> None:
        for put, value in zip(setters, state, strict=True):
            put(self, value)

    return restore


def _refuse_to_assign(_self: _Value, name: str, _value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: _Value, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
