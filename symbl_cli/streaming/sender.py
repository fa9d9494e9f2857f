"""One connection's sending: what was captured, in order, from the place agreed."""

import time
from collections.abc import Callable
from contextlib import suppress

from ..errors import ConnectionLost
from ..frozen import dataclass
from ..protocol.events import Audio, Skip, StopRequest
from .client import Ended, Hello, StreamingClient
from .patience import Patience
from .run import Timing
from .spool import Hole, Nothing, Piece, Sound, Spool

PING_EVERY = 2**14
"""Bytes of sound. However slowly a server reads what was sent all at once, it comes
upon a ping from time to time, and so does not pass for one that is gone."""


class SilentPeer(ConnectionLost):
    """It was asked to end, and says nothing more."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent, and how it is measured."""

    spool: Spool
    frame_size: int
    sample_rate: int


class Sender:
    """Belongs to the thread that sends."""

    def __init__(
        self,
        peer: StreamingClient,
        hello: Hello,
        sending: Sending,
        *,
        final_end: int,
        timing: Timing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*final_end*: where to go on with a server that does not count samples.

        Or that has lost them: what is final was told to all, and comes once.
        """
        self._peer = peer
        self._sending = sending
        self._timing = timing
        self._clock = clock
        self._pinged = clock()
        self._last_ping: int | None = None
        """The one behind all sound."""
        self._sent = 0
        """Bytes of sound since the last ping."""
        self._counts = hello.audio_received is not None
        received = hello.audio_received
        self.position = final_end if received is None else received
        """Of the next sample that is sent."""
        self.base = 0 if self._counts else self.position
        """The position that the server's own time counts from."""
        self._place = sending.spool.seek(self.position)
        self.lost = self._missing()
        """Samples before the first that can still be sent."""
        if self.position < final_end:
            self._place = sending.spool.seek(final_end)

    @property
    def has_arrived(self) -> bool:
        """Whether the server has got all sound, as far as it has said so."""
        ping = self._last_ping
        return ping is not None and self._peer.answered >= ping

    def send_all(self, stopped: Callable[[], bool]) -> None:
        """Until the source ends; raises ConnectionLost, Ended."""
        while not stopped():
            match self._sending.spool.get(self._place, self._timing.look):
                case Nothing.MORE:
                    self._last_ping = self._peer.ping()
                    return
                case Nothing.YET:
                    pass
                case (place, piece):
                    self._send(piece)
                    self._place = place
            self._peer.check()
            self._keep_alive()

    def drain(self, patience: Patience) -> None:
        """Ask for the end and wait for the last words; raises ConnectionLost."""
        with suppress(Ended):  # all the better
            self._peer.send(StopRequest())
        asked = self._clock()
        while not self._peer.wait_completed(self._timing.look):
            if patience.is_over(max(asked, self._peer.last_word)):
                raise SilentPeer("the last words did not come back")
            self._keep_alive()
        self._peer.wait_closed(self._timing.farewell)

    def _send(self, piece: Piece) -> None:
        """*piece*, or what of it the server has not got."""
        if piece.end < self.position:
            return
        match piece:
            case Hole():
                self._skip(piece)
            case Sound(start=start, end=end, pcm=pcm) if end > self.position:
                if start > self.position:
                    self._skip_to(start)
                known = (self.position - start) * self._sending.frame_size
                self._send_sound(pcm[known:] if known else pcm)
        self.position = piece.end

    def _send_sound(self, pcm: bytes) -> None:
        self._peer.send(Audio(pcm))
        self._sent += len(pcm)

    def _skip(self, hole: Hole) -> None:
        if self._counts:
            at = hole.at.isoformat()
            self._peer.send(Skip(start=self.position, end=hole.end, at=at))
        else:
            self.base += hole.end - self.position

    def _skip_to(self, start: int) -> None:
        """What is before *start* was given up, or never captured."""
        if self._counts:
            self._peer.send(Skip(start=self.position, end=start))
        else:
            self.base += start - self.position
        self.position = start

    def _missing(self) -> int:
        match self._sending.spool.get(self._place, 0):
            case (_, Sound(start=start)):
                return max(0, start - self.position)
            case _:
                return 0

    def _keep_alive(self) -> None:
        now = self._clock()
        if self._sent >= PING_EVERY or now - self._pinged >= self._timing.ping:
            self._pinged, self._sent = now, 0
            self._peer.ping()
