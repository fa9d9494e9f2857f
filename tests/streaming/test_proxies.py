"""Proxies that are in the way."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from threading import Event, Thread

import pytest

from symbl_cli.errors import UnreachableError
from symbl_cli.streaming.line import open_line, target_of

LIMIT = 60


@pytest.fixture
def trickling() -> Iterator[str]:
    """The URL of a proxy whose answer comes byte by byte, and never ends."""
    over = Event()

    def serve() -> None:
        with suppress(OSError):
            line, _ = listener.accept()
            with line:
                line.recv(65536)
                for _ in range(400):  # who is not cut has failed
                    line.sendall(b"x")
                    if over.wait(0.05):
                        break

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(LIMIT)


def test_an_answer_of_a_proxy_that_trickles_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, trickling: str
) -> None:
    monkeypatch.setenv("http_proxy", trickling)
    monkeypatch.delenv("no_proxy", raising=False)
    target = target_of("ws://meetings.invalid", is_local=False)

    with pytest.raises(UnreachableError, match=r"meetings.invalid:80 does not answer"):
        open_line(target, 1.0)
