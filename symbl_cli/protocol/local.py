"""How a client finds a server on this machine, as values (additions.md §3)."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import RemoteProtocolError, SymblError

SERVER_FILE = "server.json"
LOCK_FILE = "server.lock"
LEASE_PATH = "/lease"
LOCAL_TENANT = "local"
_SECRETS = frozenset({"SYMBL_APP_SECRET", "SYMBL_ACCESS_TOKEN", "SYMBL_WEBHOOK_SECRET"})


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


def child_environment(environment: Mapping[str, str], code: Path) -> dict[str, str]:
    """For a process of ours: it runs the very *code* that we are, and has no secret."""
    path = os.pathsep.join(filter(None, (str(code), environment.get("PYTHONPATH"))))
    return {**without_secrets(environment), "PYTHONPATH": path}


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """For a process of somebody else's."""
    return {name: one for name, one in environment.items() if name not in _SECRETS}


def encode_address(address: ServerAddress) -> str:
    """One line of JSON."""
    fields = asdict(address)
    return json.dumps({name: one for name, one in fields.items() if one != ()})


def encode_failure(error: SymblError) -> str:
    """What a child says in the place of its ready line, on one line of JSON."""
    return json.dumps(
        {"failure": [error.kind, error.message, error.suggestion]}, ensure_ascii=True
    )


def decode_failure(text: str) -> SymblError | None:
    """The failure that *text* tells; `None` where it is something else."""
    try:
        kind, message, suggestion = json.loads(text)["failure"]
    except (ValueError, KeyError, TypeError):
        return None
    kinds = {cls.kind: cls for cls in _family(SymblError)}
    return kinds.get(kind, SymblError)(str(message), suggestion=str(suggestion))


def _family(cls: type[SymblError]) -> Iterator[type[SymblError]]:
    yield cls
    for child in cls.__subclasses__():
        yield from _family(child)


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
