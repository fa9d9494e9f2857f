"""Tokens of a remote server: exchanged for app id and secret [requests], and kept."""

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..config.credentials import AppCredentials
from ..config.files import write_private
from ..config.places import Folder, NoFolder, below
from ..errors import (
    AuthenticationError,
    OutputError,
    RemoteProtocolError,
    UnreachableError,
)
from ..frozen import dataclass

if TYPE_CHECKING:
    from requests import PreparedRequest

    from ..conversations.answers import Answer

TOKENS = "tokens"
_PATH = "/oauth2/token:generate"
_MARGIN = 60.0
"""Seconds before its end from which on a token is not used any more."""
_NEW = 30.0
"""Seconds within which a refusal of what replaces a refused one tells of others."""
_LONGEST = 2**20
"""Bytes of an answer."""
_SECONDS = 30.0
"""Until it is there."""
_REFUSED = {401, 402, 403}
_NO_TOKEN = (
    *(ValueError, TypeError, KeyError, AttributeError),
    *(RecursionError, OverflowError),
)
"""What reading an answer raises that is nested deeply, say, or has huge numbers."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    good_until: float
    """Wall time, the margin taken off."""


class GeneratedToken:
    """A token that is good now: from memory, from the cache folder, or a new one.

    Safe from any thread.
    """

    def __init__(
        self,
        http_url: str,
        credentials: AppCredentials,
        cache: Folder,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._http_url = http_url
        self._credentials = credentials
        self._file = below(below(cache, TOKENS), _name(http_url, credentials.app_id))
        self._clock = clock
        self._guard = Lock()
        self._token: _Token | None = None
        self._was_refused = False
        """Whether the next replaces one that was."""
        self._replaced_at = -math.inf
        """When the one in use replaced such a one."""

    def __call__(self) -> str:
        """Raises AuthenticationError, MissingError, UnreachableError."""
        with self._guard:
            token = self._token or _read(self._file)
            if token is None or token.good_until <= self._clock():
                token = self._generate()
            self._token = token
            return token.text

    def refused(self) -> bool:
        """Forget a token that the server would not have; whether another may do.

        A server that was started anew knows none of those that it gave before, however
        new they are.
        """
        with self._guard:
            self._token = None
            match self._file:
                case NoFolder():
                    pass
                case file:
                    with suppress(OSError):
                        file.unlink()
            self._was_refused = True
            return self._clock() - self._replaced_at > _NEW

    def _generate(self) -> _Token:
        asked_at = self._clock()
        text, expires_in = _ask(self._http_url, self._credentials)
        token = _Token(text, asked_at + expires_in - _MARGIN)
        self._replaced_at = asked_at if self._was_refused else -math.inf
        self._was_refused = False
        _write(self._file, token)
        return token


def forget_tokens(cache: Folder) -> None:
    """Remove every cached token, since credentials have changed."""
    match below(cache, TOKENS):
        case NoFolder():
            pass
        case folder:
            with suppress(OSError):
                for file in folder.iterdir():
                    file.unlink()


def _name(http_url: str, app_id: str) -> str:
    return hashlib.sha256(f"{http_url}\n{app_id}".encode()).hexdigest() + ".json"


def _read(file: Folder) -> _Token | None:
    match file:
        case NoFolder():
            return None
        case _:
            # A cache that cannot be read is an empty one.
            with suppress(OSError, ValueError, TypeError, KeyError):
                fields = json.loads(file.read_text(encoding="utf-8"))
                return _Token(str(fields["text"]), float(fields["good_until"]))
            return None


def _write(file: Folder, token: _Token) -> None:
    try:
        write_private(file, json.dumps(asdict(token)))
    except OutputError as exc:
        log.debug("the token is not cached: %s", exc)


def _ask(http_url: str, credentials: AppCredentials) -> tuple[str, float]:
    body = {
        "type": "application",
        "appId": credentials.app_id,
        "appSecret": credentials.read_secret().reveal(),
    }
    response = _post(f"{http_url}{_PATH}", body)
    if response.status in _REFUSED:
        raise AuthenticationError(
            f"{http_url} refused the credentials from {credentials.origin.where} "
            f"(app id {credentials.app_id}; HTTP {response.status})",
            suggestion="correct them with `symbl config init`",
        )
    if response.status != 200:  # noqa: PLR2004
        raise UnreachableError(
            f"{http_url} gives no token (HTTP {response.status})",
            suggestion="check that api_url names a server that speaks the API",
        )
    return _read_answer(response, http_url)


def _post(url: str, body: dict[str, str]) -> "Answer":
    from requests.exceptions import RequestException, SSLError

    from ..conversations.answers import Asking, Bounds

    host = urlsplit(url).netloc
    with closing(Asking(Bounds(_LONGEST, _SECONDS))) as asking:
        try:
            return asking.ask(
                "POST",
                url,
                body=json.dumps(body).encode(),
                auth=_no_netrc,
            )
        except RemoteProtocolError as exc:
            raise RemoteProtocolError(f"{host} gives no token: {exc.message}") from exc
        except SSLError as exc:
            raise UnreachableError(
                f"{host} has no TLS certificate that can be trusted",
                suggestion="set REQUESTS_CA_BUNDLE if it is signed by your own "
                "authority",
            ) from exc
        except (RequestException, OSError, ValueError) as exc:
            raise UnreachableError(
                f"{host} cannot be reached: {_cause(exc)}",
                suggestion="check api_url and the network; without api_url this "
                "computer's own server is used",
            ) from exc


def _no_netrc(request: "PreparedRequest") -> "PreparedRequest":
    # Without any auth requests would send the login of ~/.netrc.
    return request


def _cause(exc: Exception) -> str:
    """The innermost reason: requests wraps it in the names of its classes."""
    from requests.exceptions import ProxyError, Timeout

    from ..conversations.answers import innermost, reason_of

    match exc:
        case Timeout():
            return "no answer in time"
        case ProxyError():
            return "the proxy that the environment names does not work"
        case _:
            return reason_of(innermost(exc))


def _read_answer(response: "Answer", http_url: str) -> tuple[str, float]:
    try:
        fields = json.loads(response.body)
        token = fields["accessToken"]
        expires_in = float(fields.get("expiresIn", 0))
    except _NO_TOKEN as exc:
        raise RemoteProtocolError(f"{http_url} gave an answer without a token") from exc
    is_token = isinstance(token, str) and token.isascii() and token.isprintable()
    if not is_token or not token or not math.isfinite(expires_in):
        raise RemoteProtocolError(f"{http_url} gave a token that is none")
    return token, expires_in
