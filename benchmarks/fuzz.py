"""Malformed frames and requests against a real server; prints what came of them.

    python -m benchmarks.fuzz [--frames 100000] [--requests 20000] [--seed 1]

Ends with 1 where the server failed, answered with a 5xx or logged a failure of its
own, or where somebody who spoke meanwhile was not heard in full.
"""

import argparse
import http.client
import json
import os
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from urllib.parse import quote, urlsplit

from symbl_cli.server.rest.answering import ROUTES
from symbl_cli.server.store.store import open_store
from tests.hostile.attacker import (
    BINARY,
    PING,
    TEXT,
    frame,
    megabytes,
    upgrade,
)
from tests.rest.desk import Client, exported
from tests.scripted_speech import speech
from tests.server_process import ServerProcess
from tests.socket_line import SocketLine
from tests.store.samples import MEETING, whole_meeting

AT_ONCE = 50
"""Frames after which the server has to show that it is there."""
ON_ONE = 1000
"""Frames after which a socket is left for another."""
SILENT = 2.0
"""Seconds after which the server waits for the rest of a frame, and ever will."""
PAUSE = 0.2
"""Seconds between two conversations of somebody else."""
SAID = ("The van is late.", "Who books the room?")
START = {
    "type": "start_request",
    "insightTypes": ["question", "action_item", "topic"],
    "streamId": "s-1",
    "epoch": 1,
    "after": 1_000_000,
    "startedAt": "2026-11-24T09:30:00Z",
    "noConnectionTimeout": 0,
    "disconnectOnStopRequest": False,
    "customVocabulary": ["Kestrel"],
    "config": {
        "meetingTitle": "Depot",
        "confidenceThreshold": 0.6,
        "languageCode": "en-US",
        "timezone": "Europe/Oslo",
        "speechRecognition": {"encoding": "LINEAR16", "sampleRateHertz": 16000},
        "trackers": {"interimResults": True},
        "redaction": {"identifyContent": True, "redactContent": True},
        "redact": ["email"],
        "fixes": [{"wrong": "a b", "right": "c"}],
    },
    "trackers": [{"name": "Delay", "vocabulary": ["running late"]}],
    "speaker": {"userId": "mara@example.net", "name": "Mara", "peerId": 7},
}
CORPUS: tuple[object, ...] = (
    START,
    {"type": "modify_request", "speechRecognition": {"sampleRateHertz": 8000}},
    {"type": "stop_request"},
    {"type": "skip", "from": 0, "to": 16000, "at": "2026-11-24T09:30:00Z"},
    {"type": "message", "message": {"type": "recognition_result"}},
)
OFTEN = (10, 5, 0.02, 5, 2)
"""A stop ends its socket."""
ROOT = "/v1/conversations"


def _whole() -> object:
    """One of everything, as it is exported."""
    with open_store(None) as store:
        store.write(*whole_meeting()).result(10)
        return exported(Client(store))


WHOLE = _whole()
CONVERSATION = {
    "name": "n",
    "metadata": {"k": "v"},
    "startTime": "2026-11-24T09:30:00Z",
}
MARK = {"label": "l", "description": "d", "beginTimeOffset": 1, "duration": 2}
FILE = {"contentType": "text/srt", "showSpeakerSeparation": True}
MEMBER = {"id": "x", "name": "Ann", "email": "ann@example.org"}
SPOKEN = {
    "speakerEvents": [
        {
            "type": "started_speaking",
            "user": {"id": "u", "name": "Ann"},
            "offset": {"seconds": 1, "nanos": 5},
        }
    ]
}
SMALL = {
    "conversation": {"id": "9", "name": "n", "members": [{"id": "m"}]},
    "messages": [{"id": "1", "text": "Hi.", "from": {"id": "m"}}],
    "topics": [{"id": "t", "text": "van", "score": 0.5}],
    "bookmarks": [{"id": "b", "label": "l", "beginTimeOffset": 1}],
}
BODIES: tuple[object, ...] = (CONVERSATION, MARK, FILE, MEMBER, SPOKEN, SMALL, WHOLE)
FITTING: Mapping[str, object] = {
    "": CONVERSATION,
    ROOT: WHOLE,
    "/members/{member}": MEMBER,
    "/speakers": SPOKEN,
    "/transcript": FILE,
    "/bookmarks": MARK,
    "/bookmarks/{bookmark}": MARK,
}
"""What a route asks for, by the end of its template."""
SERVED = [
    route
    for route in ROUTES
    if not any(one in route.template for one in ("experience", "score", "lm-insights"))
]
"""The other routes read nothing, and say so."""
KNOWN = 0.9
"""Of the routes, names and bodies, those of something that is there."""
MOST_NOT_FOUND = 0.25
ODD: tuple[object, ...] = (
    *(None, True, False, 0, -1, 2**63, -(2**64), 1e308, 0.1, "", "x", "\0", "\u202e"),
    *("9" * 5000, "é" * 300, "../../etc/passwd", "2026-99-99T99:99:99Z", "NaN"),
    *([], {}, [[]], [None], {"": {}}, {"type": "x"}, [{"type": []}], ["x"] * 500),
)
QUERIES = ("limit", "offset", "q", "startTime", "endTime", "verbose", "sort", "filter")
IDS = ("last", "x", "%00", "..", "%2e%2e%2f", "é", "9" * 400, "'; DROP TABLE x", "{}")


