import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from symbl_cli.errors import UsageError
from symbl_cli.sinks.hooks import SIGNATURE_HEADER, Webhook

from .examples import line, transcript
from .said import Said


class Receiver:
    """A web server that answers as it is told and keeps what it gets."""

    def __init__(self, *statuses: int) -> None:
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
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

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
        "1 lines did not reach the webhook",
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


def test_what_is_no_url_is_said() -> None:
    with pytest.raises(UsageError, match="no URL to post to"):
        Webhook("example.org/hook", Said())
