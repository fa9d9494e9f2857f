"""Servers that are not there, refuse, or talk nonsense; and proxies that listen."""

import json
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from symbl_cli.protocol import events as e
from tests.cli.talks import QUESTION, talk_in
from tests.cli.test_many_runs import servers_of
from tests.command_line import ROOT, Home
from tests.hidden_modules import hiding
from tests.streaming.service import Peer, Script, Service

TOKEN = "token-of-ours"
REMOTE = {"SYMBL_ACCESS_TOKEN": TOKEN}
CERTIFICATE = ROOT / "tests" / "streaming" / "localhost.pem"


def _answering(raw: bytes) -> Script:
    def serve(peer: Peer) -> None:
        peer.line.recv(65536)
        peer.line.sendall(raw)

    return serve


def _shaking_hands(peer: Peer) -> None:
    """Fails as it must: the client does not trust us."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    tls.wrap_socket(peer.line, server_side=True).close()


def _refusing(status: int) -> Script:
    return lambda peer: peer.refuse(status)


def _talking_nonsense(peer: Peer) -> None:
    for _ in range(30):
        peer.send_text('{"type": ["what')
    peer.rest()


def _refusing_to_start(peer: Peer) -> None:
    peer.until(e.StartRequest)
    peer.send(e.ErrorMessage(details="no seats left"))
    peer.rest()


def _ending_early(peer: Peer) -> None:
    peer.listen()
    peer.close(1000)


@dataclass(frozen=True)
class Fault:
    """A server, and what must be said of it."""

    scripts: tuple[Script, ...]
    said: tuple[str, ...]
    kind: str = "unreachable"
    code: int = 5
    raw: bool = True
    scheme: str = "ws"


FAULTS = {
    "no server": Fault((), ("cannot be reached", "check the URL")),
    "a web server": Fault(
        (_answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),),
        ("has no Streaming API (HTTP 200)", "check the URL"),
    ),
    "another kind of server": Fault(
        (_answering(b"SSH-2.0-OpenSSH_9.2\r\n"),),
        ("is not a WebSocket server", "check the URL"),
    ),
    "a refusal": Fault(
        (_refusing(401),), ("refused the credentials (HTTP 401)",), "authentication", 4
    ),
    "an unpaid bill": Fault(
        (_refusing(402),), ("refused the credentials (HTTP 402)",), "authentication", 4
    ),
    "a busy server": Fault((_refusing(503),) * 4, ("is too busy", "try again later")),
    "a certificate of nobody": Fault(
        (_shaking_hands,),
        ("the certificate of 127.0.0.1", "is not trusted", "SSL_CERT_FILE"),
        scheme="wss",
    ),
    "a server without TLS": Fault(
        (_answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"),),
        ("no TLS with 127.0.0.1", "ws://"),
        scheme="wss",
    ),
    "nonsense": Fault(
        (_talking_nonsense,),
        ("sends only garbage", "check the URL"),
        "remote_protocol",
        raw=False,
    ),
    "a refused start": Fault(
        (_refusing_to_start,), ("no seats left",), "remote_protocol", raw=False
    ),
}


@contextmanager
def _served(fault: Fault) -> Iterator[str]:
    """The URL of the server that *fault* describes."""
    if not fault.scripts:
        yield f"{fault.scheme}://127.0.0.1:{_unused()}"
        return
    scripts = [partial(_forgiving, script) for script in fault.scripts]
    with Service(*scripts, raw=fault.raw) as service:
        yield f"{fault.scheme}://127.0.0.1:{service.port}"


def _forgiving(script: Script, peer: Peer) -> None:
    """The client may well have gone meanwhile."""
    try:
        script(peer)
    except OSError:
        return


def _unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_people_are_told_what_is_wrong_with_a_server(
    own_home: Home, tmp_path: Path, fault: Fault
) -> None:
    with _served(fault) as url:
        ran = own_home.run(
            "stream", talk_in(tmp_path), "--api-url", url, environment=REMOTE
        )

    assert (ran.code, ran.stdout) == (fault.code, ""), ran
    errors = [line for line in ran.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1, ran.stderr
    for words in fault.said:
        assert words in errors[0]
    assert TOKEN not in ran.stderr


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_programs_are_told_so_on_both_streams(
    own_home: Home, tmp_path: Path, fault: Fault
) -> None:
    with _served(fault) as url:
        ran = own_home.run(
            *("stream", talk_in(tmp_path), "--api-url", url, "--json"),
            environment=REMOTE,
        )

    assert ran.code == fault.code
    (error,) = [notice["error"] for notice in ran.notices if "error" in notice]
    assert error["type"] == fault.kind
    end = ran.lines[-1]
    assert (end["reason"], end["error"]) == ("error", error)


def _asking(command: str, folder: Path) -> tuple[str | Path, ...]:
    what = talk_in(folder) if command == "stream" else "list"
    return command, what


@pytest.mark.parametrize("command", ["stream", "conversation"])
def test_a_token_that_no_header_may_have_is_named_and_not_shown(
    own_home: Home, tmp_path: Path, command: str
) -> None:
    ran = own_home.run(
        *(*_asking(command, tmp_path), "--api-url", "http://127.0.0.1:9"),
        environment={"SYMBL_ACCESS_TOKEN": f"{TOKEN}\r"},
    )

    assert (ran.code, ran.stdout) == (4, "")
    assert "the access token from SYMBL_ACCESS_TOKEN has a character" in ran.stderr
    assert TOKEN not in ran.stderr


@pytest.mark.parametrize("command", ["stream", "conversation"])
def test_a_host_that_no_name_may_be_is_told(
    own_home: Home, tmp_path: Path, command: str
) -> None:
    ran = own_home.run(
        *(*_asking(command, tmp_path), "--api-url", f"http://{'a' * 64}.invalid"),
        environment=REMOTE,
    )

    assert (ran.code, ran.stdout) == (5, "")
    assert "no host" in ran.stderr or "no name of a host" in ran.stderr


@pytest.mark.parametrize("proxy", ["us:swordfish@h:99999", "us:swordfish@[::"])
@pytest.mark.parametrize("command", ["stream", "conversation"])
def test_a_proxy_that_cannot_be_is_told_without_its_password(
    own_home: Home, tmp_path: Path, command: str, proxy: str
) -> None:
    ran = own_home.run(
        *("-vv", *_asking(command, tmp_path), "--api-url", "http://meetings.invalid"),
        environment=REMOTE | {"http_proxy": f"http://{proxy}"},
    )

    assert (ran.code, ran.stdout) == (5, "")
    assert "the proxy " in ran.stderr
    assert "swordfish" not in ran.stderr


def test_a_pair_that_is_refused_is_told_apart_from_a_server_that_is_not_there(
    scripted: Home, own_home: Home, tmp_path: Path
) -> None:
    url = json.loads((scripted.data / "server.json").read_text())["url"]
    pair = {"SYMBL_APP_ID": "somebody", "SYMBL_APP_SECRET": "swordfish"}
    talk = talk_in(tmp_path)

    refused = own_home.run("stream", talk, "--api-url", url, environment=pair)
    absent = own_home.run(
        *("stream", talk, "--api-url", f"http://127.0.0.1:{_unused()}"),
        environment=pair,
    )

    assert (refused.code, refused.stdout, absent.code, absent.stdout) == (4, "", 5, "")
    assert "refused the credentials" in refused.stderr
    assert "SYMBL_APP_ID" in refused.stderr
    assert "cannot be reached" in absent.stderr
    assert "swordfish" not in refused.stderr + absent.stderr


def test_a_conversation_is_not_asked_for_where_nobody_answers(own_home: Home) -> None:
    url = f"http://127.0.0.1:{_unused()}"

    ran = own_home.run(
        *("conversation", "list", "--api-url", url, "--json"), environment=REMOTE
    )

    assert (ran.code, ran.stdout) == (5, "")
    assert [notice["error"]["type"] for notice in ran.notices] == ["unreachable"]


def test_without_the_server_installed_it_is_said_how_to_install_it(
    own_home: Home, tmp_path: Path
) -> None:
    light = hiding(tmp_path, "starlette", "uvicorn")

    ran = own_home.run("stream", talk_in(tmp_path), environment=light)

    assert (ran.code, ran.stdout) == (3, "")
    assert "the embedded server is not installed" in ran.stderr
    assert "pip install" in ran.stderr


def test_a_server_that_dies_at_its_start_is_told_with_its_last_words(
    own_home: Home, tmp_path: Path
) -> None:
    broken = hiding(tmp_path, "starlette", only="symbl_cli.server")

    ran = own_home.run("stream", talk_in(tmp_path), "--json", environment=broken)

    assert ran.code == 3
    (error,) = [notice["error"] for notice in ran.notices if "error" in notice]
    assert error["type"] == "missing"
    assert "ended with 1 before it was ready" in str(error["message"])
    assert "starlette" in str(error["message"])
    assert "symbl serve" in str(error["suggestion"])
    assert ran.lines[-1]["error"] == error


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_server_that_never_gets_ready_is_ended(
    own_home: Home, tmp_path: Path
) -> None:
    asleep = hiding(
        tmp_path, only="symbl_cli.server", more="import time; time.sleep(90)"
    )

    ran = own_home.run("stream", talk_in(tmp_path), environment=asleep)

    assert (ran.code, ran.stdout) == (3, "")
    assert "was not ready after 10 s" in ran.stderr
    assert servers_of(own_home) == []


@dataclass
class Proxy:
    """Writes down all that it is told, and refuses."""

    listener: socket.socket
    heard: bytes = b""

    def environment(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        names = ("http_proxy", "https_proxy", "all_proxy")
        return {name: url for lower in names for name in (lower, lower.upper())}

    def serve(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line:
                self.heard += b"(somebody)" + line.recv(65536)
                line.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")


@contextmanager
def _spying_proxy() -> Iterator[Proxy]:
    proxy = Proxy(socket.create_server(("127.0.0.1", 0)))
    thread = Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.listener.shutdown(socket.SHUT_RDWR)
        proxy.listener.close()
        thread.join(20)


def _write_netrc(home: Home) -> None:
    file = home.folder / ".netrc"
    file.write_text("default login spy password spy\n")
    file.chmod(0o600)


def test_this_computers_server_is_never_reached_through_a_proxy(
    own_home: Home, tmp_path: Path
) -> None:
    _write_netrc(own_home)
    with _spying_proxy() as proxy, own_home.scripted_server():
        around = proxy.environment()
        ran = own_home.run("stream", talk_in(tmp_path), "--json", environment=around)
        read = own_home.run("conversation", "messages", "last", environment=around)

    assert (ran.code, read.code) == (0, 0)
    assert QUESTION in read.stdout
    assert proxy.heard == b""


def test_a_named_server_on_this_computer_is_not_either(
    own_home: Home, tmp_path: Path
) -> None:
    _write_netrc(own_home)
    pair = {"SYMBL_APP_ID": "us", "SYMBL_APP_SECRET": "swordfish"}
    serve = own_home.process("serve", "--recognizer", "scripted", **pair)
    with _spying_proxy() as proxy, serve as server:
        assert server.stderr is not None
        url = server.stderr.readline().decode().split()[-1]
        around = proxy.environment() | pair
        named = ("--api-url", url)
        ran = own_home.run(
            "stream", talk_in(tmp_path), *named, "--pace", "fast", environment=around
        )
        read = own_home.run(
            "conversation", "messages", "last", *named, environment=around
        )

    assert (ran.code, read.code) == (0, 0), ran.stderr
    assert QUESTION in read.stdout
    assert proxy.heard == b""


def test_a_proxy_to_a_server_elsewhere_learns_no_token(
    own_home: Home, tmp_path: Path
) -> None:
    _write_netrc(own_home)
    with _spying_proxy() as proxy:
        ran = own_home.run(
            *("stream", talk_in(tmp_path), "--api-url", "ws://meetings.invalid"),
            environment=proxy.environment() | REMOTE,
        )

    assert ran.code == 5
    assert "the proxy does not connect to meetings.invalid:80" in ran.stderr
    assert proxy.heard.startswith(b"(somebody)CONNECT meetings.invalid:80 HTTP/1.1")
    assert TOKEN.encode() not in proxy.heard
    assert b"Authorization" not in proxy.heard
