"""A conversation that a program holds."""

import atexit
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from threading import Condition
from uuid import UUID

from ..audio.channels import MixedSource
from ..audio.microphone import Microphone, open_microphone
from ..audio.source import Absent, Captured, Chunk, Skipped, SourceState
from ..connect.lease import hold_lease
from ..errors import RemoteProtocolError, SymblError, UsageError
from ..lines import EndReason, Line, State, Status
from ..media.format import Encoding
from ..protocol.events import Fields
from ..streaming.run import Control, Run
from ..streaming.tasks import Task
from ..streaming.transcribe import transcribe
from . import arguments
from .conversation import Conversation
from .events import Callback, Events
from .service import Service
from .sound import SentSound

log = logging.getLogger(__name__)

NAMED_WITHIN = 10.0
"""Seconds for a server that listens to say how it calls the conversation."""


class StreamingConnection:
    """What `Streaming.start_connection` gives; all of it may be used by any thread.

    Sound and words travel on threads of its own, through every loss of the line.
    They do not keep the program alive: at its end `stop` is called.
    """

    def __init__(
        self,
        service: Service,
        run: Run,
        lease: UUID,
        sound: SentSound,
        start_request: Fields,
    ) -> None:
        """Returns when the server listens; raises why it does not."""
        self.connectionId = run.connection_id
        self.start_request = start_request
        """What was asked for, as the API has it."""
        self.conversation = Conversation(self._conversation_id, service)
        self._service = service
        self._run = run
        self._lease = lease
        self._sound = sound
        self._control = Control()
        self._progress = _Progress()
        _open.add(self)
        self._events = Events(ended=partial(_open.discard, self))
        self._microphones: set[Microphone] = set()
        self._task = Task("symbl connection", self._converse, self._finished)
        self._wait_until_listening()

    def subscribe(self, event_callbacks: Mapping[str, Callback]) -> None:
        """Call back with each message of these types, in place of the ones before.

        On one thread, in order; what came before the first `subscribe` comes too.
        """
        self._events.subscribe(_callbacks(event_callbacks))

    def send_audio(self, data: bytes) -> None:
        """Send sound of any length, as `config` has it; never loses any.

        Waits while more than twelve minutes of it (64 MiB) have not been taken.
        Raises what has ended the conversation, and UsageError after `stop`.
        """
        try:
            sound = bytes(memoryview(data))
        except TypeError:
            kind = type(data).__name__
            raise UsageError(f"send_audio takes bytes, not {kind}") from None
        if not self._sound.send(sound):
            self._raise_failure()
            raise UsageError("sound was sent on a connection that has been stopped")

    def send_audio_from_mic(self, device: str | int | None = None) -> None:
        """Record and send until `stop`, or until Ctrl-C, which stops too.

        *device* is a name, a part of one or a number of `symbl devices`.
        """
        try:
            with self._recording(device) as captured:
                for item in captured:
                    self._send(item)
            self._raise_failure()
        except KeyboardInterrupt:  # as the vendor had it
            self.stop()

    def stop(self) -> None:
        """Wait for the last words and the end of the conversation.

        Raises what went wrong, if anything did: the conversation first, then the
        first callback that failed. Called by a callback it asks, and returns.
        """
        self._sound.close()
        for microphone in tuple(self._microphones):
            microphone.close()
        if self._events.is_calling:
            return
        try:
            self._task.join()
            self._events.join()
        except KeyboardInterrupt:
            self._leave()
            raise
        self._raise_failure()
        if self._events.failure is not None:
            raise self._events.failure

    # --- its threads

    def _converse(self) -> None:
        with hold_lease(self._service.server, self._lease):
            transcribe(
                [self._sound],
                self._service.server,
                self._run,
                self._progress,
                control=self._control,
                on_frame=self._events.put,
            )

    def _finished(self) -> None:
        self._sound.close()
        self._events.finish()
        self._progress.finish()

    def _leave(self) -> None:
        """Without the last words."""
        for _ in range(2):
            self._control.stop(EndReason.INTERRUPTED)

    # --- waiting

    def _wait_until_listening(self) -> None:
        try:
            self._progress.wait_until_listening()
        except KeyboardInterrupt:
            self._leave()
            raise
        self._raise_failure()

    def _conversation_id(self) -> str:
        found = self._progress.wait_for_id(NAMED_WITHIN)
        if found is None:
            self._raise_failure()
            raise RemoteProtocolError("the server did not say the conversation's id")
        return found

    def _raise_failure(self) -> None:
        if self._task.error is not None:
            raise self._task.error

    # --- the microphone

    @contextmanager
    def _recording(self, device: str | int | None) -> Iterator[Iterator[Captured]]:
        if self._sound.format.encoding is not Encoding.LINEAR16:
            raise UsageError("a microphone records LINEAR16, whatever config says")
        wanted = device if device is not None else self._configured_device()
        rate = self._sound.format.sample_rate
        microphone = open_microphone(str(wanted), sample_rate=rate)
        self._microphones.add(microphone)
        try:
            if self._sound.is_closed:
                microphone.close()
            yield MixedSource(microphone, None).chunks()
        finally:
            microphone.close()
            self._microphones.discard(microphone)

    def _configured_device(self) -> str:
        return next(iter(self._service.settings.device), "mic")

    def _send(self, captured: Captured) -> None:
        match captured:
            case Chunk(pcm=pcm):
                self._sound.send(pcm)
            case Skipped(start=start, end=end, cause=cause):
                self._sound.skip(end - start, cause)
            case SourceState():
                log.info("microphone: %s", captured)
            case Absent():
                pass


def _callbacks(given: object) -> dict[str, Callback]:
    found: dict[str, Callback] = {}
    for name, callback in arguments.mapping("event_callbacks", given).items():
        if not callable(callback):
            kind = type(callback).__name__
            raise UsageError(f"event_callbacks[{name!r}] must be callable, not {kind}")
        found[name] = callback
    return found


class _Progress:
    """A sink that knows how far the conversation has come."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._id: str | None = None
        self._is_listening = False
        self._is_over = False

    def handle(self, line: Line) -> None:
        with self._changed:
            self._id = line.conversation_id
            match line.body:
                case Status(state=State.LISTENING):
                    self._is_listening = True
                case _:
                    pass
            self._changed.notify_all()

    def close(self) -> None:
        pass

    def finish(self) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def wait_until_listening(self) -> None:
        """Or until it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_listening or self._is_over)

    def wait_for_id(self, timeout: float) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._id or self._is_over, timeout)
            return self._id


_open: set[StreamingConnection] = set()


@atexit.register
def _stop_all() -> None:
    """The last words of a program that forgot to wait for them."""
    for connection in tuple(_open):
        try:
            connection.stop()
        except SymblError as exc:
            log.error("%s", exc.message)  # noqa: TRY400 — one sentence
