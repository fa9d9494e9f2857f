"""Requests whose answers are bounded, in size and in time [requests].

requests itself waits for each byte anew, and keeps all that comes.
"""

import os
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock, Timer
from types import TracebackType
from typing import Self

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, LocationParseError, ReadTimeoutError

from ..config.endpoint import is_loopback
from ..errors import RemoteProtocolError, UsageError
from ..frozen import dataclass
from .cutting import CuttingAdapter

_CONNECT = 10.0
_PIECE = 2**14
_SLOWEST = 2**16
"""Bytes a second that a line has to carry, for what is large."""
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PLAIN = {"", "identity"}
_COMPRESSED = {"gzip", "x-gzip", "deflate"}
_ZLIB_OR_GZIP = 47


@dataclass(frozen=True, slots=True)
class Bounds:
    size: int
    """Bytes of an answer, after decompression."""
    seconds: float
    """From the request to the answer's end; more where much is sent or received."""


@dataclass(frozen=True, slots=True)
class Answer:
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Asking:
    """A session; one request at a time."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._session = _Session()
        self._adapter = CuttingAdapter()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def close(self) -> None:
        self._session.close()

    def ask(
        self,
        method: str,
        url: str,
        *,
        auth: AuthBase | Callable[[requests.PreparedRequest], requests.PreparedRequest],
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Follows no redirect: what is said is for this host alone.

        Raises what requests raises, Timeout also where an answer takes too long, and
        RemoteProtocolError where it is too long, UsageError where the environment is
        wrong.
        """
        # Loopback never goes through a proxy; remote servers may.
        self._session.trust_env = not is_loopback(url)
        with _Deadline(self._bounds.seconds, self._adapter) as deadline:
            deadline.extend(len(body or b""))
            with self._session.request(
                method,
                url,
                params=query,
                data=body,
                headers={"Content-Type": "application/json", "Accept-Encoding": "gzip"},
                auth=auth,
                verify=_authorities(url),
                timeout=(_CONNECT, self._bounds.seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                read = _read(response, self._bounds.size, deadline.extend)
                return Answer(url, response.status_code, response.headers, read)


def _authorities(url: str) -> str | bool:
    """Who may sign the server's certificate; raises UsageError."""
    named = ((name, os.environ.get(name)) for name in _BUNDLES)
    name, bundle = next(((name, one) for name, one in named if one), ("", ""))
    if url.startswith("https:") and bundle and not Path(bundle).exists():
        raise UsageError(
            f"{name} names {bundle}, which is not there",
            suggestion="correct it or unset it",
        )
    return bundle or True


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: it would be looked at after reading the whole answer."""


class _Deadline:
    """Cuts the line at the end of the time; what fails then is a Timeout."""

    def __init__(self, seconds: float, adapter: CuttingAdapter) -> None:
        self._until = time.monotonic() + seconds
        self._adapter = adapter
        self._guard = Lock()
        self._is_met = False
        self._timer = self._armed()

    def __enter__(self) -> Self:
        self._adapter.is_cut = False
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._guard:
            self._is_met = True
            self._timer.cancel()
        match error:
            case RemoteProtocolError():
                pass
            # A head that was cut looks as if it were whole.
            case Exception() | None if self._adapter.is_cut:
                raise requests.Timeout("the answer takes too long") from error
            case ReadTimeoutError():
                raise requests.Timeout("the answer takes too long") from error
            case HTTPError():
                raise requests.ConnectionError("the answer is broken") from error

    def extend(self, size: int) -> None:
        """For *size* bytes that were to be carried, too."""
        self._until += size / _SLOWEST

    def _armed(self) -> Timer:
        timer = Timer(max(0.0, self._until - time.monotonic()), self._look)
        timer.daemon = True
        timer.name = "deadline"
        return timer

    def _look(self) -> None:
        with self._guard:
            if self._is_met:
                return
            if time.monotonic() < self._until:
                self._timer = self._armed()
                self._timer.start()
            else:
                self._adapter.cut()


def _read(
    response: requests.Response, limit: int, note: Callable[[int], None]
) -> bytes:
    """All that *response* says, decompressed here: requests would do so unbounded."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _PLAIN | _COMPRESSED:
        raise RemoteProtocolError("its answer is in an encoding that nobody asked for")
    inflated = zlib.decompressobj(_ZLIB_OR_GZIP) if encoding in _COMPRESSED else None
    said = bytearray()
    while piece := response.raw.read(_PIECE, decode_content=False):
        note(len(piece))
        try:
            said += inflated.decompress(piece, limit + 1) if inflated else piece
        except zlib.error:
            raise RemoteProtocolError("its answer is not compressed right") from None
        if len(said) > limit:
            raise RemoteProtocolError(f"its answer is longer than {limit >> 20} MB")
    return bytes(said)


def innermost(exc: BaseException) -> BaseException:
    """The reason itself: requests wraps it in the names of its classes."""
    while (inner := exc.__cause__ or exc.__context__) is not None:
        exc = inner
    return exc


def reason_of(cause: BaseException) -> str:
    """In words of the system or of ours: a library's own may hold what is secret."""
    match cause:
        case OSError(strerror=str(words)) if words:
            return words
        case LocationParseError() | UnicodeError() | requests.exceptions.InvalidURL():
            return "that is no name of a host"
        case ConnectionError():
            return "it hung up"
        case _:
            return "its answer makes no sense"
