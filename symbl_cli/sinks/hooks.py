"""Lines for a web server of the user's: `--webhook URL`."""

import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from queue import SimpleQueue
from threading import Event, Thread

import requests
from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_auth_from_url
from urllib3.exceptions import HTTPError

from ..config.endpoint import is_loopback
from ..errors import UsageError
from ..frozen import dataclass
from ..lines import Line, Transcript
from ..text.counting import counted
from .json_form import encode
from .notices import Notices

log = logging.getLogger(__name__)

SIGNATURE_HEADER = "X-Symbl-Signature"

_MOST_WAITING = 64 * 2**20
"""Bytes: days of speech."""
_DELAYS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt."""
_TIMEOUTS = (5.0, 10.0)
"""Seconds to connect and to answer."""
_PATIENCE = 10.0
"""Seconds without a delivery, after the run, until nothing more is hoped for."""
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class Webhook:
    """Posts every line but interims, one JSON object a request, in order.

    Each is tried five times where the server is away or busy. 64 MB may wait, more are
    left out. `X-Symbl-Signature: sha256=…` is the HMAC-SHA256 of the body, where there
    is a *secret*. `close` waits as long as deliveries succeed, ten seconds for the
    next. Raises UsageError for what is no URL.
    """

    def __init__(
        self,
        url: str,
        notices: Notices,
        *,
        secret: str = "",
        delays: Sequence[float] = _DELAYS,
        patience: float = _PATIENCE,
        pause: Callable[[Event, float], bool] = Event.wait,
    ) -> None:
        """*pause* waits between two attempts, at most so long, for an event."""
        _check(url)
        # It logs paths, in which some services have their secret.
        logging.getLogger("urllib3").setLevel(logging.INFO)
        self._url = url
        self._notices = notices
        self._delays = delays
        self._patience = patience
        self._pause = pause
        self._session = requests.Session()
        # No proxy stands between this computer and itself.
        self._session.trust_env = not is_loopback(url)
        self._session.auth = _Signature(secret, *get_auth_from_url(url))
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._taken = 0
        """Lines that were ours to deliver."""
        self._delivered = 0
        self._bytes_taken = 0
        self._bytes_done = 0
        """Of those taken; counted by the other thread."""
        self._is_failure_told = False
        self._giving_up = Event()
        self._is_closed = False
        # Not joined when the server never ends its answer.
        self._thread = Thread(target=self._run, name="webhook", daemon=True)
        self._thread.start()

    def handle(self, line: Line) -> None:
        match line.body:
            case Transcript(final=False):
                pass
            case _:
                self._take(encode(line).encode())

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._waiting.put(None)
        self._wait()
        self._giving_up.set()
        if missing := self._taken - self._delivered:
            self._notices.warning(
                f"{counted(missing, 'line')} did not reach the webhook",
                suggestion="the conversation has them, but for --no-store; "
                "--jsonl FILE keeps every line",
            )

    def _wait(self) -> None:
        """Until all is delivered, or nothing more seems to be."""
        delivered = -1
        while self._thread.is_alive() and self._delivered > delivered:
            delivered = self._delivered
            self._thread.join(self._patience)

    def _take(self, body: bytes) -> None:
        self._taken += 1
        if self._bytes_taken - self._bytes_done + len(body) <= _MOST_WAITING:
            self._bytes_taken += len(body)
            self._waiting.put(body)

    def _run(self) -> None:
        with self._session:
            while (body := self._waiting.get()) is not None:
                self._deliver(body)
                self._bytes_done += len(body)
                if self._giving_up.is_set():
                    return

    def _deliver(self, body: bytes) -> None:
        outcome = self._post(body)
        for delay in self._delays:
            if not outcome.may_pass or self._pause(self._giving_up, delay):
                break
            outcome = self._post(body)
        if outcome is _DELIVERED:
            self._delivered += 1
        elif not (self._is_failure_told or self._giving_up.is_set()):
            self._is_failure_told = True
            self._notices.warning(f"the webhook {outcome.failure}")

    def _post(self, body: bytes) -> "_Outcome":
        try:
            # Only the head is read: how long its text is, is the server's business.
            with self._session.post(
                self._url,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUTS,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _outcome(response.status_code)
        # What a server answers may be anything: not all of it comes as the first kind.
        except (requests.RequestException, HTTPError, ValueError) as exc:
            log.debug("webhook: %s", type(exc).__name__)
            return _Outcome(f"cannot be reached ({type(exc).__name__})", may_pass=True)


@dataclass(frozen=True, slots=True)
class _Outcome:
    failure: str = ""
    may_pass: bool = False
    """Whether another attempt makes sense."""


_DELIVERED = _Outcome()


def _outcome(status: int) -> _Outcome:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return _DELIVERED
    may_pass = status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _Outcome(f"answered with {status}", may_pass)


def _check(url: str) -> None:
    """Raises UsageError, without what may be secret."""
    try:
        request = requests.Request("POST", url).prepare()
    except (requests.RequestException, ValueError) as exc:
        raise _no_url() from exc
    if not (request.url or "").startswith(("http://", "https://")):
        raise _no_url()


def _no_url() -> UsageError:
    return UsageError(
        "what --webhook names is no URL to post to",
        suggestion="write it as in https://example.org/hook",
    )


class _Signature(AuthBase):
    """Signs a request, and logs in where the URL names a user.

    As an authentication it also keeps that of ~/.netrc out.
    """

    def __init__(self, secret: str, user: str, password: str) -> None:
        self._key = secret.encode()
        self._login = HTTPBasicAuth(user, password) if user or password else None

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self._key and isinstance(request.body, bytes):
            digest = hmac.new(self._key, request.body, hashlib.sha256).hexdigest()
            request.headers[SIGNATURE_HEADER] = f"sha256={digest}"
        return self._login(request) if self._login else request
