"""One speaker's way to the server: dial, send, and go on after every loss."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from threading import Event as Flag
from threading import Lock

from ..config.endpoint import Endpoint, Server
from ..errors import (
    AuthenticationError,
    ConnectionLost,
    SymblError,
    UnreachableError,
)
from ..frozen import dataclass
from ..lines import State, Status
from ..protocol.events import (
    ErrorMessage,
    Event,
    Lifecycle,
    Progress,
    RecognitionResult,
    Response,
    StartRequest,
)
from .client import Ended, HungUp, StreamingClient
from .dialing import Dialing
from .inbox import Inbox, Notice, Overflow, Received, Resumed, Trouble
from .patience import OwnPatience, Patience
from .retries import Connection, Persistence, Retries, Try
from .sender import Sender, Sending, SilentPeer
from .transport import DeadLine, Transport

log = logging.getLogger(__name__)

Dial = Callable[[Endpoint, Callable[[], float]], Transport]
"""Connects; the second argument says how long the line may be silent."""

LONG = 30.0
"""Seconds after which a connection has shown that it holds."""
LEAVING = 1.0
"""Seconds between two tries, at most, when somebody waits to leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What one uplink carries."""

    stream: int
    request: StartRequest
    """Epoch and after are filled in at every start."""
    epoch: int
    """The first dial has the next."""
    sending: Sending
    speaker: str | None
    """Named in states if one of several."""
    is_timeless: Callable[[], bool] = lambda: False
    """Whether it is known by now that it does not play live."""
    is_hearing_later: Callable[[], bool] = lambda: False
    """Whether the server may have most to do, and answer no ping, at the end."""
    is_recording: Callable[[], bool] = lambda: False
    """Whether sound still comes that cannot wait."""


class Uplink:
    """Runs on a thread of its own; `abandon` and `finalised` are for others."""

    def __init__(
        self,
        speech: Speech,
        server: Server,
        dial: Dial,
        inbox: Inbox,
        persistence: Persistence,
        patience: Patience,
    ) -> None:
        self._speech = speech
        self._server = server
        self._dial = dial
        self._inbox = inbox
        self._retries = Retries(persistence, speech.is_recording)
        self._timing = persistence.timing
        self._clock = persistence.clock
        self._patience = OwnPatience(patience, self._timing, self._clock, self._got_on)
        self._abandoned = Flag()
        self._client: StreamingClient | None = None
        self._lock = Lock()
        self._epoch = speech.epoch
        self._after: int | None = None
        self._sender: Sender | None = None
        self._carried = self._from = 0
        """Samples sent over earlier lines, and where this one began."""
        self._backlog = math.inf
        """The least that the server told of, in seconds of sound."""
        self._failure: SymblError | None = None
        """What ended the last connection or try."""
        self._lost_at: float | None = None
        self._last_word = self._clock()
        self._has_listened = False
        self._has_progress = False
        """Whether the last connection brought words, or held for long."""
        self._was_dialled = self._is_draining = False
        self.is_completed = False
        """Whether the server has all and said its last words."""
        self.sent = self.final_end = 0
        """The positions up to which sound was sent, and up to which all is final."""

    @property
    def carried(self) -> int:
        """Samples that were sent so far; a server may claim to have any number."""
        sender = self._sender
        return self._carried + (sender.position - self._from if sender else 0)

    @property
    def has_listened(self) -> bool:
        """Whether any server ever did."""
        return self._has_listened

    def finalised(self, position: int) -> None:
        """All before *position* is final: it is not needed any more."""
        self.final_end = max(self.final_end, position)
        self._speech.sending.spool.trim(position)

    def abandon(self) -> None:
        """Leave at once."""
        self._abandoned.set()
        self._speech.sending.spool.finish()
        with self._lock:
            if self._client is not None:
                self._client.abort()

    def run(self) -> None:
        """Until the conversation has ended; raises what ends it otherwise."""
        self._tell(State.CONNECTING)
        while not self._abandoned.is_set():
            try:
                self._converse()
            except SymblError as exc:
                if self._abandoned.is_set():
                    return
                self._wait(self._next_after(exc))
                self._failure = exc
            else:
                return

    # --- one connection

    def _converse(self) -> None:
        """From the dial to the end of the conversation; raises ConnectionLost."""
        self._has_progress = self._was_dialled = False
        self._carried, self._sender = self.carried, None
        transport = self._dialled()
        self._was_dialled = True
        with StreamingClient(
            transport,
            self._deliver,
            bears_garbage=self._retries.bears_garbage,
            clock=self._clock,
        ) as peer:
            self._hold(peer)
            began = self._clock()
            try:
                sender = self._greet(peer)
                try:
                    sender.send_all(self._abandoned.is_set)
                finally:
                    self.sent = max(self.sent, sender.position)
                self._tell_draining()
                sender.drain(self._patience)
                self.is_completed = True
            finally:
                self._last_word = peer.last_word
                self._has_progress |= self._clock() - began > LONG
                self._hold(None)

    def _dialled(self) -> Transport:
        """A new line, waited for as long as anybody has the patience."""
        dialing = Dialing(self._dial_anew)
        transport = dialing.wait(self._has_no_time, self._timing.look)
        if transport is None:
            raise self._failure or ConnectionLost(
                "the server does not answer",
                suggestion="check the URL and the network",
            )
        return transport

    def _dial_anew(self) -> Transport:
        """Dialled again at once where the server says that it helps."""
        silence = self._silence
        endpoint = self._server()
        try:
            return self._dial(endpoint, silence)
        except (UnreachableError, AuthenticationError) as exc:
            if not self._server.failed(endpoint, exc):
                raise
            return self._dial(self._server(), silence)

    def _silence(self) -> float:
        """Seconds without a byte after which a line is dead."""
        has_all = self._sender is not None and self._sender.has_arrived
        is_slow = has_all and self._speech.is_hearing_later()
        return self._timing.silence_at_end if is_slow else self._timing.silence

    def _got_on(self) -> float:
        """Seconds of sound that the server has taken, and those that are done."""
        rate = self._speech.sending.sample_rate
        sent = self.carried / rate
        backlog = min(self._backlog, sent)
        return sent + min(self.final_end / rate, sent) + (sent - backlog)

    def _has_no_time(self) -> bool:
        """Whether somebody who wants to leave has waited long enough."""
        patience = self._patience
        is_late = patience.is_short and patience.is_over(self._last_word)
        return is_late or self._abandoned.is_set()

    def _greet(self, peer: StreamingClient) -> Sender:
        self._epoch += 1
        request = replace(self._speech.request, epoch=self._epoch, after=self._after)
        if self._speech.is_timeless():
            request = replace(request, is_live=False)
        if self._epoch > 1:
            self._inbox.put(Resumed(self._speech.stream))
        asked = self._clock()
        hello = peer.start(request, lambda: self._is_enough(asked))
        sender = Sender(
            peer,
            hello,
            self._speech.sending,
            final_end=self.final_end,
            timing=self._timing,
            clock=self._clock,
        )
        self._from = sender.position
        self._sender = sender
        self._has_listened = True
        self._tell_listening(sender.lost)
        return sender

    def _is_enough(self, asked: float) -> bool:
        """Whether the answer to a start was waited for long enough."""
        is_late = self._clock() - asked > self._timing.start
        return is_late or (self._patience.is_short and self._patience.is_over(asked))

    def _deliver(self, event: Event, frame: str) -> None:
        """On the reader's thread; raises SilentPeer, for who waits to send, too."""
        if self._patience.is_exhausted:
            raise SilentPeer("the last words did not come back")
        match event:
            case (
                Lifecycle(event=int(number))
                | Response(event=int(number))
                | ErrorMessage(event=int(number))
            ):
                self._after = number
            case _:
                pass
        match event:
            case Progress(backlog=backlog):
                self._backlog = max(0.0, min(self._backlog, backlog))
            case _:
                pass
        self._has_progress |= isinstance(event, RecognitionResult)
        base = 0 if self._sender is None else self._sender.base
        now = self._clock()
        self._inbox.put(Received(self._speech.stream, event, frame, now, base))

    def _hold(self, peer: StreamingClient | None) -> None:
        with self._lock:
            self._client = peer
        if peer is not None and self._abandoned.is_set():
            peer.abort()

    # --- between two connections

    def _next_after(self, exc: SymblError) -> Try:
        """Raises *exc* where another try makes no sense."""
        log.info("connection %s ended: %s", self._epoch, exc.message)
        if self._has_listened and self._lost_at is None:
            self._lost_at = self._clock() - _silence_before(exc)
        lost = Connection(
            is_first=not self._has_listened,
            was_dialled=self._was_dialled,
            has_progress=self._has_progress,
        )
        try:
            following = self._retries.after(exc, lost)
            if self._has_no_time():
                raise exc
        except UnreachableError as last:
            if self._has_listened:
                _suggest_as_of_later(last)
            raise
        self._warn(exc)
        return following

    def _warn(self, exc: SymblError) -> None:
        """Of what may not pass by itself, where the state does not say enough."""
        match exc:
            case UnreachableError():
                pass
            case AuthenticationError() if self._retries.refusals == 1:
                pass  # a token may be too old for a server that has begun anew
            case _:
                self._inbox.put(Trouble(exc))

    def _wait(self, following: Try) -> None:
        is_short = self._patience.is_short
        delay = min(following.delay, LEAVING) if is_short else following.delay
        goes_on = self._speech.is_recording() and not is_short
        self._inbox.put(
            Notice(
                Status(
                    State.RECONNECTING,
                    speaker=self._speech.speaker,
                    attempt=following.number,
                    delay=round(delay, 3),
                    recording=None if goes_on else False,
                )
            )
        )
        self._pause(delay)

    def _pause(self, seconds: float) -> None:
        """Cut short when somebody wants to leave."""
        look = self._timing.look
        while seconds > 0 and not self._patience.is_short:
            if self._abandoned.wait(min(seconds, look)):
                return
            seconds -= look
        if seconds > 0:
            self._abandoned.wait(min(seconds, LEAVING))

    # --- news

    def _tell(self, state: State) -> None:
        self._inbox.put(Notice(Status(state, speaker=self._speech.speaker)))

    def _tell_draining(self) -> None:
        """Once, also where the last words take several connections."""
        self._patience.begin()
        if not self._is_draining:
            self._is_draining = True
            self._tell(State.DRAINING)

    def _tell_listening(self, missing: int) -> None:
        if self._lost_at is None:
            self._tell(State.LISTENING)
            return
        lost = missing / self._speech.sending.sample_rate
        gap = self._clock() - self._lost_at
        self._lost_at = None
        self._inbox.put(
            Notice(
                Status(
                    State.RECONNECTED,
                    speaker=self._speech.speaker,
                    gap=round(gap, 3),
                    lost=round(lost, 3),
                )
            )
        )


def _silence_before(exc: SymblError) -> float:
    """Seconds for which nothing had come when *exc* told of it."""
    match exc:
        case DeadLine(quiet=quiet):
            return quiet
        case _:
            return 0.0


def _suggest_as_of_later(exc: UnreachableError) -> None:
    """The URL was right: it was answered there."""
    match exc:
        case SilentPeer() | Ended() | HungUp() | Overflow():
            pass
        case _:
            exc.suggestion = "see whether the network works, and the server"
