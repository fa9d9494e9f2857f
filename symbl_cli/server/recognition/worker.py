"""One recognition process: loads its model, decodes what it is sent, one at a time.

Run by the pool as `python -m symbl_cli.server.recognition.worker NAME FOLDER`; it
ends at once when its standard input does, in the middle of a decode too.
"""

import os
import sys
import time
from array import array
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Thread
from typing import BinaryIO

from ...errors import SymblError
from ..settings import RecognizerName
from .frames import (
    Decoded,
    DecodeRequest,
    Ready,
    Refused,
    Reply,
    Working,
    decode_request,
    encode_reply,
    read_frame,
)
from .memory import give_back
from .recognizer import SAMPLE_RATE, Recognizer

_BEAT = 1.0
"""Seconds between two signs of life."""
_MOST_UNTIDIED = 10 * 4 * SAMPLE_RATE
"""Bytes of samples after whose decoding memory is given back: it takes some 10 ms."""
_MOST_BEATS = 30
"""For one thing: what takes longer than that may never come to an end."""


def main(arguments: list[str]) -> None:
    replies = _private_stdout()
    requests: SimpleQueue[DecodeRequest] = SimpleQueue()
    Thread(
        target=_read, args=(sys.stdin.buffer, requests), name="requests", daemon=True
    ).start()
    pulse = _Pulse(replies)
    try:
        with pulse:
            name, model = RecognizerName(arguments[0]), Path(arguments[1])
            recognizer = open_recognizer(name, model)
    except SymblError as exc:
        _send(replies, Refused(exc.message, exc.suggestion))
        return
    _send(replies, Ready())
    untidied = 0
    while True:
        request = requests.get()
        with pulse:
            reply = _decode(recognizer, request)
        _send(replies, reply)
        untidied += len(request.samples)
        if untidied > _MOST_UNTIDIED:
            give_back()
            untidied = 0


def open_recognizer(name: RecognizerName, model: Path) -> Recognizer:
    match name:
        case RecognizerName.SCRIPTED:
            from .scripted import ScriptedRecognizer

            return ScriptedRecognizer()
        case RecognizerName.MOONSHINE:
            from .models import read_model
            from .moonshine import MoonshineRecognizer

            return MoonshineRecognizer(read_model(model))


class _Pulse:
    """Tells, from a thread of its own, that something is under way; never after it."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._changed = Condition()
        self._beats_left = 0
        Thread(target=self._beat, name="pulse", daemon=True).start()

    def __enter__(self) -> None:
        self._set(_MOST_BEATS)

    def __exit__(self, *_: object) -> None:
        self._set(0)

    def _set(self, beats: int) -> None:
        with self._changed:
            self._beats_left = beats
            self._changed.notify()

    def _beat(self) -> None:
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._beats_left)
                if not self._changed.wait(_BEAT):
                    self._beats_left -= 1
                    _send(self._replies, Working())


def _private_stdout() -> BinaryIO:
    """Replies have the pipe for themselves: what a library prints goes to stderr."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return replies


def _read(stream: BinaryIO, requests: "SimpleQueue[DecodeRequest]") -> None:
    while (body := read_frame(stream)) is not None:
        requests.put(decode_request(body))
    os._exit(0)


def _decode(recognizer: Recognizer, request: DecodeRequest) -> Reply:
    started = time.process_time()
    samples = array("f", request.samples)
    try:
        recognized = recognizer.recognize(samples, request.vocabulary)
    except SymblError as exc:
        return Refused(exc.message, exc.suggestion)
    return Decoded(recognized, time.process_time() - started)


def _send(replies: BinaryIO, reply: Reply) -> None:
    try:
        replies.write(encode_reply(reply))
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
