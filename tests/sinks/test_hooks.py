import base64
import hashlib
import hmac
import json
import logging
import socket
import ssl
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from symbl_cli.errors import UsageError
from symbl_cli.sinks import hooks as hooks_module
from symbl_cli.sinks.hooks import SIGNATURE_HEADER, Webhook

from .examples import line, transcript
from .said import Said

CERTIFICATE = Path(__file__).parents[1] / "streaming" / "localhost.pem"


class Receiver:
    """A web server that answers as it is told and keeps what it gets."""

    def __init__(self, *statuses: int, tls: ssl.SSLContext | None = None) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        waiting = list(statuses)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                receiver.bodies.append(self.rfile.read(size))
                receiver.headers.append(dict(self.headers))
                self.send_response(waiting.pop(0) if waiting else 204)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}/hook"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def texts_of(self, kind: str) -> list[str]:
        lines = map(json.loads, self.bodies)
        return [line["text"] for line in lines if line["type"] == kind]

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for body in self.bodies]


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    receiver = Receiver(*getattr(request, "param", ()))
    yield receiver
    receiver.close()


def deliver(webhook: Webhook, *texts: str) -> None:
    for number, text in enumerate(texts):
        webhook.handle(line(transcript(text, id_=f"u-{number}")))
    webhook.close()


def test_every_final_is_posted_in_order(receiver: Receiver) -> None:
    webhook = Webhook(receiver.url, Said())

    webhook.handle(line(transcript("On", final=False)))
    deliver(webhook, "One.", "Two.", "Three.")

    assert receiver.texts == ["One.", "Two.", "Three."]
    assert receiver.headers[0]["Content-Type"] == "application/json"
    assert SIGNATURE_HEADER not in receiver.headers[0]


def test_with_a_secret_the_body_is_signed(receiver: Receiver) -> None:
    deliver(Webhook(receiver.url, Said(), secret="hush"), "One.")

    digest = hmac.new(b"hush", receiver.bodies[0], hashlib.sha256).hexdigest()
    assert receiver.headers[0][SIGNATURE_HEADER] == f"sha256={digest}"


@pytest.mark.parametrize("receiver", [(503, 429, 204)], indirect=True)
def test_a_busy_server_is_asked_again(receiver: Receiver) -> None:
    said = Said()

    deliver(Webhook(receiver.url, said, delays=(0.0, 0.0)), "One.", "Two.")

    assert receiver.texts == ["One.", "One.", "One.", "Two."]
    assert said.warnings == []


@pytest.mark.parametrize(
    ("receiver", "warnings"),
    [
        ((*[503] * 4, 204), []),
        (
            (*[503] * 5, 204),
            ["the webhook answered with 503", "1 line did not reach the webhook"],
        ),
    ],
    indirect=["receiver"],
)
def test_unless_told_it_tries_five_times_and_waits_longer_each_time(
    receiver: Receiver, warnings: list[str]
) -> None:
    said, pauses = Said(), list[float]()

    def pause(event: Event, seconds: float) -> bool:
        pauses.append(seconds)
        return event.is_set()

    deliver(Webhook(receiver.url, said, pause=pause), "One.")

    assert receiver.texts == ["One."] * 5
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert said.warnings == warnings


@pytest.mark.parametrize(
    ("receiver", "status"),
    [((404, 204), 404), ((302, 204), 302)],
    indirect=["receiver"],
)
def test_a_refusal_is_said_and_the_next_line_goes_on(
    receiver: Receiver, status: int
) -> None:
    said = Said()

    deliver(Webhook(receiver.url, said, delays=(0.0,)), "One.", "Two.")

    assert receiver.texts == ["One.", "Two."]
    assert said.warnings == [
        f"the webhook answered with {status}",
        "1 line did not reach the webhook",
    ]


def test_a_server_that_is_away_is_said_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = Said()

    deliver(Webhook(f"http://127.0.0.1:{port}/", said, delays=(0.0,)), "One.", "Two.")

    assert said.warnings == [
        "the webhook cannot be reached (ConnectionError)",
        "2 lines did not reach the webhook",
    ]


def test_a_server_that_never_answers_stalls_no_line_and_no_end() -> None:
    said = Said()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        webhook = Webhook(f"http://127.0.0.1:{port}/", said, patience=0.0)

        deliver(webhook, *["Words."] * 1_500)

    assert said.warnings == ["1500 lines did not reach the webhook"]


def test_a_proxy_gets_nothing_that_is_for_this_computer(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")

        deliver(Webhook(receiver.url, Said()), "One.")

    assert receiver.texts == ["One."]


@pytest.mark.parametrize(
    "url",
    [
        "example.org/hook",
        "ftp://ann:swordfish@example.org",
        "https://",
        "http://[ann:swordfish",
        "http://example.org:swordfish/",
    ],
)
def test_what_is_no_url_is_said_without_what_is_secret_in_it(url: str) -> None:
    with pytest.raises(UsageError, match="no URL to post to") as caught:
        Webhook(url, Said())

    assert "swordfish" not in f"{caught.value}{caught.value.suggestion}"


def test_who_a_url_names_is_logged_in(receiver: Receiver) -> None:
    url = receiver.url.replace("//", "//ann:swordfish@")

    deliver(Webhook(url, Said(), secret="hush"), "One.")

    login = base64.b64encode(b"ann:swordfish").decode()
    assert receiver.headers[0]["Authorization"] == f"Basic {login}"
    assert SIGNATURE_HEADER in receiver.headers[0]


def test_no_log_has_the_path_of_a_url(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    deliver(Webhook(f"{receiver.url}/swordfish", Said()), "One.")
    receiver.close()
    deliver(Webhook(f"{receiver.url}/swordfish", Said(), delays=()), "One.")

    assert "swordfish" not in caplog.text


def test_a_burst_arrives_whole_as_long_as_deliveries_succeed(
    receiver: Receiver,
) -> None:
    said = Said()

    deliver(Webhook(receiver.url, said, patience=0.5), *["Words."] * 500)

    assert len(receiver.bodies) == 500
    assert said.warnings == []


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks_module, "_MOST_WAITING", 100_000)
    said = Said()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        webhook = Webhook(f"http://127.0.0.1:{port}/", said, patience=0.0)
        tracemalloc.start()

        deliver(webhook, *["Words. " * 100] * 10_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 2_000_000
    assert said.warnings == ["10000 lines did not reach the webhook"]


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"HTTP/1.1 2x0\r\n\r\n", b""])
def test_an_answer_that_is_none_is_said(answer: bytes) -> None:
    said = Said()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = Thread(target=_answer, args=(listener, answer))
        answering.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        deliver(Webhook(url, said, delays=()), "One.")
        answering.join()

    assert said.warnings[0].startswith("the webhook cannot be reached")
    assert said.warnings[1:] == ["1 line did not reach the webhook"]


def _answer(listener: socket.socket, answer: bytes) -> None:
    line, _ = listener.accept()
    with line:
        line.recv(65536)
        line.sendall(answer)


def test_a_certificate_that_nobody_knows_gets_no_word() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    receiver, said = Receiver(tls=context), Said()

    deliver(Webhook(receiver.url, said, delays=()), "One.")
    receiver.close()

    assert receiver.bodies == []
    assert said.warnings == [
        "the webhook cannot be reached (SSLError)",
        "1 line did not reach the webhook",
    ]
