"""A real server that is reached through a faulty line, and what came of a run there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event as Flag
from uuid import uuid4

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import SymblError
from symbl_cli.lines import Body, End, State, Status, Transcript, fold
from symbl_cli.streaming.run import Control, Timing
from symbl_cli.streaming.transcribe import transcribe
from tests.fakes import TIMEOUT, RecordingSink, WatchedSink
from tests.faults import FaultyLine
from tests.server_process import ServerProcess, stored_at
from tests.streaming.runs import RUN, TIMING
from tests.streaming.voices import Voices

BEHIND_A_LINE = ("--recognizer", "scripted", "--allow-host", "127.0.0.1")
"""The port in the Host header is the faulty line's."""

PATIENT = replace(TIMING, last_words=20, silence=0.5, ping=0.1)


class Behind:
    """A server that is reached through a line."""

    def __init__(self, line: FaultyLine, server: Callable[[], ServerProcess]) -> None:
        self._line = line
        self._server = server

    def __call__(self) -> Endpoint:
        token = self._server().address.token
        return Endpoint(self._line.url, "", lambda: token, is_local=True)

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        return False


def port_of(server: ServerProcess) -> int:
    return int(server.ws_url.rpartition(":")[2])


@dataclass(frozen=True)
class Outcome:
    """All that must not depend on what happened to the connection."""

    said: tuple[tuple[str, str], ...]
    """Who said what, folded, in order."""
    stored: tuple[str, ...]
    """The same words, as the server keeps them."""
    stale: tuple[str, ...] = ()
    """Utterances that never became final."""
    twice: tuple[str, ...] = ()
    """Utterances that were told to be final more than once."""
    lost: float = 0.0
    """Seconds of sound."""

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each with who said it, sorted by speaker: however they were cut up."""
        pairs = [(who, word) for who, text in self.said for word in text.split()]
        return sorted(pairs, key=lambda pair: pair[0])


def outcome(sink: RecordingSink, server: ServerProcess) -> Outcome:
    """What came of the run that *sink* was told of."""
    kept = [body for body in fold(sink.bodies) if isinstance(body, Transcript)]
    kept.sort(key=lambda line: (line.start, line.speaker.name))
    told = [body for body in sink.bodies if isinstance(body, Transcript)]
    finals = [line.id for line in told if line.final and line.text]
    conversation = sink.lines[-1].conversation_id
    return Outcome(
        said=tuple((line.speaker.name, line.text) for line in kept if line.final),
        stored=tuple(stored_at(server.address, conversation)),
        stale=tuple(line.text for line in kept if not line.final),
        twice=tuple(id_ for id_ in finals if finals.count(id_) > 1),
        lost=sum(map(_lost, sink.bodies)),
    )


class Scene:
    """One run through a faulty line."""

    def __init__(self, line: FaultyLine, server: ServerProcess) -> None:
        self.line = line
        self.server = server
        self.sink = WatchedSink()
        self.is_up = Flag()
        self.is_up.set()

    def play(
        self, voices: Voices, folder: Path, *, timing: Timing = PATIENT
    ) -> Outcome:
        folder.mkdir(exist_ok=True)
        with voices(folder) as sources:
            transcribe(
                sources,
                Behind(self.line, self._server),
                replace(
                    RUN,
                    connection_id=str(uuid4()),
                    timing=timing,
                    max_retries=1000,
                ),
                self.sink,
                control=Control(),
            )
        return outcome(self.sink, self.server)

    def _server(self) -> ServerProcess:
        """Once it is there: whoever dials the server of this computer waits for it."""
        assert self.is_up.wait(TIMEOUT)
        return self.server

    def until(self, wanted: Callable[[Body], bool]) -> None:
        """Or until it is over without."""
        self.sink.until(
            lambda body: wanted(body) or isinstance(body, End), timeout=4 * TIMEOUT
        )


def _lost(body: Body) -> float:
    match body:
        case End(audio_dropped=seconds):
            return seconds
        case Status(state=State.RECONNECTED, lost=float(seconds)):
            return seconds
        case _:
            return 0.0


def is_final(body: Body) -> bool:
    return isinstance(body, Transcript) and body.final and bool(body.text)


def is_reconnected(body: Body) -> bool:
    return isinstance(body, Status) and body.state is State.RECONNECTED


def is_listening(body: Body) -> bool:
    return isinstance(body, Status) and body.state is State.LISTENING
