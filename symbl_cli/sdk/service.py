"""Which server a Python program talks to."""

import logging
import os
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

from ..config.credentials import AppCredentials, Credentials
from ..config.endpoint import Server
from ..config.places import VENDOR_FILE, find_places
from ..config.resolve import Configuration, load
from ..config.secrets import Secret
from ..config.settings import Engine, Origin, Settings, Source
from ..config.vendor import read_vendor_file
from ..connect.choice import endpoint_for, engine_of
from ..connect.launcher import LocalServer
from ..errors import UsageError
from ..frozen import dataclass
from . import arguments

log = logging.getLogger(__name__)

GivenCredentials: TypeAlias = Mapping[str, object] | None
"""`{"app_id": …, "app_secret": …}`, as the vendor had them."""

# One for all connections of a process: where no folder can be written it alone knows
# the server that it has started.
_local_server = cache(LocalServer)


@dataclass(frozen=True, slots=True)
class Service:
    """A server and what the settings say of talking to it."""

    server: Server
    engine: Engine
    settings: Settings


def find_service(credentials: GivenCredentials) -> Service:
    """The server that the settings mean; starts nothing yet.

    Raises UsageError, and AuthenticationError where another server is meant and
    neither *credentials* nor the settings nor a `symbl.conf` have any for it.
    """
    given = _read(credentials)
    configuration = load({}, environment=os.environ, places=find_places())
    engine = engine_of(configuration)
    if engine is Engine.LOCAL:
        if given or _local_file() or read_vendor_file(configuration.places.vendor_file):
            _say_unused()
        server: Server = _local_server(
            configuration.places, keep=configuration.settings.keep
        )
    else:
        server = endpoint_for(configuration, given or _from_folder(configuration))
    return Service(server, engine, configuration.settings)


def _read(credentials: GivenCredentials) -> Credentials | None:
    if credentials is None:
        return None
    given = arguments.mapping("credentials", credentials)
    app_id = _text(given, "app_id")
    secret = Secret(_text(given, "app_secret"))
    return _pair(app_id, secret, "credentials=")


def _text(credentials: Mapping[str, object], name: str) -> str:
    value = credentials.get(name)
    if not isinstance(value, str) or not value:
        raise UsageError(f"{name} is required in credentials")
    return arguments.text(f"{name} in credentials", value)


def _from_folder(configuration: Configuration) -> Credentials | None:
    """Those of `./symbl.conf`, unless variables of the environment are stronger."""
    of_environment = configuration.origins["app_id"].source is Source.ENVIRONMENT
    if of_environment or configuration.environment.get("SYMBL_ACCESS_TOKEN"):
        return None
    return _local_file()


def _local_file() -> Credentials | None:
    """As the vendor had it, and for Python alone: a command is run anywhere."""
    file = Path(VENDOR_FILE)
    pair = read_vendor_file(file)
    return _pair(pair.app_id, pair.app_secret, f"./{file}") if pair else None


def _pair(app_id: str, secret: Secret, where: str) -> Credentials:
    origin = Origin(Source.VENDOR, where)
    return AppCredentials(app_id, partial(_same, secret), origin)


def _same(secret: Secret) -> Secret:
    return secret


@cache
def _say_unused() -> None:
    """Once a process."""
    log.warning(
        "credentials are not used: no api_url is set, so this computer's own server "
        "answers, which needs none"
    )
