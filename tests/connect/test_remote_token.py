"""Tokens of a remote server, and whom credentials must never reach."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from symbl_cli.config.credentials import AccessToken, AppCredentials
from symbl_cli.config.places import Folder, NoFolder
from symbl_cli.config.secrets import Secret
from symbl_cli.config.settings import Origin, Source
from symbl_cli.connect.remote import RemoteServer
from symbl_cli.connect.token import GeneratedToken
from symbl_cli.errors import (
    AuthenticationError,
    RemoteProtocolError,
    SymblError,
    UnreachableError,
)

ORIGIN = Origin(Source.USER, "config.toml")
CREDENTIALS = AppCredentials("an-app", lambda: Secret("a secret"), ORIGIN)


class Service(ThreadingHTTPServer):
    """A token endpoint that answers what it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.status = 200
        self.answer = b'{"accessToken": "token-%d", "expiresIn": 3600}'
        self.requests: list[tuple[str, str | None, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Asked(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        authorization = self.headers["Authorization"]
        self.server.requests.append((self.path, authorization, json.loads(body)))
        answer = self.server.answer
        if b"%d" in answer:
            answer %= len(self.server.requests)
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
        pass


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    thread = Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(Service()) as running:
        yield running


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def token_of(
    service: Service, cache: Folder, clock: Callable[[], float] | None = None
) -> GeneratedToken:
    return GeneratedToken(service.url, CREDENTIALS, cache, clock=clock or Clock())


def test_id_and_secret_are_exchanged_for_a_token(
    service: Service, tmp_path: Path
) -> None:
    assert token_of(service, tmp_path)() == "token-1"

    assert service.requests == [
        (
            "/oauth2/token:generate",
            None,
            {"type": "application", "appId": "an-app", "appSecret": "a secret"},
        )
    ]


def test_the_next_process_uses_the_cached_token_without_the_secret(
    service: Service, tmp_path: Path
) -> None:
    token_of(service, tmp_path)()

    def never() -> Secret:
        raise AssertionError("the secret was read")

    again = GeneratedToken(
        service.url,
        AppCredentials("an-app", never, ORIGIN),
        tmp_path,
        clock=Clock(),
    )

    assert again() == "token-1"
    assert len(service.requests) == 1


def test_a_cached_token_is_private(service: Service, tmp_path: Path) -> None:
    token_of(service, tmp_path)()

    (file,) = (tmp_path / "tokens").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "tokens").stat().st_mode & 0o777 == 0o700
    assert "an-app" not in file.name


def test_a_token_is_used_until_a_minute_before_its_end(
    service: Service, tmp_path: Path
) -> None:
    clock = Clock()
    token = token_of(service, tmp_path, clock)

    first = token()
    clock.now += 3539
    still = token()
    clock.now += 1

    assert (first, still, token()) == ("token-1", "token-1", "token-2")


def test_other_credentials_have_another_token(service: Service, tmp_path: Path) -> None:
    token_of(service, tmp_path)()
    other = AppCredentials("another", lambda: Secret("x"), ORIGIN)

    assert GeneratedToken(service.url, other, tmp_path, clock=Clock())() == "token-2"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"text": "x"}', "\x00"])
def test_a_damaged_cache_is_an_empty_one(
    service: Service, tmp_path: Path, content: str
) -> None:
    token_of(service, tmp_path)()
    (file,) = (tmp_path / "tokens").iterdir()
    file.write_text(content)

    assert token_of(service, tmp_path)() == "token-2"


def test_without_a_cache_folder_tokens_are_kept_in_memory(service: Service) -> None:
    token = token_of(service, NoFolder("there is no home folder"))

    assert (token(), token()) == ("token-1", "token-1")


@pytest.mark.parametrize("age", [0, 20, 3000])
def test_a_token_that_is_refused_is_made_anew_at_once_however_new_it_is(
    service: Service, tmp_path: Path, age: float
) -> None:
    clock = Clock()
    token = token_of(service, tmp_path, clock)

    first = token()
    clock.now += age
    may_help = token.refused()

    assert (first, may_help, token()) == ("token-1", True, "token-2")


def test_what_replaces_a_refused_token_and_is_refused_too_is_not_made_anew_at_once(
    service: Service, tmp_path: Path
) -> None:
    clock = Clock()
    token = token_of(service, tmp_path, clock)

    token()
    token.refused()
    token()
    may_help = [token.refused()]
    token()
    clock.now += 60
    may_help.append(token.refused())

    assert may_help == [False, True]
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("error", "may_help"),
    [(AuthenticationError("401"), True), (UnreachableError("refused"), False)],
)
def test_a_refusal_is_worth_another_dial_where_the_token_was_cached(
    service: Service, tmp_path: Path, error: SymblError, *, may_help: bool
) -> None:
    GeneratedToken(service.url, CREDENTIALS, tmp_path)()
    server = RemoteServer(service.url, CREDENTIALS, tmp_path)
    endpoint = server()
    endpoint.token()

    assert server.failed(endpoint, error) is may_help


