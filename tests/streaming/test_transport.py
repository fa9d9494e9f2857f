"""One socket to a server, and every way in which that can fail."""

import base64
import ssl
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import (
    AuthenticationError,
    ConnectionLost,
    SymblError,
    UnreachableError,
)
from symbl_cli.protocol import events as e
from symbl_cli.streaming.transport import (
    MAX_MESSAGE,
    Farewell,
    Transport,
    TryAgain,
    dial,
)
from tests.streaming.service import HungUpError, Peer, Script, Service

CERTIFICATE = Path(__file__).parent / "localhost.pem"
"""Self-signed, for this test alone: its key is no secret."""


def call(endpoint: Endpoint, *, timeout: float = 5, silence: float = 5) -> Transport:
    return dial(endpoint, "room", timeout=timeout, silence=lambda: silence)


def answers(raw: bytes) -> Script:
    """A server that says *raw* to everything."""

    def serve(peer: Peer) -> None:
        peer.line.recv(65536)
        peer.send_raw(raw)
        peer.rest()

    return serve


def once_asked(lose: Script) -> Script:
    def serve(peer: Peer) -> None:
        peer.line.recv(65536)
        lose(peer)

    return serve


@pytest.mark.parametrize(
    ("script", "error", "sentence"),
    [
        (lambda peer: peer.refuse(401), AuthenticationError, "refused.*401"),
        (lambda peer: peer.refuse(402), AuthenticationError, "refused.*402"),
        (lambda peer: peer.refuse(403), AuthenticationError, "refused.*403"),
        (lambda peer: peer.refuse(404), UnreachableError, "no Streaming API.*404"),
        (lambda peer: peer.refuse(200), UnreachableError, "no Streaming API.*200"),
        (lambda peer: peer.refuse(429), TryAgain, "too busy.*429"),
        (lambda peer: peer.refuse(500), TryAgain, "too busy.*500"),
        (lambda peer: peer.refuse(503), TryAgain, "too busy.*503"),
        (answers(b"SSH-2.0-OpenSSH\r\n\r\n"), UnreachableError, "not a WebSocket"),
        (answers(b"\xff\xfe\r\n\r\n"), UnreachableError, "not a WebSocket"),
        (
            answers(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
            UnreachableError,
            "not a WebSocket",
        ),
        (answers(b"x" * 100_000), UnreachableError, "not a WebSocket"),
        (once_asked(Peer.hang_up), TryAgain, "hung up during the handshake"),
        (once_asked(Peer.reset), TryAgain, "hung up during the handshake"),
    ],
)
def test_a_refused_handshake_says_why(
    script: Script, error: type[SymblError], sentence: str
) -> None:
    with (
        Service(script, raw=True) as service,
        pytest.raises(error, match=sentence) as caught,
    ):
        call(service.endpoint())

    assert type(caught.value) is error
    assert caught.value.suggestion


def test_a_redirect_is_not_followed_and_the_token_stays_here() -> None:
    with (
        Service() as elsewhere,
        Service(
            lambda peer: peer.refuse(302, location=elsewhere.url), raw=True
        ) as service,
    ):
        with pytest.raises(UnreachableError):
            call(service.endpoint())

        assert elsewhere.peers == []


def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with (
        Service(Peer.rest, raw=True) as service,
        pytest.raises(TryAgain, match="does not answer"),
    ):
        call(service.endpoint(), timeout=0.2)


def test_a_server_that_trickles_its_answer_is_given_up_in_time() -> None:
    def trickle(peer: Peer) -> None:
        peer.line.settimeout(0.02)
        while True:
            peer.send_raw(b"x")
            try:
                if not peer.line.recv(65536):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    with (
        Service(trickle, raw=True) as service,
        pytest.raises(TryAgain, match="does not answer"),
    ):
        call(service.endpoint(), timeout=0.3)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ws://127.0.0.1:1", "cannot be reached"),
        ("ws://no-such-host.invalid", "no host 'no-such-host.invalid'"),
        ("http://127.0.0.1:1", "not the URL of a WebSocket server"),
        ("ws://", "not the URL of a WebSocket server"),
        ("ws://127.0.0.1:99999", "not the URL of a WebSocket server"),
        ("nonsense", "not the URL of a WebSocket server"),
    ],
)
def test_an_endpoint_that_cannot_be_reached_says_why(url: str, sentence: str) -> None:
    endpoint = Endpoint(url, "", lambda: "token", is_local=False)

    with pytest.raises(UnreachableError, match=sentence) as caught:
        call(endpoint)

    assert caught.value.suggestion


