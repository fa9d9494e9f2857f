"""One conversation with a server over one transport."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from types import TracebackType
from typing import Self

from ..errors import ConnectionLost, LanguageError, RemoteProtocolError, SymblError
from ..frozen import dataclass
from ..protocol.codec import decode, encode, read_text
from ..protocol.events import (
    ClientEvent,
    ConversationCompleted,
    ErrorMessage,
    Event,
    NestedError,
    Progress,
    RecognitionResult,
    RecognitionStarted,
    RecognitionStopped,
    Response,
    StartedListening,
    StartRequest,
)
from ..protocol.session import ClientSession, State
from .transport import Farewell, Transport

log = logging.getLogger(__name__)

MAX_GARBAGE = 20
"""Frames in a row that make no sense, after which a server is given up."""

_NORMAL = 1000
_AFTERTHOUGHT = 1.0
"""Seconds for a server to hang up after an error."""
_LOOK = 0.25
"""Seconds after which somebody who waits asks whether it is enough."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The server listens."""

    audio_received: int | None
    """Samples of the stream that it holds; `None`: it does not count them."""


class StreamingClient:
    """Says one speaker's part and hands on what the server says, in order.

    A thread of its own reads: transport, codec, session, *deliver*, nothing else.
    Use it as a context manager: leaving it ends the thread and the connection.
    """

    def __init__(
        self,
        transport: Transport,
        deliver: Callable[[Event, str], None],
        *,
        bears_garbage: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*bears_garbage*: frames that make no sense are passed over, not a loss.

        They always are where the server does not count samples: it could not say
        again what was in them.
        """
        self._transport = transport
        self._deliver = deliver
        self._bears_garbage = bears_garbage
        self._clock = clock
        self._session = ClientSession()
        self._changed = Condition()
        self._hello: Hello | None = None
        self._refusal = ""
        self._unknown_language: LanguageError | None = None
        self._farewell: Farewell | None = None
        self._failure: SymblError | None = None
        self._is_completed = False
        self._is_stopped = False
        self._garbage = 0
        self._has_missed_some = False
        self._left_at = math.inf
        self._last_frame = ""
        self.last_word = clock()
        """When the server last said something of what was said, and something new."""
        self._reader = Thread(target=self._read, name="reader", daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, request: StartRequest, is_enough: Callable[[], bool]) -> Hello:
        """Ask to be listened to, and wait for it until *is_enough*.

        Raises ConnectionLost, and RemoteProtocolError where the server refuses,
        LanguageError where that is why.
        """
        self.send(request)
        with self._changed:
            while self._hello is None:
                self._raise_if_over()
                if self._unknown_language is not None:
                    raise self._unknown_language
                if self._refusal:
                    # The close code, if one follows, tells whether to come back.
                    self._changed.wait_for(lambda: self._is_over, _AFTERTHOUGHT)
                    self._raise_if_over()
                    raise RemoteProtocolError(
                        f"the server refused to start: {self._refusal}"
                    )
                if is_enough():
                    raise ConnectionLost(
                        "the server does not answer the start request",
                        suggestion="check that the URL is one of a Streaming API",
                    )
                self._changed.wait(_LOOK)
            return self._hello

    def send(self, event: ClientEvent) -> None:
        """Raises LocalProtocolError, ConnectionLost, Ended."""
        with self._changed:
            self._raise_if_over()
            if self._session.state is State.COMPLETED:
                raise Ended
            self._session.send(event)
        frame = encode(event)
        if isinstance(frame, str):
            log.debug("> %s", frame)
        with self._told_first_by_reader():
            self._transport.send(frame)

    def ping(self) -> int:
        """As `Transport.ping`."""
        with self._told_first_by_reader():
            return self._transport.ping()

    @property
    def answered(self) -> int:
        """As `Transport.answered`."""
        return self._transport.answered

    def check(self) -> None:
        """Raises ConnectionLost or Ended where no more can be sent."""
        with self._changed:
            if self._is_completed:
                raise Ended
            self._raise_if_over()

    def wait_completed(self, timeout: float) -> bool:
        """Whether the conversation has ended, waited for; raises ConnectionLost.

        A server that closes the socket in order after it was asked to stop has
        nothing more to say either.
        """
        with self._changed:
            if not self._is_completed and not self._is_over:
                self._changed.wait(timeout)
            if self._is_completed or self._ended_in_order:
                return True
            self._raise_if_over()
            return False

    def wait_closed(self, timeout: float) -> None:
        """Wait for the frame after the last one, so that nobody misses it."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopped or self._is_over, timeout)

    def close(self) -> None:
        """Say goodbye, and end the reading; idempotent."""
        self._left_at = min(self._left_at, self._clock())
        if not self._is_over:
            self._transport.close()
        self._transport.abort()
        self._reader.join()
        self._transport.release()

    def abort(self) -> None:
        """Cut the line from another thread: whoever waits gets ConnectionLost."""
        self._transport.abort()

    @property
    def _is_over(self) -> bool:
        return self._farewell is not None or self._failure is not None

    @property
    def _ended_in_order(self) -> bool:
        code = self._farewell.code if self._farewell else None
        return code == _NORMAL and self._session.state is State.DRAINING

    @contextmanager
    def _told_first_by_reader(self) -> Iterator[None]:
        """The reader knows why: having lost the line it cuts it for who sends."""
        try:
            yield
        except ConnectionLost:
            with self._changed:
                if self._failure is not None:
                    raise self._failure from None
            raise

    def _raise_if_over(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._farewell is not None:
            raise HungUp(self._farewell)

    def _read(self) -> None:
        """The reader thread."""
        try:
            while not isinstance(payload := self._transport.receive(), Farewell):
                if self._clock() > self._left_at + _AFTERTHOUGHT:
                    return  # it would go on for ever
                self._take(payload)
            with self._changed:
                self._farewell = payload
                self._changed.notify_all()
        except SymblError as exc:
            with self._changed:
                self._failure = exc
                self._changed.notify_all()
            self._transport.abort()  # whoever waits to send need not wait longer

    def _take(self, payload: bytes) -> None:
        try:
            frame = read_text(payload)
            log.debug("< %s", frame)
            event = decode(frame)
        except RemoteProtocolError as exc:
            if self._may_hear_it_again and not self._bears_garbage:
                raise Garbled(exc.message) from exc
            self._has_missed_some = True
            self._count_garbage(exc)
            return
        try:
            with self._changed:
                is_good = self._session.receive(event)
        except RemoteProtocolError as exc:
            self._count_garbage(exc)
            return
        self._garbage = 0
        if is_good:
            self._deliver(event, frame)
            self._note(event)
            self._note_word(event, frame)

    @property
    def _may_hear_it_again(self) -> bool:
        return self._hello is not None and self._hello.audio_received is not None

    def _count_garbage(self, exc: RemoteProtocolError) -> None:
        self._garbage += 1
        log.warning("the server sent what makes no sense: %s", exc)
        if self._garbage >= MAX_GARBAGE:
            raise RemoteProtocolError(
                f"the server sends only garbage: {exc}",
                suggestion="check the URL; does it speak Symbl's Streaming API?",
            )

    def _note_word(self, event: Event, frame: str) -> None:
        match event:
            case RecognitionResult() | Response() if frame == self._last_frame:
                pass
            case RecognitionResult() | Response() | Progress():
                self._last_frame = frame
                self.last_word = self._clock()
            case _:
                pass

    def _note(self, event: Event) -> None:
        with self._changed:
            match event:
                case StartedListening(audio_received=received):
                    self._hello = Hello(received)
                case RecognitionStarted() if self._hello or not self._has_missed_some:
                    self._hello = self._hello or Hello(None)
                case RecognitionStarted():
                    raise Garbled("it may count samples, and nobody heard how many")
                case ConversationCompleted():
                    self._is_completed = True
                case RecognitionStopped():
                    self._is_stopped = True
                case ErrorMessage(extra={"kind": LanguageError.kind} as extra):
                    suggestion = str(extra.get("suggestion") or "")
                    error = LanguageError(event.details, suggestion=suggestion)
                    self._unknown_language = error
                case ErrorMessage() | NestedError():
                    self._refusal = event.details or event.message or "no reason given"
                    log.warning("the server reports an error: %s", self._refusal)
                case _:
                    return
            self._changed.notify_all()


class Ended(ConnectionLost):
    """The server has ended the conversation, though we have not."""

    def __init__(self) -> None:
        super().__init__("the server ended the conversation before it was asked to")


class Garbled(ConnectionLost):
    """The line, or the server, made nonsense of a frame."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the server sent what makes no sense: {what}")


class HungUp(ConnectionLost):
    """The server closed the socket; *code* says why."""

    def __init__(self, farewell: Farewell) -> None:
        reason = f": {farewell.reason}" if farewell.reason else ""
        super().__init__(f"the server hung up (close code {farewell.code}){reason}")
        self.code = farewell.code
