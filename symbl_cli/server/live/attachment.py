"""One socket at a conversation."""

from ...protocol.events import (
    InsightResponse,
    RecognitionResult,
    RecognitionStopped,
    ServerEvent,
    StartRequest,
    TopicResponse,
)
from .mailbox import Mailbox
from .outbox import Addressed, Audience
from .port import Outgoing, Role
from .stream import Stream


class Attachment:
    """Belongs to one event loop."""

    def __init__(self, role: Role, most_frames: float) -> None:
        self.role = role
        self.mailbox = Mailbox(most_frames)
        self.stream: Stream | None = None
        self.is_listening = role is Role.SUBSCRIBER
        """Whether it gets what is said now; before, it is still being caught up."""
        self._wanted: frozenset[str] | None = None

    def join(self, stream: Stream, request: StartRequest) -> None:
        self.stream = stream
        # The vendor's own server sent insights where an empty list was given (§2.1).
        self._wanted = frozenset(request.insight_types or ()) or None

    def leave(self) -> None:
        self.stream = None
        self.is_listening = False

    def send(self, event: ServerEvent) -> None:
        """To this socket alone."""
        self.mailbox.put(Outgoing(event))

    def offer(self, addressed: Addressed) -> None:
        """Send *addressed* if it is for this socket."""
        if self._is_for_me(addressed) and self._wants(addressed.event):
            self.mailbox.put(Outgoing(addressed.event, self._ends_with(addressed)))

    def _is_for_me(self, addressed: Addressed) -> bool:
        is_own = self.stream is not None and self.stream.id == addressed.stream
        match addressed.audience:
            case Audience.EVERYBODY:
                return True
            case Audience.CAPTIONS:
                return is_own or self.role is Role.SUBSCRIBER
            case Audience.SUBSCRIBERS:
                return self.role is Role.SUBSCRIBER
            case Audience.STREAM:
                return is_own

    def _wants(self, event: ServerEvent) -> bool:
        is_ours = self.stream is not None and self.stream.is_ours
        match event:
            case RecognitionResult(is_final=True):
                # That an utterance came to nothing is ours to know.
                return is_ours or bool(event.text)
            case _ if self._wanted is None:
                return True
            case InsightResponse(insights=insights):
                return any(insight.type in self._wanted for insight in insights)
            case TopicResponse():
                # Vendor clients get topics regardless (§2.1).
                return not is_ours or "topic" in self._wanted
            case _:
                return True

    def _ends_with(self, addressed: Addressed) -> bool:
        if addressed.audience is Audience.SUBSCRIBERS:
            return True
        return (
            isinstance(addressed.event, RecognitionStopped)
            and self.stream is not None
            and self.stream.disconnects_on_stop
        )