def warped(value: object, chance: random.Random) -> object:
    """*value* with something in it that does not belong there."""
    if chance.random() < 0.15:
        return chance.choice(ODD)
    match value:
        case dict():
            fields = {name: warped(one, chance) for name, one in value.items()}
            if fields and chance.random() < 0.1:
                del fields[chance.choice(list(fields))]
            return fields
        case list():
            return [warped(one, chance) for one in value for _ in range(_few(chance))]
        case _:
            return value


def _few(chance: random.Random) -> int:
    return chance.choice((0, 1, 1, 1, 2))


def damaged(data: bytes, chance: random.Random) -> bytes:
    """*data* cut, or with some bytes changed."""
    some = bytearray(data)
    for _ in range(chance.randrange(4)):
        if some:
            some[chance.randrange(len(some))] = chance.randrange(256)
    return bytes(some[: chance.randrange(len(some) + 1)])


def bad_frame(chance: random.Random) -> bytes:
    """A frame that is wrong in what it says, in its bytes, or in its form."""
    [example] = chance.choices(CORPUS, OFTEN)
    said = json.dumps(warped(example, chance)).encode()
    match chance.randrange(1000):
        case 0:
            return damaged(frame(TEXT, said), chance)
        case 1:
            return frame(chance.randrange(16), said[:100], bits=chance.randrange(256))
        case kind if kind < 200:
            return frame(TEXT, damaged(said, chance).decode(errors="ignore").encode())
        case kind if kind < 300:
            return frame(BINARY, chance.randbytes(chance.randrange(400)))
        case kind if kind < 350:
            return frame(PING, chance.randbytes(chance.randrange(126)))
        case _:
            return frame(TEXT, said)