@pytest.mark.parametrize("token", ["two\r\nHost: evil", "naïve", "a\x00b"])
def test_a_damaged_token_is_never_sent(token: str) -> None:
    with Service() as service, pytest.raises(AuthenticationError, match="damaged"):
        call(replace(service.endpoint(), token=lambda: token))


def connected(
    script: Script, use: Callable[[Transport], None], **options: float
) -> None:
    with Service(script) as service:
        transport = call(service.endpoint(), **options)
        try:
            use(transport)
        finally:
            transport.abort()
            transport.release()


def test_frames_travel_both_ways() -> None:
    got: list[e.Event] = []

    def serve(peer: Peer) -> None:
        got.append(peer.receive())
        got.append(peer.receive())
        peer.send_text("grüße")
        peer.close(1001, "going")

    def use(transport: Transport) -> None:
        transport.send('{"type":"stop_request"}')
        transport.send(b"\0\1" * 4096)
        assert transport.receive() == "grüße".encode()
        assert transport.receive() == Farewell(1001, "going")

    connected(serve, use)
    assert got == [e.StopRequest(), e.Audio(b"\0\1" * 4096)]


def test_fragments_and_pings_between_them_make_one_message() -> None:
    def serve(peer: Peer) -> None:
        peer.send_raw(b"\x01\x02on" + b"\x89\x01p" + b"\x00\x01e" + b"\x80\x00")
        peer.rest()

    def use(transport: Transport) -> None:
        assert transport.receive() == b"one"

    connected(serve, use)


def test_a_close_without_a_code_is_orderly() -> None:
    def serve(peer: Peer) -> None:
        peer.send_raw(b"\x88\x00")
        peer.rest()

    def use(transport: Transport) -> None:
        assert transport.receive() == Farewell(1000)

    connected(serve, use)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"\xf1\x00", "garbled"),
        (b"\x83\x00", "garbled"),
        (b"\x88\x01x", "garbled"),
        (b"\x81\x7f" + struct.pack("!Q", 64 * 2**20), "garbled: frame too big"),
        (b"\x81\x7f" + struct.pack("!Q", 2**63), "garbled: frame too big"),
        (
            (b"\x01\x7f" + struct.pack("!Q", MAX_MESSAGE) + bytes(MAX_MESSAGE))
            + b"\x80\x01x",
            "garbled: message too big",
        ),
        (b"\x01\x00" + bytes(2 * 5000), "garbled: message too big"),
        (b"\x80\x01x", "garbled: fragments out of order"),
        (b"\x01\x01a" + b"\x81\x01b", "garbled: fragments out of order"),
    ],
    ids=[
        *("rsv", "opcode", "close", "64 MB", "negative", "fragments"),
        *("empty fragments", "goes on from nothing", "begins twice"),
    ],
)
def test_a_garbled_line_is_a_lost_line(raw: bytes, sentence: str) -> None:
    def serve(peer: Peer) -> None:
        try:
            peer.send_raw(raw)
        except HungUpError:
            return
        peer.rest()

    def use(transport: Transport) -> None:
        with pytest.raises(ConnectionLost, match=sentence):
            transport.receive()

    connected(serve, use)


def test_a_line_on_which_nothing_comes_is_lost() -> None:
    def use(transport: Transport) -> None:
        with pytest.raises(ConnectionLost, match="is dead"):
            transport.receive()

    connected(Peer.rest, use, silence=0.1)


