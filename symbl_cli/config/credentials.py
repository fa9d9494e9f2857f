"""The credentials for a remote server, and where they came from."""

from collections.abc import Callable
from typing import TypeAlias

from ..errors import AuthenticationError
from ..frozen import dataclass
from .resolve import Configuration
from .secrets import Secret, read_secret
from .settings import Origin, SecretStore, Source
from .vendor import read_vendor_file

APP_SECRET = "SYMBL_APP_SECRET"  # noqa: S105 - the variable's name
ACCESS_TOKEN = "SYMBL_ACCESS_TOKEN"  # noqa: S105 - likewise


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """An application's id and secret, to be exchanged for a token."""

    app_id: str
    read_secret: Callable[[], Secret]
    """May ask the keyring: call it only when a token has to be made."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A ready token, used as it is."""

    token: Secret
    origin: Origin


Credentials: TypeAlias = AppCredentials | AccessToken


def find_credentials(configuration: Configuration) -> Credentials | None:
    """What to show a remote server; `None` where nothing is configured.

    A profile asked for by flag comes first, then a ready token, then id and secret
    by precedence, last the vendor's file. Raises AuthenticationError for half a pair.
    """
    app_id = configuration.settings.app_id
    origin = configuration.origins["app_id"]
    token = configuration.environment.get(ACCESS_TOKEN)
    if token and origin.source is not Source.FLAG:
        return AccessToken(Secret(token), Origin(Source.ENVIRONMENT, ACCESS_TOKEN))
    if app_id:
        return AppCredentials(app_id, lambda: _secret(configuration, origin), origin)
    return _vendor(configuration)


def secret_origin(configuration: Configuration) -> Origin | None:
    """Where the secret or token would come from, without asking a keyring for it."""
    match find_credentials(configuration):
        case AccessToken(origin=origin):
            return origin
        case AppCredentials(origin=origin):
            return _place(configuration, origin)
        case None:
            return None


def _place(configuration: Configuration, origin: Origin) -> Origin | None:
    places, settings = configuration.places, configuration.settings
    variable = Origin(Source.ENVIRONMENT, APP_SECRET)
    has_variable = bool(configuration.environment.get(APP_SECRET))
    match origin.source:
        case Source.VENDOR:
            return origin
        case Source.ENVIRONMENT:
            return variable if has_variable else None
        case _ if has_variable and origin.source is not Source.FLAG:
            return variable
        case _ if settings.secret_in is SecretStore.KEYRING:
            return Origin(Source.USER, "the system's keyring")
        case _:
            is_there = read_secret(origin.profile, SecretStore.FILE, places)
            return Origin(Source.USER, str(places.secrets_file)) if is_there else None


def _secret(configuration: Configuration, origin: Origin) -> Secret:
    found = _secret_of(configuration, origin)
    if found is None:
        raise AuthenticationError(
            f"there is an app id ({origin.where}) but no app secret",
            suggestion=f"set {APP_SECRET}, or store it with `symbl config init`",
        )
    return found


def _secret_of(configuration: Configuration, origin: Origin) -> Secret | None:
    """A profile asked for by flag uses its own secret, all others the variable first.

    A stored secret is never paired with the id of a variable: it belongs to another.
    """
    from_variable = configuration.environment.get(APP_SECRET)
    variable = Secret(from_variable) if from_variable else None
    match origin.source:
        case Source.FLAG:
            return _stored(configuration, origin) or variable
        case Source.ENVIRONMENT:
            return variable
        case _:
            return variable or _stored(configuration, origin)


def _stored(configuration: Configuration, origin: Origin) -> Secret | None:
    store = configuration.settings.secret_in
    return read_secret(origin.profile, store, configuration.places)


def _vendor(configuration: Configuration) -> Credentials | None:
    file = configuration.places.vendor_file
    pair = read_vendor_file(file)
    if pair is None:
        return None
    origin = Origin(Source.VENDOR, str(file))
    return AppCredentials(pair.app_id, lambda: pair.app_secret, origin)
