"""A stand-in for the service: clients are measured against it, alone in their process.

It takes sound, says so many results a second, each with the moment of its sending at
the end of its text, and knows when the first sound came.
"""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Request,
    TextMessage,
)

CONVERSATION = "5000000000000001"
_SENTENCE = (
    "So the first thing that we should settle today is who writes to the printer"
    " about the brochures and whether the room on the second floor is free"
)
_WORDS = _SENTENCE.split()


class Service:
    """One client after another, on loopback."""

    def __init__(self, results: float = 0.0) -> None:
        """*results*: how many it says a second, while a client is connected."""
        self._results = results
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.first_sound = 0.0
        """When the last client's first sound came, by the monotonic clock."""

    @property
    def url(self) -> str:
        port = self._listener.getsockname()[1]
        return f"ws://127.0.0.1:{port}"

    def run(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.first_sound = 0.0
                self._serve(_Line(line))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, line: "_Line") -> None:
        over = Flag()
        speaker = Thread(target=self._speak, args=(line, over))
        for event in line.events():
            match event:
                case Request():
                    line.send(AcceptConnection())
                case BytesMessage() if not self.first_sound:
                    self.first_sound = time.monotonic()
                case TextMessage(data=text) if "start_request" in text:
                    for answer in _greeting():
                        line.say(answer)
                    if self._results:
                        speaker.start()
                case TextMessage(data=text) if "stop_request" in text:
                    break
                case CloseConnection():
                    break
        over.set()
        if speaker.ident:
            speaker.join()
        line.hang_up()

    def _speak(self, line: "_Line", over: Flag) -> None:
        start, number = time.monotonic(), 0
        while not over.wait(
            max(0.0, start + number / self._results - time.monotonic())
        ):
            line.say(_result(number, time.monotonic() - start))
            number += 1


@contextmanager
def serving(results: float = 0.0) -> Iterator[Service]:
    service = Service(results)
    thread = Thread(target=service.run)
    thread.start()
    try:
        yield service
    finally:
        service.close()
        thread.join()


class _Line:
    """A WebSocket, seen from the server."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._protocol = WSConnection(ConnectionType.SERVER)

    def events(self) -> Iterator[Event]:
        while data := self._received():
            self._protocol.receive_data(data)
            yield from self._protocol.events()

    def send(self, event: Event) -> None:
        self._line.sendall(self._protocol.send(event))

    def say(self, message: object) -> None:
        self.send(TextMessage(json.dumps(message)))

    def hang_up(self) -> None:
        try:
            self.say(_lifecycle("conversation_completed", conversationId=CONVERSATION))
            self.send(CloseConnection(code=1000))
            self._line.shutdown(socket.SHUT_WR)
            while self._received():
                pass
        except OSError:
            pass

    def _received(self) -> bytes:
        try:
            return self._line.recv(65536)
        except OSError:
            return b""


def _greeting() -> Iterator[dict[str, object]]:
    for name in ("conversation_created", "recognition_started", "started_listening"):
        yield _lifecycle(name, conversationId=CONVERSATION)


def _lifecycle(name: str, **data: str) -> dict[str, object]:
    return {"type": "message", "message": {"type": name, "data": data}}


def _result(number: int, elapsed: float) -> dict[str, object]:
    """A sentence that grows word by word; whole it is final, and begins anew."""
    said = _WORDS[: number % len(_WORDS) + 1]
    second = {"seconds": str(int(elapsed)), "nanos": 0}
    stamped = f"{' '.join(said)} {time.monotonic_ns()}"
    words = [{"word": word, "startTime": second, "endTime": second} for word in said]
    return {
        "type": "message",
        "message": {
            "type": "recognition_result",
            "isFinal": len(said) == len(_WORDS),
            "payload": {
                "raw": {
                    "alternatives": [
                        {"words": words, "transcript": stamped, "confidence": 0.9}
                    ]
                }
            },
            "punctuated": {"transcript": stamped},
            "user": {"id": "u-1", "name": "Ann", "userId": "ann@example.com"},
        },
        "timeOffset": number * 10,
    }
