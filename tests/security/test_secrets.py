"""No secret in what is said, logged or handed on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import websocket

from symbl_cli.protocol.local import SERVER_FILE, child_environment, decode_address
from tests.command_line import Home
from tests.scripted_speech import speech
from tests.server_process import ServerProcess
from tests.socket_line import SocketLine

from .serving import ask, serving, token_of

SECRET = "an-app-secret-that-nobody-else-has"
PAIR = {"SYMBL_APP_ID": "an-id", "SYMBL_APP_SECRET": SECRET}
REFUSED = "a-token-that-is-refused"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def _processes_below(pid: int) -> Iterator[Path]:
    """Those that process *pid* has started, and theirs."""
    for folder in Path(f"/proc/{pid}/task").iterdir():
        for child in (folder / "children").read_text().split():
            yield Path("/proc") / child
            yield from _processes_below(int(child))


def test_a_server_that_says_everything_says_no_secret(home: Home) -> None:
    log = home.folder / "log"
    with serving(home, "-vv", "--log-file", log, **PAIR) as served:
        token = token_of(served.url, "an-id", SECRET)
        wrong = {"appId": "an-id", "appSecret": REFUSED}
        ask(served.url, "POST", "/oauth2/token:generate", body=wrong)
        status, _ = ask(served.url, "GET", f"/v1/conversations?access_token={token}")
        assert status == 401  # whatever is in an address, somebody logs
        ask(served.url, "GET", f"/v1/{token}", token=token)
        ask(served.url, "GET", "/v1/conversations", token=REFUSED)
        url = served.url.replace("http", "ws")
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(
                f"{url}/v1/streaming/%20?access_token={token}", timeout=20
            )
        path = f"/v1/streaming/x?access_token={token}&y="
        with SocketLine.dial(url, token, path=path, room="z") as line:
            line.start()
            line.send({"type": token})
            line.audio(speech("The van is late."))
            below = list(_processes_below(served.process.pid))
            handed = [
                (folder / name).read_bytes()
                for folder in below
                for name in ("cmdline", "environ")
            ]
            line.stop()
            line.rest()
        address = decode_address((home.data / SERVER_FILE).read_text())

    everything = served.said + served.out + log.read_text()
    assert "DEBUG" in everything
    assert below
    for secret in (SECRET, token, address.token, REFUSED):
        assert _unquoted(secret, everything) == []
        assert not any(secret.encode() in one for one in handed)


def _unquoted(secret: str, said: str) -> list[str]:
    """The lines with *secret*, but those that quote what a client itself sent."""
    lines = [line for line in said.splitlines() if secret in line]
    return [line for line in lines if "unknown type" not in line]


def test_a_child_that_says_everything_says_no_secret(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, ("--recognizer", "scripted", "--verbose"))
    try:
        token = server.address.token
        path = f"/v1/streaming/x?access_token={token}&y="
        with SocketLine.dial(server.ws_url, token, path=path, room="z") as line:
            line.start()
            line.stop()
            line.rest()
        path = f"/v1/conversations?access_token={token}"
        assert ask(server.address.url, "GET", path)[0] == 401
        cmdline = Path(f"/proc/{server.address.pid}/cmdline").read_bytes()
        os.kill(server.address.pid, 15)
        _, errors = server.ended()
    finally:
        server.stop()

    assert "DEBUG" in errors
    assert token not in errors
    assert token.encode() not in cmdline


def test_what_a_server_keeps_on_disk_holds_no_secret(home: Home) -> None:
    with serving(home, **PAIR) as served:
        token = token_of(served.url, "an-id", SECRET)
        with SocketLine.dial(served.url.replace("http", "ws"), token, room="x") as line:
            line.start()
            line.stop()
            line.rest()

    files = [path for path in home.folder.rglob("*") if path.is_file()]
    assert any(home.data in file.parents for file in files)
    for path in files:
        assert SECRET.encode() not in path.read_bytes()
        assert token.encode() not in path.read_bytes()


def test_a_secret_is_not_handed_on_to_what_is_started() -> None:
    secrets = dict.fromkeys(("SYMBL_ACCESS_TOKEN", "SYMBL_WEBHOOK_SECRET"), REFUSED)
    environment = {**PAIR, **secrets, "HOME": "/home/ann"}

    assert child_environment(environment, Path("/code")) == {
        "SYMBL_APP_ID": "an-id",
        "HOME": "/home/ann",
        "PYTHONPATH": "/code",
    }


@pytest.mark.parametrize(
    "credentials", [PAIR, {"SYMBL_ACCESS_TOKEN": SECRET}], ids=["pair", "token"]
)
def test_a_client_that_says_everything_says_no_secret(
    home: Home, credentials: dict[str, str]
) -> None:
    log = home.folder / "log"
    with serving(home, SYMBL_APP_ID="other", SYMBL_APP_SECRET="other") as served:
        said = [
            home.run(
                *("-vv", "--log-file", log, *command, "--api-url", served.url),
                sound=speech("Hi."),
                environment=credentials,
            )
            for command in (("stream", "-"), ("stream", "-", "--json"))
        ]

    assert [ran.code for ran in said] == [4, 4]
    everything = "".join(ran.stdout + ran.stderr for ran in said) + log.read_text()
    assert "DEBUG" in everything
    assert SECRET not in everything
