"""A server that says more than anybody can have said."""

from collections.abc import Callable

from ..errors import UnreachableError
from ..lines import Body, Transcript
from ..protocol.events import (
    ErrorMessage,
    NestedError,
    RecognitionResult,
    Response,
)
from .inbox import Received

_AT_ONCE = 10_000
"""All that was said before, to somebody who joins."""
_A_SECOND = 30
"""Of sound: people say less than one thing a second; much may be found in it."""
_LENGTH = 1024
"""Bytes of one thing; more are several."""


class Flood(UnreachableError):
    """What is kept of each thing would fill the memory."""


class FloodGate:
    """Counts what is kept: all but interim results, and of each frame every line."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """*seconds*: of sound that the server has."""
        self._seconds = seconds
        self._count = 0

    def check(self, received: Received) -> None:
        """Raises Flood."""
        match received.event:
            case RecognitionResult(is_final=False):
                return
            case RecognitionResult() | Response() | ErrorMessage() | NestedError():
                self._count += 1 + len(received.frame) // _LENGTH
            case _:
                return
        self._look()

    def check_line(self, body: Body) -> None:
        """Raises Flood."""
        match body:
            case Transcript(final=False):
                pass
            case _:
                self._count += 1
                self._look()

    def _look(self) -> None:
        if self._count > _AT_ONCE + _A_SECOND * self._seconds():
            raise Flood(
                "the server says more than anybody can have said: "
                f"{self._count} things of {self._seconds():.0f} seconds",
                suggestion="check that api_url names a server that can be trusted",
            )
