"""Where a server is, as a value."""

import re
from collections.abc import Callable
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from ..errors import SymblError
from ..frozen import dataclass

_LOOPBACK = re.compile(r"localhost|.+\.localhost|127(\.\d+){3}|::1")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that speaks the Streaming and Conversation API.

    Ask for one anew at every dial: a restarted local server has another port and
    another token.
    """

    ws_url: str
    """`ws://host:port`, without a trailing slash."""
    http_url: str
    token: Callable[[], str]
    """A bearer token that is good now; may do I/O; raises AuthenticationError."""
    is_local: bool
    """Whether it is the embedded server of this computer (never through a proxy)."""


EndpointProvider: TypeAlias = Callable[[], Endpoint]
"""Raises UnreachableError, MissingError or AuthenticationError."""


class Server(Protocol):
    """The server of a run, as those see it who dial: an EndpointProvider that learns.

    Safe from any thread.
    """

    def __call__(self) -> Endpoint:
        """The endpoint to dial now; may start a server and wait for it."""
        ...

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        """Note that a dial to *endpoint* ended in *error*.

        Whether to dial again at once: the next endpoint will have been looked at
        more closely, or has another token.
        """
        ...


def is_loopback(url: str) -> bool:
    """Whether *url* stays on this computer: no proxy is asked for it."""
    return _LOOPBACK.fullmatch(urlsplit(url).hostname or "") is not None
