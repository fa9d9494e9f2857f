"""How a client finds a server on this machine, as values (additions.md §3)."""

import json
from dataclasses import asdict, dataclass

from ..errors import RemoteProtocolError

SERVER_FILE = "server.json"
LOCK_FILE = "server.lock"
LEASE_PATH = "/lease"
LOCAL_TENANT = "local"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """What `server.json` holds, and the ready line of a child server."""

    url: str
    """`http://127.0.0.1:PORT`."""
    token: str
    pid: int
    version: str
    notices: tuple[str, ...] = ()
    """What its owner should be told once: in the ready line alone."""


def encode_address(address: ServerAddress) -> str:
    """One line of JSON."""
    fields = asdict(address)
    return json.dumps({name: one for name, one in fields.items() if one != ()})


def decode_address(text: str) -> ServerAddress:
    """Raises RemoteProtocolError where *text* is no address."""
    try:
        fields = json.loads(text)
        return ServerAddress(
            url=str(fields["url"]),
            token=str(fields["token"]),
            pid=int(fields["pid"]),
            version=str(fields["version"]),
            notices=tuple(map(str, fields.get("notices", ()))),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise RemoteProtocolError("the server's address cannot be read") from exc
