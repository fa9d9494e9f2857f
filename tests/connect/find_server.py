"""A process that finds the server in a folder, holds a lease, and says where it is."""

import sys
from pathlib import Path
from uuid import uuid4

from symbl_cli.config.places import Places
from symbl_cli.connect import child
from symbl_cli.connect.launcher import LocalServer
from symbl_cli.connect.lease import hold_lease

COMMAND = (*child.COMMAND, "--recognizer", "scripted")


def main(folder: Path) -> None:
    names = ("home", "config", "data", "state", "cache")
    places = Places(**{name: folder / name for name in names})
    server = LocalServer(places, command=COMMAND, patience=60)
    endpoint = server()
    with hold_lease(server, uuid4()):
        sys.stdout.write(f"{endpoint.http_url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
