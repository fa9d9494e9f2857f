"""What passes between the server and a worker: values, and the bytes of each.

A frame is its length, four bytes, then a line of JSON, then samples if any.
"""

import json
import struct
from typing import IO, TypeAlias

from ...frozen import dataclass
from .recognizer import HeardWord, Recognized

_LENGTH = struct.Struct("<I")
LENGTH_SIZE = _LENGTH.size


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    samples: bytes
    """32-bit floats at 16 kHz."""
    vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded."""


@dataclass(frozen=True, slots=True)
class Decoded:
    recognized: Recognized
    cost: float
    """Seconds of a core."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be done; whether the model or these samples are to blame shows when."""

    message: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """What was asked for is under way: a sign of life."""


Answer: TypeAlias = Ready | Decoded | Refused
Reply: TypeAlias = Answer | Working


def length_of(prefix: bytes) -> int:
    length: int = _LENGTH.unpack(prefix)[0]
    return length


def encode_request(request: DecodeRequest) -> bytes:
    head = json.dumps({"vocabulary": request.vocabulary}).encode() + b"\n"
    return _LENGTH.pack(len(head) + len(request.samples)) + head + request.samples


def decode_request(body: bytes) -> DecodeRequest:
    head, _, samples = body.partition(b"\n")
    return DecodeRequest(samples, tuple(json.loads(head)["vocabulary"]))


def encode_reply(reply: Reply) -> bytes:
    body = json.dumps(_plain(reply)).encode()
    return _LENGTH.pack(len(body)) + body


def decode_reply(body: bytes) -> Reply:
    match json.loads(body):
        case {"text": text, "words": words, "confidence": confidence, "cost": cost}:
            heard = tuple(HeardWord(*word) for word in words)
            return Decoded(Recognized(text, heard, confidence), cost)
        case {"refused": message, "suggestion": suggestion}:
            return Refused(message, suggestion)
        case {"working": True}:
            return Working()
        case _:
            return Ready()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The body of the next frame, `None` at the end of *stream*."""
    prefix = stream.read(LENGTH_SIZE)
    if len(prefix) < LENGTH_SIZE:
        return None
    length = length_of(prefix)
    body = stream.read(length)
    return body if len(body) == length else None


def _plain(reply: Reply) -> dict[str, object]:
    match reply:
        case Ready():
            return {}
        case Working():
            return {"working": True}
        case Refused(message=message, suggestion=suggestion):
            return {"refused": message, "suggestion": suggestion}
        case Decoded(recognized=said, cost=cost):
            words = [[w.text, w.start, w.end, w.confidence] for w in said.words]
            plain = {"text": said.text, "words": words, "confidence": said.confidence}
            return {**plain, "cost": cost}
