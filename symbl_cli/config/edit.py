"""Changes to the user file."""

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, TypeAlias

from ..errors import NotFoundError, UsageError
from .files import editing, read_toml
from .places import Places
from .resolve import PROFILES, check_name, read_value
from .values import did_you_mean
from .vendor import check_not_switched_off

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_Table: TypeAlias = MutableMapping[str, object]


def save(
    places: Places, changes: Mapping[str, str | None], profile: str | None = None
) -> None:
    """Set each of *changes*, or remove where it is `None`, in *profile* or on top.

    All or nothing. Raises UsageError for a name or value that is not right,
    NotFoundError for a default profile that is not there, OutputError.
    """
    written = {
        name: None if raw is None else _written(name, raw)
        for name, raw in changes.items()
    }
    with editing(places.user_file) as document:
        table = _table(document, profile)
        for name, value in written.items():
            if value is None:
                table.pop(name, None)
            else:
                table[name] = value
        _check_choice(document)


def remove(places: Places, name: str, profile: str | None = None) -> bool:
    """Remove *name*, even one that is no setting; whether it was there."""
    there = read_toml(places.user_file)
    if profile is not None:
        there = _as_table(_as_table(there.get(PROFILES, {})).get(profile, {}))
    if name not in there:
        return False
    with editing(places.user_file) as document:
        del _table(document, profile)[name]
    return True


def checked(name: str, raw: str) -> object:
    """The typed value of *raw* if it may be saved as *name*; raises UsageError."""
    check_name(name, "the user file")
    value = read_value(name, raw)
    if name == "api_url":
        check_not_switched_off(str(value), "the new value")
    return value


def _written(name: str, raw: str) -> object:
    """*raw* as TOML has it best."""
    match checked(name, raw):
        case bool() as value:
            return value
        case tuple() as value:
            return list(value)
        case float() | int() if raw.replace(".", "", 1).isdecimal():
            return float(raw) if "." in raw else int(raw)
        case _:
            return raw


def _table(document: "TOMLDocument", profile: str | None) -> _Table:
    if profile is None:
        return document
    from tomlkit import table

    profiles = _as_table(document.setdefault(PROFILES, table(is_super_table=True)))
    return _as_table(profiles.setdefault(profile, table()))


def _as_table(table: object) -> _Table:
    if not isinstance(table, MutableMapping):
        raise UsageError(f"{PROFILES} in the user file must be tables: [profiles.NAME]")
    return table


def _check_choice(document: Mapping[str, object]) -> None:
    """A default profile that is not there would fail every command."""
    chosen, profiles = document.get("profile"), document.get(PROFILES, {})
    if chosen is not None and chosen not in _as_table(profiles):
        raise NotFoundError(
            f"there is no profile {str(chosen)!r}"
            f"{did_you_mean(str(chosen), _as_table(profiles))}",
            suggestion=f"make it with `symbl config init --profile {chosen}`",
        )
