"""What is in force, row by row; of secrets only that they are there."""

from typing import TypeAlias

from ..frozen import dataclass
from .credentials import (
    AccessToken,
    AppCredentials,
    Credentials,
    find_credentials,
    secret_origin,
)
from .resolve import Configuration
from .settings import SETTINGS, Origin, Source

Plain: TypeAlias = str | bool | int | float | list[str] | None


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    value: Plain
    """As JSON has it."""
    text: str
    """As `symbl config set` takes it."""
    origin: Origin


def rows(configuration: Configuration) -> tuple[Row, ...]:
    """Every setting, then what there is of credentials. Raises UsageError."""
    credentials = find_credentials(configuration)
    settings = [_row(configuration, name) for name in SETTINGS]
    return (
        *(_with_vendor_id(row, credentials) for row in settings),
        *_secret_rows(credentials, secret_origin(configuration)),
    )


def _row(configuration: Configuration, name: str) -> Row:
    value: object = getattr(configuration.settings, name)
    text = SETTINGS[name].rule.show(value)
    return Row(name, _plain(value), text, configuration.origins[name])


def _plain(value: object) -> Plain:
    match value:
        case None | bool() | int() | float():
            return value
        case tuple():
            return list(value)
        case _:
            return str(value)


def _with_vendor_id(row: Row, credentials: Credentials | None) -> Row:
    match credentials:
        case AppCredentials(
            app_id=app_id, origin=Origin(source=Source.VENDOR) as origin
        ):
            is_id = row.name == "app_id"
            return Row(row.name, app_id, app_id, origin) if is_id else row
        case _:
            return row


def _secret_rows(
    credentials: Credentials | None, origin: Origin | None
) -> tuple[Row, ...]:
    if origin is None:
        return ()
    is_token = isinstance(credentials, AccessToken)
    name = "access_token" if is_token else "app_secret"
    return (Row(name, "(set)", "(set)", origin),)