def test_only_what_answers_one_of_our_pings_counts_as_its_answer() -> None:
    def serve(peer: Peer) -> None:
        peer.answers_pings = False
        while peer.pings < 2:
            peer.until_ping()
        for payload in (b"", b"x", b"9", b"9" * 125, b"2"):
            peer.send_raw(bytes([0x8A, len(payload)]) + payload)
            peer.send_text(payload.decode())
        peer.rest()

    def use(transport: Transport) -> None:
        assert [transport.ping(), transport.ping()] == [1, 2]
        seen = [(transport.receive(), transport.answered) for _ in range(5)]
        assert seen == [(b"", 0), (b"x", 0), (b"9", 0), (b"9" * 125, 0), (b"2", 2)]

    connected(serve, use)


@pytest.mark.parametrize("lose", [Peer.hang_up, Peer.reset])
def test_a_line_that_was_cut_is_lost_in_both_directions(lose: Script) -> None:
    def use(transport: Transport) -> None:
        with pytest.raises(ConnectionLost):
            transport.receive()
        with pytest.raises(ConnectionLost):
            send_without_end(transport)

    connected(lose, use)


def send_without_end(transport: Transport) -> None:
    """The kernel takes some before it tells that nobody listens."""
    for _ in range(100_000):
        transport.send(bytes(8192))


# --- proxies


def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Service() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        connected(Peer.rest, lambda transport: transport.send(b""))

        assert proxy.peers == []


def test_a_remote_server_is_reached_through_the_proxy_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    def tunnel(peer: Peer) -> None:
        asked.append(peer.line.recv(65536))
        peer.send_raw(b"HTTP/1.1 200 Connection established\r\n\r\n")
        peer.accept()
        peer.rest()

    with Service(tunnel, raw=True) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:s%20t@127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        endpoint = Endpoint("ws://symbl.example", "", lambda: "t", is_local=False)
        transport = call(endpoint)
        transport.close()
        transport.release()

        login = base64.b64encode(b"me:s t").decode()
        assert asked == [
            (
                "CONNECT symbl.example:80 HTTP/1.1\r\nHost: symbl.example:80\r\n"
                f"Proxy-Authorization: Basic {login}\r\n\r\n"
            ).encode()
        ]
        assert proxy.peers[0].headers["x-api-key"] == "t"


def test_a_host_that_is_exempt_is_reached_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "no-such-host.invalid")
    endpoint = Endpoint("ws://no-such-host.invalid", "", lambda: "t", is_local=False)

    with pytest.raises(UnreachableError, match="there is no host"):
        call(endpoint)


def test_a_proxy_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(peer: Peer) -> None:
        peer.line.recv(65536)
        peer.send_raw(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
        peer.rest()

    with Service(refuse, raw=True) as proxy:
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        endpoint = Endpoint("ws://symbl.example", "", lambda: "t", is_local=False)

        with pytest.raises(UnreachableError, match=r"proxy does not connect.*407"):
            call(endpoint)


# --- TLS


def tls_service(script: Script) -> Service:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return Service(script, tls=context)


def test_tls_carries_both_directions_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    frames = 200

    def serve(peer: Peer) -> None:
        for number in range(frames):
            assert peer.receive() == e.Audio(bytes([number]) * 8192)
            peer.send_text(f"{number}")
        peer.rest()

    with tls_service(serve) as service:
        url = f"wss://localhost:{service.port}"
        transport = call(service.endpoint(url))
        for number in range(frames):
            transport.send(bytes([number]) * 8192)
        got = [transport.receive() for _ in range(frames)]
        transport.close()
        transport.release()

    assert got == [b"%d" % number for number in range(frames)]


def test_a_dead_tls_line_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    with tls_service(Peer.rest) as service:
        url = f"wss://localhost:{service.port}"
        transport = call(service.endpoint(url), silence=0.1)
        with pytest.raises(ConnectionLost, match="is dead"):
            transport.receive()
        transport.abort()
        transport.release()


def test_an_untrusted_certificate_is_told() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def shake(peer: Peer) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(peer.line, server_side=True)

    with (
        Service(shake, raw=True) as service,
        pytest.raises(UnreachableError, match=r"is not trusted.*self-signed"),
    ):
        call(service.endpoint(f"wss://localhost:{service.port}"))


def test_tls_with_a_server_that_has_none_is_told() -> None:
    with (
        Service(answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), raw=True) as service,
        pytest.raises(UnreachableError, match="no TLS with"),
    ):
        call(service.endpoint(f"wss://localhost:{service.port}"))