def test_a_ready_token_is_used_as_it_is(tmp_path: Path) -> None:
    origin = Origin(Source.ENVIRONMENT, "SYMBL_ACCESS_TOKEN")
    server = RemoteServer(
        "wss://host/api", AccessToken(Secret("ready"), origin), tmp_path
    )

    endpoint = server()

    assert (endpoint.ws_url, endpoint.http_url, endpoint.token()) == (
        "wss://host/api",
        "https://host/api",
        "ready",
    )
    assert not server.failed(endpoint, AuthenticationError("401"))


@pytest.mark.parametrize("text", ["secret\r", "sec\nret", "sec ret", "sécret"])
def test_a_token_that_no_header_may_have_is_refused_by_name(
    tmp_path: Path, text: str
) -> None:
    origin = Origin(Source.ENVIRONMENT, "SYMBL_ACCESS_TOKEN")

    with pytest.raises(AuthenticationError) as caught:
        RemoteServer("wss://host/api", AccessToken(Secret(text), origin), tmp_path)

    assert "from SYMBL_ACCESS_TOKEN has a character" in caught.value.message
    assert "cret" not in caught.value.message


def test_a_host_that_no_name_may_be_gives_no_token(tmp_path: Path) -> None:
    url = f"http://{'a' * 64}.example"

    with pytest.raises(UnreachableError, match="that is no name of a host"):
        GeneratedToken(url, CREDENTIALS, tmp_path)()


@pytest.mark.parametrize("status", [401, 402, 403])
def test_wrong_credentials_are_named_with_where_they_came_from(
    service: Service, tmp_path: Path, status: int
) -> None:
    service.status = status

    with pytest.raises(AuthenticationError) as caught:
        token_of(service, tmp_path)()

    assert caught.value.message == (
        f"{service.url} refused the credentials from config.toml "
        f"(app id an-app; HTTP {status})"
    )
    assert "a secret" not in str(caught.value)


@pytest.mark.parametrize("status", [302, 307, 400, 404, 429, 503])
def test_what_gives_no_token_is_unreachable(
    service: Service, tmp_path: Path, status: int
) -> None:
    service.status = status

    with pytest.raises(UnreachableError, match=rf"gives no token \(HTTP {status}\)"):
        token_of(service, tmp_path)()

    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"accessToken": 7}',
        b'{"accessToken": ""}',
        b'{"accessToken": "a\\r\\nHost: evil"}',
        b'{"accessToken": "a", "expiresIn": []}',
        b'{"accessToken": "a", "expiresIn": NaN}',
        b'{"accessToken": "a", "expiresIn": 1e999}',
        b'{"accessToken": "a", "expiresIn": 1' + b"0" * 400 + b"}",
        b'{"accessToken": "a", "expiresIn": 1' + b"0" * 40000 + b"}",
        b'{"accessToken": "' + b"a" * 2**21 + b'"}',
        b"[" * 200_000,
    ],
)
def test_an_answer_without_a_token_is_the_peers_mistake(
    service: Service, tmp_path: Path, answer: bytes
) -> None:
    service.answer = answer

    with pytest.raises(RemoteProtocolError):
        token_of(service, tmp_path)()


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"

    with pytest.raises(UnreachableError, match="cannot be reached: Connection refused"):
        GeneratedToken(url, CREDENTIALS, tmp_path)()


def test_a_host_without_tls_is_said(service: Service, tmp_path: Path) -> None:
    url = service.url.replace("http:", "https:")

    with pytest.raises(UnreachableError, match="TLS"):
        GeneratedToken(url, CREDENTIALS, tmp_path)()


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A proxy for everything, and a login for everybody in `~/.netrc`."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login netrc-user password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(Service()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        yield proxy


def test_loopback_goes_through_no_proxy_and_takes_no_login_from_netrc(
    service: Service, tmp_path: Path, surroundings: Service
) -> None:
    token_of(service, tmp_path)()

    assert surroundings.requests == []
    assert [authorization for _, authorization, _ in service.requests] == [None]


def test_a_remote_server_is_reached_through_the_proxy_without_a_netrc_login(
    tmp_path: Path, surroundings: Service
) -> None:
    GeneratedToken("http://far.example", CREDENTIALS, tmp_path)()

    ((path, authorization, _),) = surroundings.requests
    assert (path, authorization) == ("http://far.example/oauth2/token:generate", None)
