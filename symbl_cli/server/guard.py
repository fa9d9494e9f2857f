"""Who may knock: Host, Origin and token, before anything is done for them."""

from collections.abc import Iterable
from urllib.parse import urlsplit

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """Against web pages that reach loopback, and names that are made to point here.

    A page can open a socket to any port of this computer and, with a DNS name of
    its own, looks same-origin to the browser: so both headers are checked.
    """

    def __init__(
        self, host: str, allow_hosts: Iterable[str], allow_origins: Iterable[str]
    ) -> None:
        self._bound = host.lower().strip("[]")
        self._allow_hosts = frozenset(name.lower() for name in allow_hosts)
        self._allow_origins = frozenset(
            one.lower().rstrip("/") for one in allow_origins
        )

    def admits_host(self, header: str | None, local: tuple[str, int]) -> bool:
        """Whether *header* means us, reached at the address and port *local*.

        So do an allowed name, and with our port loopback names, what we are bound to,
        and *local*: where that is "every address", whichever of them was dialled. No
        name can be made to look like an address.
        """
        if header is None:
            return False
        address, port = local
        host, given = _split(header)
        if header.lower() in self._allow_hosts or host in self._allow_hosts:
            return True
        ours = {*_LOOPBACK_NAMES, self._bound, _plain(address)}
        return given == port and _plain(host) in ours

    def admits_origin(self, origin: str | None, host: str | None) -> bool:
        """None, the one that equals Host, or an allowed one."""
        if origin is None:
            return True
        if origin.lower().rstrip("/") in self._allow_origins:
            return True
        try:
            return host is not None and urlsplit(origin).netloc.lower() == host.lower()
        except ValueError:
            return False


def _plain(host: str) -> str:
    """*host*, an IPv4 address without the form it has on an IPv6 socket."""
    return host.lower().removeprefix("::ffff:")


def _split(header: str) -> tuple[str, int | None]:
    """Host and port of a Host header; without a port it is 80."""
    try:
        parts = urlsplit(f"//{header}")
        return (parts.hostname or "").lower(), parts.port or 80
    except ValueError:
        return "", None


def token_of(
    query: str | None, headers: dict[str, str], subprotocols: Iterable[str]
) -> str | None:
    """The token wherever it is carried; the first match wins (§1.3)."""
    if query:
        return query
    if key := headers.get("x-api-key"):
        return key
    for offered in subprotocols:
        return offered
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() or None if scheme.lower() == "bearer" else None