def flood(server: ServerProcess, count: int, chance: random.Random) -> int:
    """Have the server read *count* bad frames; returns how many sockets it took."""
    sockets = 0
    while count > 0:
        sockets += 1
        room = f"fuzz-{chance.randrange(50)}"
        with upgrade(server, room) as (line, answer):
            assert " 101 " in answer, answer
            for _ in range(ON_ONE // AT_ONCE):
                frames = b"".join(bad_frame(chance) for _ in range(AT_ONCE))
                if count <= 0 or not _was_read(line, frames):
                    break
                count -= AT_ONCE
    return sockets


def _was_read(line: socket.socket, frames: bytes) -> bool:
    """Whether the server has read all of *frames*, and goes on reading."""
    said = b""
    with suppress(ConnectionError, TimeoutError):
        line.settimeout(SILENT)
        line.sendall(frames + frame(TEXT, b"__PING__"))
        while b"__PONG__" not in said:
            piece = line.recv(1 << 16)
            if not piece:
                return False
            said = said[-8:] + piece
        return True
    return False


class Known:
    """A conversation that is there, whatever was asked of it."""

    def __init__(self, server: ServerProcess) -> None:
        place = urlsplit(server.address.url)
        self._line = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=30
        )
        self._token = server.address.token
        self._names: dict[str, list[str]] = {}
        self.restore()

    def restore(self) -> None:
        """Have all of it there again."""
        self._surely("POST", f"{ROOT}?merge=true", json.dumps(WHOLE).encode())
        here = f"{ROOT}/{MEETING}"
        if not self._ids(f"{here}/bookmarks", "bookmarks"):
            self._surely("POST", f"{here}/bookmarks", json.dumps(MARK).encode())
        self._names = {
            "conversation": [MEETING] * 4 + ["last"],
            "member": self._ids(f"{here}/members", "members"),
            "bookmark": self._ids(f"{here}/bookmarks", "bookmarks"),
        }

    def fill(self, template: str, chance: random.Random) -> str:
        """A path of *template*: most often of what is there."""
        path = template
        while "{" in path:
            before, _, rest = path.partition("{")
            name, _, behind = rest.partition("}")
            known = self._names[name] or list(IDS)
            names = known if chance.random() < KNOWN else IDS
            path = before + chance.choice(names).strip("{}") + behind
        return path

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """The answer, its status 0 where there was none."""
        try:
            self._line.request(method, path, body, {"x-api-key": self._token})
            answer = self._line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            # Cut off, as for a request that is none: the next begins anew.
            self._line.close()
            return 0, b""

    def close(self) -> None:
        self._line.close()

    def _ids(self, path: str, kind: str) -> list[str]:
        answer = self._surely("GET", path)
        return [str(one["id"]) for one in json.loads(answer)[kind]]

    def _surely(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The answer to a request that is well, on another connection if need be."""
        for _ in range(3):
            status, answer = self.ask(method, path, body)
            if status in {200, 201}:
                return answer
        raise AssertionError((method, path, status, answer))


def ask(server: ServerProcess, count: int, chance: random.Random) -> Counter[int]:
    """Send *count* bad requests; returns how often each status came."""
    statuses: Counter[int] = Counter()
    with closing(Known(server)) as known:
        for _ in range(count):
            method, path, body = _request(known, chance)
            status, _ = known.ask(method, path, body)
            statuses[status] += 1
            if method == "DELETE" and status < 300:
                known.restore()
    return statuses


def _request(known: Known, chance: random.Random) -> tuple[str, str, bytes]:
    route = chance.choice(SERVED if chance.random() < KNOWN else ROUTES)
    path = known.fill(route.template, chance)
    query = "&".join(
        f"{chance.choice(QUERIES)}={quote(str(chance.choice(ODD))[:500])}"
        for _ in range(chance.randrange(4))
    )
    fitting = FITTING.get(route.template.rpartition("/{conversation}")[2])
    is_fit = fitting is not None and chance.random() < KNOWN
    example = fitting if is_fit else chance.choice(BODIES)
    body = json.dumps(warped(example, chance)).encode()
    if chance.random() < 0.2:
        body = damaged(body, chance)
    if chance.random() < 0.05:
        return "POST", "/oauth2/token:generate", body
    method = route.method if chance.random() < KNOWN else chance.choice(("PUT", "POST"))
    return method, quote(path, safe="/%") + f"?{query}", body


def speak(server: ServerProcess, is_over: Event, heard: list[str]) -> None:
    """Speak until *is_over*, and note what was understood of it, and in between."""
    while not is_over.wait(PAUSE):
        token = server.address.token
        with SocketLine.dial(server.ws_url, token, room="neighbour") as line:
            line.start()
            line.audio(speech(*SAID))
            line.stop()
            line.rest()
            heard += line.texts()


def run(
    frames: int, requests: int, seed: int, say: Callable[[str], None]
) -> Iterator[str]:
    """Gives what was wrong."""
    chance = random.Random(seed)
    with TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder), ("--recognizer", "scripted"))
        heard: list[str] = []
        is_over = Event()
        neighbour = Thread(target=speak, args=(server, is_over, heard))
        try:
            neighbour.start()
            before = megabytes(server)
            sockets = flood(server, frames, chance)
            say(f"{frames} malformed frames on {sockets} sockets")
            statuses = ask(server, requests, chance)
            say(f"{requests} malformed requests: {_told(statuses)}")
            say(f"memory {before:.0f} MB before, {megabytes(server):.0f} MB after")
        finally:
            is_over.set()
            neighbour.join()
            os.kill(server.address.pid, signal.SIGTERM)
            code, errors = server.ended()
        say(f"{len(heard)} utterances of somebody else meanwhile")
    if statuses[404] > MOST_NOT_FOUND * requests:
        yield "too many requests came to nothing that reads them"
    yield from (f"status {status}" for status in statuses if status >= 500)
    if not heard or heard != list(SAID) * (len(heard) // len(SAID)):
        yield f"somebody else was misheard: {heard}"
    if code:
        yield f"the server ended with {code}"
    yield from (line for line in errors.splitlines() if " WARNING " not in line)


def _told(statuses: Counter[int]) -> str:
    counts = ", ".join(f"{code}: {n}" for code, n in sorted(statuses.items()))
    return f"{counts}; {statuses[404] / statuses.total():.0%} found nothing there"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    say = partial(print, flush=True)
    wrong = list(run(options.frames, options.requests, options.seed, say))
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
