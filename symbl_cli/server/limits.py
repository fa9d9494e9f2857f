"""What one peer, one tenant, and all of them together may take."""

import math
from collections.abc import Iterable
from dataclasses import fields, replace

from ..errors import UsageError
from ..frozen import dataclass
from ..protocol.sizes import MOST_PHRASES


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Those of tenants are not for this computer's own, which runs the server."""

    connections: float = 12_000
    """TCP connections at once: the API has 10,000 subscribers, and more."""
    head: float = 10.0
    """Seconds that the head of a request may take, and a TLS handshake."""
    body: float = 120.0
    """Seconds that the body of a request may take, and one message on a socket."""
    held: float = 256 << 20
    """Bytes of bodies and messages that are not at their end, of all peers together."""
    stalled: float = 300.0
    """Seconds for which a peer may take nothing of what waits for it."""
    idle: float = 1800.0
    """Seconds that a socket may wait with its start_request, the next too (§4.5)."""
    frames: float = 20_000
    """Frames that may wait for one socket: hours of a meeting, a few ten megabytes."""
    text: float = 128 << 10
    """Characters of a message in words on a socket: of a start_request, above all."""
    phrases: float = MOST_PHRASES
    """That a start_request may have in trackers, in vocabulary, in fixes, each."""
    tenant_streams: float = math.inf
    """Streams of one tenant at once."""
    tenant_sockets: float = math.inf
    """Sockets of one tenant at once; in any case no more than three quarters of all."""
    tenant_requests: float = 100.0
    """Requests of one tenant a second, ten seconds' worth at once."""
    guesses: float = 1.0
    """Wrong secrets a second from one address for one app id, ten at once."""


def read_limits(texts: Iterable[str]) -> Limits:
    """What `NAME=NUMBER` in *texts* changes; raises UsageError."""
    names = {field.name.replace("_", "-"): field.name for field in fields(Limits)}
    given: dict[str, float] = {}
    for text in texts:
        name, _, number = text.partition("=")
        if name not in names:
            known = ", ".join(names)
            raise UsageError(
                f"there is no limit called {name!r}", suggestion=f"there are {known}"
            )
        given[names[name]] = _read_number(name, number)
    return replace(Limits(), **given)


def _read_number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number > 0:
        raise UsageError(
            f"the limit {name} is not a number above 0: {text!r}",
            suggestion=f"write it as {name}=NUMBER; `inf` lifts it",
        )
    return number
