"""Which server the settings mean."""

from typing import TYPE_CHECKING

from ..config.endpoint import Server
from ..config.resolve import Configuration
from ..config.settings import Engine, Source
from ..errors import AuthenticationError, UsageError
from .launcher import LocalServer

if TYPE_CHECKING:
    from ..config.credentials import Credentials


def engine_of(configuration: Configuration) -> Engine:
    """Whose server is meant; raises UsageError where that makes no sense.

    Of `engine` and `api_url` the stronger source decides; of one source, `engine`.
    """
    settings, origins = configuration.settings, configuration.origins
    if settings.engine is None:
        return Engine.LOCAL if settings.api_url is None else Engine.REMOTE
    if settings.engine is Engine.REMOTE:
        if settings.api_url is None:
            raise UsageError(
                "engine is remote, but no server is named",
                suggestion="name it with --api-url or `symbl config set api_url URL`",
            )
        return Engine.REMOTE
    both = {origins["engine"].source, origins["api_url"].source}
    if both == {Source.FLAG}:
        raise UsageError("--engine local and --api-url cannot both be meant")
    is_overruled = configuration.is_stronger("api_url", "engine")
    return Engine.REMOTE if is_overruled else Engine.LOCAL


def endpoint_for(
    configuration: Configuration,
    given: "Credentials | None" = None,
    *,
    needs_store: bool = False,
) -> Server:
    """The server to dial: call it for an Endpoint, tell it what failed.

    *given* are shown to a remote server instead of the configured ones; *needs_store*
    is as for LocalServer. Starts nothing yet. Raises UsageError, and
    AuthenticationError where a remote server is meant without credentials.
    """
    if engine_of(configuration) is Engine.LOCAL:
        return LocalServer(
            configuration.places,
            keep=configuration.settings.keep,
            needs_store=needs_store,
        )
    from ..config.credentials import find_credentials
    from ..config.vendor import check_not_switched_off
    from .remote import RemoteServer

    url = configuration.settings.api_url or ""
    check_not_switched_off(url, configuration.origins["api_url"].where)
    credentials = given or find_credentials(configuration)
    if credentials is None:
        raise AuthenticationError(
            f"there are no credentials for {url}",
            suggestion="set SYMBL_APP_ID and SYMBL_APP_SECRET, or run "
            "`symbl config init`",
        )
    return RemoteServer(url, credentials, configuration.places.cache)
