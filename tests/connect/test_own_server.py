"""Launcher and lease with the server that they are for."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from symbl_cli import __version__
from symbl_cli.config.endpoint import Endpoint
from symbl_cli.config.places import Places
from symbl_cli.connect import child
from symbl_cli.connect.launcher import LocalServer
from symbl_cli.errors import UnreachableError
from symbl_cli.protocol.local import SERVER_FILE, decode_address

FINDER = (sys.executable, str(Path(__file__).with_name("find_server.py")))
COMMAND = (*child.COMMAND, "--recognizer", "scripted")


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    """Folders whose server ends with the test."""
    names = ("home", "config", "data", "state", "cache")
    yield Places(**{name: tmp_path / name for name in names})
    with suppress(OSError):
        end(tmp_path)


def end(folder: Path) -> None:
    address = decode_address((folder / "data" / SERVER_FILE).read_text())
    os.kill(address.pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(address.pid, 0)


def ask(endpoint: Endpoint, path: str) -> tuple[int, object]:
    connection = HTTPConnection(urlsplit(endpoint.http_url).netloc, timeout=30)
    authorization = {"Authorization": f"Bearer {endpoint.token()}"}
    connection.request("GET", path, headers=authorization)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_a_server_of_ours_takes_the_token_of_its_file(places: Places) -> None:
    endpoint = LocalServer(places, command=COMMAND, patience=60)()

    assert ask(endpoint, "/health") == (200, {"version": __version__})
    assert ask(endpoint, "/v1/conversations") == (200, {"conversations": []})


def test_a_killed_server_of_ours_is_replaced(places: Places, tmp_path: Path) -> None:
    server = LocalServer(places, command=COMMAND, patience=60)
    first = server()
    end(tmp_path)

    assert server.failed(first, UnreachableError("refused"))

    assert ask(server(), "/health") == (200, {"version": __version__})


@pytest.mark.usefixtures("places")
def test_ten_processes_at_once_end_with_one_server(tmp_path: Path) -> None:
    with ExitStack() as stack:
        finders = [
            stack.enter_context(
                subprocess.Popen(
                    [*FINDER, str(tmp_path)],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(10)
        ]
        urls = [finder.stdout.readline() for finder in finders if finder.stdout]
        ended = [finder.communicate()[0] for finder in finders]

    assert urls[0].startswith("http://127.0.0.1:")
    assert (set(urls), ended) == ({urls[0]}, [""] * 10)
