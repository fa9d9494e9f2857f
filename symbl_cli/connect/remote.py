"""A server that was named, wherever it is."""

from collections.abc import Callable

from ..config.credentials import AccessToken, Credentials
from ..config.endpoint import Endpoint
from ..config.places import Folder
from ..errors import AuthenticationError, SymblError
from .token import GeneratedToken

_HTTP = {"ws": "http", "wss": "https"}
_WS = {"http": "ws", "https": "wss"}


class RemoteServer:
    """Always at the same URL, with a token that is good: a Server."""

    def __init__(self, url: str, credentials: Credentials, cache: Folder) -> None:
        """Raises AuthenticationError where *credentials* are a token that is none."""
        scheme, _, rest = url.partition("://")
        self._http_url = f"{_HTTP.get(scheme, scheme)}://{rest}"
        self._ws_url = f"{_WS.get(scheme, scheme)}://{rest}"
        self._token, self._refused = self._token_of(credentials, cache)

    def __call__(self) -> Endpoint:
        return Endpoint(
            ws_url=self._ws_url,
            http_url=self._http_url,
            token=self._token,
            is_local=False,
        )

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        match error:
            case AuthenticationError():
                return self._refused()
            case _:
                return False

    def _token_of(
        self, credentials: Credentials, cache: Folder
    ) -> tuple[Callable[[], str], Callable[[], bool]]:
        match credentials:
            case AccessToken(token=token, origin=origin):
                _check(token.reveal(), origin.where)
                return token.reveal, lambda: False
            case _:
                generated = GeneratedToken(self._http_url, credentials, cache)
                return generated, generated.refused


def _check(token: str, where: str) -> None:
    """Before anything is asked with it: no header may have each character."""
    if token.isascii() and token.isprintable() and " " not in token:
        return
    raise AuthenticationError(
        f"the access token{f' from {where}' if where else ''} has a character that no "
        "token has, such as a space or a line's end",
        suggestion="set it again, without what is around it",
    )
