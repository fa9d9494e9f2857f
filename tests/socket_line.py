"""One WebSocket to a real server, spoken by hand."""

import json
from dataclasses import dataclass, field
from typing import Self

import websocket

from tests.scripted_speech import cut

Frame = dict[str, object]


@dataclass
class SocketLine:
    """websocket-client with a time limit; keeps every frame it has read."""

    socket: websocket.WebSocket
    frames: list[Frame] = field(default_factory=list)
    close_code: int | None = None

    @classmethod
    def dial(
        cls, url: str, token: str, *, path: str = "/v1/streaming/", room: str
    ) -> "SocketLine":
        socket = websocket.create_connection(
            f"{url}{path}{room}", header=[f"X-API-KEY: {token}"], timeout=20
        )
        return cls(socket)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def start(self, **fields: object) -> "SocketLine":
        self.send({"type": "start_request", "insightTypes": ["question"], **fields})
        self.until("recognition_started")
        return self

    def send(self, fields: object) -> None:
        self.socket.send(fields if isinstance(fields, str) else json.dumps(fields))

    def audio(self, pcm: bytes) -> None:
        for piece in cut(pcm, 3200):
            self.socket.send_binary(piece)

    def stop(self) -> None:
        self.send({"type": "stop_request"})

    def read(self) -> Frame | None:
        """The next frame; `None` once the server has closed."""
        opcode, data = self.socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            self.close_code = int.from_bytes(data[:2])
            return None
        frame: Frame = json.loads(data)
        self.frames.append(frame)
        return frame

    def until(self, name: str, *, is_final: bool = True) -> Frame:
        """Read up to the frame of that type (an inner one, for messages)."""
        while (frame := self.read()) is not None:
            if kind(frame) == name and _is_final(frame) is is_final:
                return frame
        raise AssertionError(f"closed with {self.close_code} before {name}")

    def rest(self) -> list[Frame]:
        """Everything up to the server's close."""
        before = len(self.frames)
        while self.read() is not None:
            pass
        return self.frames[before:]

    def drop(self) -> None:
        """Cut the TCP connection without a word."""
        assert self.socket.sock is not None
        self.socket.sock.close()

    def close(self) -> None:
        """Let go of it, without waiting for the other end."""
        self.socket.shutdown()  # type: ignore[no-untyped-call] # the library's

    def texts(self) -> list[str]:
        """The final captions so far."""
        return texts(self.frames)


def kind(frame: Frame) -> str:
    message = frame.get("message")
    if frame["type"] == "message" and isinstance(message, dict):
        return str(message["type"])
    return str(frame["type"])


def _is_final(frame: Frame) -> bool:
    message = frame.get("message")
    return not isinstance(message, dict) or bool(message.get("isFinal", True))


def captions(frames: list[Frame]) -> list[Frame]:
    found = (f for f in frames if kind(f) == "recognition_result" and _is_final(f))
    return [message for frame in found if isinstance(message := frame["message"], dict)]


def texts(frames: list[Frame]) -> list[str]:
    return [str(pick(one, "punctuated", "transcript")) for one in captions(frames)]


def pick(fields: object, *path: str | int) -> object:
    """The value at *path* of nested JSON."""
    for step in path:
        if isinstance(step, str):
            assert isinstance(fields, dict)
            fields = fields[step]
        else:
            assert isinstance(fields, list)
            fields = fields[step]
    return fields
