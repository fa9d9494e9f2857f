"""A real server that is reached through a faulty line, and what came of a run there."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.request import Request, urlopen

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import SymblError
from symbl_cli.lines import Body, End, State, Status, Transcript, fold
from tests.fakes import RecordingSink
from tests.faults import FaultyLine
from tests.server_process import ServerProcess
from tests.streaming.runs import TIMING

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
        stored=tuple(_stored(server, conversation)),
        stale=tuple(line.text for line in kept if not line.final),
        twice=tuple(id_ for id_ in finals if finals.count(id_) > 1),
        lost=sum(map(_lost, sink.bodies)),
    )


def _lost(body: Body) -> float:
    match body:
        case End(audio_dropped=seconds):
            return seconds
        case Status(state=State.RECONNECTED, lost=float(seconds)):
            return seconds
        case _:
            return 0.0


def _stored(server: ServerProcess, conversation: str | None) -> Sequence[str]:
    request = Request(
        f"{server.address.url}/v1/conversations/{conversation}/messages",
        headers={"Authorization": f"Bearer {server.address.token}"},
    )
    with urlopen(request, timeout=20) as answer:
        return [str(message["text"]) for message in json.load(answer)["messages"]]


def is_final(body: Body) -> bool:
    return isinstance(body, Transcript) and body.final and bool(body.text)


def is_reconnected(body: Body) -> bool:
    return isinstance(body, Status) and body.state is State.RECONNECTED


def is_listening(body: Body) -> bool:
    return isinstance(body, Status) and body.state is State.LISTENING
