"""Requests to a server of the Conversation API [requests]."""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import requests
from requests.auth import AuthBase

from ..config.endpoint import Endpoint
from ..errors import (
    AuthenticationError,
    ConflictError,
    ConnectionLost,
    DiskFullError,
    NotFoundError,
    RemoteProtocolError,
    StoreError,
    SymblError,
    UnreachableError,
    UsageError,
)
from ..protocol.events import Json
from ..protocol.resource_table import read_body
from .answers import Answer, Asking, Bounds, innermost, reason_of

log = logging.getLogger(__name__)

_BOUNDS = Bounds(size=64 * 2**20, seconds=60.0)
_LONGEST_MESSAGE = 1000
_LONGEST_PAUSE = 10.0
_PAUSES = (0.5, 2.0)
"""Seconds before a request that was turned away is sent again."""
_GOOD = range(200, 300)
_OUR_MISTAKE = range(400, 500)
_BUSY = {429, 502, 503, 504}
_MOST_DIALS = 3


class Server(Protocol):
    """Gives an endpoint when called, anew at every dial."""

    def __call__(self) -> Endpoint: ...

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        """Note that *endpoint* failed; whether to dial again at once."""
        ...


class Http:
    """One server, asked one request at a time; not safe from several threads."""

    def __init__(
        self,
        server: Server,
        *,
        sleep: Callable[[float], None] = time.sleep,
        bounds: Bounds = _BOUNDS,
    ) -> None:
        self._server = server
        self._sleep = sleep
        self._asking = Asking(bounds)

    def close(self) -> None:
        self._asking.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json = None,
    ) -> Json:
        """The answer's JSON.

        Raises NotFoundError, UsageError, AuthenticationError, UnreachableError,
        ConnectionLost, RemoteProtocolError, StoreError or DiskFullError.
        """
        answer = self._patiently(method, path, query, body)
        if answer.status not in _GOOD:
            raise _refusal(answer)
        try:
            return read_body(answer.body)
        except RemoteProtocolError as exc:
            raise _strange(answer.url, "its answer is not JSON") from exc

    def _patiently(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Json
    ) -> Answer:
        """Ask again where the server is busy."""
        for pause in _PAUSES:
            answer = self._dial(method, path, query, body)
            if answer.status not in _BUSY:
                return answer
            wanted = answer.headers.get("Retry-After", "")
            is_number = re.fullmatch(r"[0-9]{1,9}", wanted)
            self._sleep(min(int(wanted), _LONGEST_PAUSE) if is_number else pause)
        return self._dial(method, path, query, body)

    def _dial(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Json
    ) -> Answer:
        """Ask again where the endpoint was an old one, or its token."""
        for _ in range(_MOST_DIALS - 1):
            endpoint = self._server()
            try:
                return self._send(endpoint, method, path, query, body)
            except (AuthenticationError, UnreachableError) as exc:
                is_repeatable = method == "GET" or not isinstance(exc, ConnectionLost)
                if not (self._server.failed(endpoint, exc) and is_repeatable):
                    raise
                log.info("again: %s", exc)
        return self._send(self._server(), method, path, query, body)

    def _send(
        self,
        endpoint: Endpoint,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Json,
    ) -> Answer:
        token = endpoint.token()
        if not token.isascii() or not token.isprintable():
            raise AuthenticationError("the access token is damaged")
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        url = endpoint.http_url + path
        try:
            answer = self._asking.ask(
                method, url, auth=_Bearer(token), body=data, query=query
            )
        except RemoteProtocolError as exc:
            raise _strange(url, exc.message) from exc
        except (requests.RequestException, OSError, ValueError) as exc:
            raise _unreachable(endpoint, exc) from exc
        if answer.status in {401, 402, 403}:
            raise AuthenticationError(
                f"{endpoint.http_url} does not accept these credentials "
                f"(HTTP {answer.status}): {_message(answer)}",
                suggestion="correct them with `symbl config init`",
            )
        return answer


class _Bearer(AuthBase):
    """Being there, it keeps the login of ~/.netrc out."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _unreachable(endpoint: Endpoint, exc: Exception) -> UnreachableError:
    url = endpoint.http_url
    match exc:
        case requests.exceptions.SSLError():
            return UnreachableError(
                f"{url} has no TLS certificate that can be trusted",
                suggestion="set REQUESTS_CA_BUNDLE if your own authority signed it",
            )
        case requests.exceptions.ProxyError():
            return UnreachableError(
                f"{url} cannot be reached: the proxy of the environment does not work"
            )
        case requests.Timeout():
            return ConnectionLost(f"{url} does not answer in time")
        case _:
            cause = innermost(exc)
            is_refused = isinstance(cause, ConnectionRefusedError)
            kind = UnreachableError if is_refused else ConnectionLost
            return kind(
                f"{url} cannot be reached: {reason_of(cause)}",
                suggestion="check api_url and the network",
            )


def _refusal(answer: Answer) -> SymblError:
    message = _message(answer)
    match answer.status:
        case 404:
            return NotFoundError(message, suggestion="see `symbl conversation list`")
        case 409:
            return ConflictError(message)
        case 507:
            return DiskFullError(message)
        case 503:
            return StoreError(message)
        case 414 | 431:
            return UsageError(
                f"what was asked for is too long for the server: {message}",
                suggestion="ask for something shorter",
            )
        case 429 | 500 | 502 | 504:
            return UnreachableError(
                f"the server cannot answer now (HTTP {answer.status}): {message}",
                suggestion="try again later",
            )
        case status if status in _OUR_MISTAKE:
            return UsageError(message)
        case status:
            return _strange(answer.url, f"it answered HTTP {status}")


def _strange(url: str, what: str) -> RemoteProtocolError:
    return RemoteProtocolError(
        f"{url} does not speak the Conversation API: {what}",
        suggestion="check that api_url names a server that does",
    )


def _message(answer: Answer) -> str:
    """What the server says is wrong."""
    try:
        body = read_body(answer.body)
    except RemoteProtocolError:
        body = None
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, str):
        return f"HTTP {answer.status}"
    is_long = len(message) > _LONGEST_MESSAGE
    return message[:_LONGEST_MESSAGE] + "…" if is_long else message
