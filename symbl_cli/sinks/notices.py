"""What is said on stderr, for people or for programs."""

from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from ..errors import SymblError
from ..lines import Line
from ..protocol.events import Json
from ..text.terminal import terminal_safe
from .json_form import to_json

_PATIENCE = 5.0
"""Seconds that stderr may take for what is left to say."""


class Notices(Protocol):
    """Says one thing in one line."""

    def status(self, message: str) -> None: ...

    def warning(self, message: str, *, suggestion: str = "") -> None: ...

    def error(self, error: SymblError) -> None: ...


class TextStream(Protocol):
    """Stderr, or what stands in for it."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class PlainNotices:
    """Sentences for people; with *quiet* no statuses."""

    def __init__(self, stream: TextStream, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet

    def status(self, message: str) -> None:
        if not self._quiet:
            self._say(message)

    def warning(self, message: str, *, suggestion: str = "") -> None:
        self._say(f"Warning: {_sentences(message, suggestion)}")

    def error(self, error: SymblError) -> None:
        self._say(f"Error: {_sentences(error.message, error.suggestion)}")

    def _say(self, text: str) -> None:
        _write(self._stream, terminal_safe(text))


class JsonNotices:
    """One JSON object a line, named by what it is; with *quiet* no statuses."""

    def __init__(self, stream: TextStream, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet

    def status(self, message: str) -> None:
        if not self._quiet:
            self._say("status", {"message": message})

    def warning(self, message: str, *, suggestion: str = "") -> None:
        self._say("warning", {"message": message, "suggestion": suggestion})

    def error(self, error: SymblError) -> None:
        fields: dict[str, Json] = {
            "type": error.kind,
            "message": error.message,
            "suggestion": error.suggestion,
        }
        self._say("error", fields)

    def _say(self, name: str, fields: dict[str, Json]) -> None:
        _write(self._stream, to_json({name: fields}))


class NoticesOfARun:
    """Says things on a thread of its own: a terminal that stands still stalls nobody.

    As a sink it hears nothing; `close` says what is left, if stderr takes it.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._is_closed = False
        # Not joined when stderr never takes what we write.
        self._thread = Thread(target=self._run, name="notices", daemon=True)
        self._thread.start()

    def status(self, message: str) -> None:
        self._waiting.put(partial(self._notices.status, message))

    def warning(self, message: str, *, suggestion: str = "") -> None:
        say = partial(self._notices.warning, message, suggestion=suggestion)
        self._waiting.put(say)

    def error(self, error: SymblError) -> None:
        self._waiting.put(partial(self._notices.error, error))

    def handle(self, line: Line) -> None:
        """What a line means for people is said by others."""

    def close(self) -> None:
        self._waiting.put(self._end)
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while not self._is_closed:
            self._waiting.get()()

    def _end(self) -> None:
        self._is_closed = True


def _sentences(message: str, suggestion: str) -> str:
    if not suggestion:
        return message
    is_ended = message.endswith((".", "!", "?", ":"))
    return f"{message}{'' if is_ended else ';'} {suggestion}"


def _write(stream: TextStream, text: str) -> None:
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except OSError:
        pass  # nobody reads stderr: there is nowhere left to say so
