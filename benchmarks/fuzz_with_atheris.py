"""Coverage-guided fuzzing of what reads a stranger's bytes.

    pip install atheris
    python -m benchmarks.fuzz_with_atheris TARGET [libFuzzer's own options] [FOLDER]

Targets: codec, wav, rest, lines, token. An input that breaks a promise is written to
`crash-…`; add what it found to the tests beside the part it breaks. It begins with
what each part is made for, and from there goes wrong; FOLDER keeps inputs that reached
new code, for the next time.
"""

import io
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import category

import atheris

with atheris.instrument_imports(include=["symbl_cli"]):
    from benchmarks.fuzz import BODIES, FITTING, warped
    from symbl_cli.errors import NotAudioError, RemoteProtocolError
    from symbl_cli.lines import Line
    from symbl_cli.media.wav import open_wav
    from symbl_cli.protocol import events as e
    from symbl_cli.protocol.codec import decode, encode, read_text
    from symbl_cli.server.credentials import Pair, hash_secret, new_access
    from symbl_cli.server.rest import Desk, Request, answer
    from symbl_cli.server.rest.answering import ROUTES
    from symbl_cli.server.store.passing import Passing
    from symbl_cli.server.store.store import Store, open_store
    from symbl_cli.sinks import json_form
    from symbl_cli.streaming.inbox import Received
    from symbl_cli.streaming.lines_of import LinesOf, Voice
    from symbl_cli.streaming.timeline import Timeline
    from tests.store.samples import BO, MARK, MEETING, TENANT, whole_meeting
    from tests.wavs import (
        ALAW,
        EXTENSIBLE,
        FLOAT,
        MULAW,
        PCM,
        chunk,
        extensible,
        fmt_chunk,
        ramp,
        wav_file,
    )

SENSIBLE = 0.5
"""Of the changes, those that leave JSON what it is."""
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
VARIABLES = {"conversation": MEETING, "member": BO.id, "bookmark": MARK.id}
ACCESS = new_access(Pair("an-id", hash_secret("a-secret")))
ASKED = {"type": "application", "appId": "an-id", "appSecret": "a-secret"}
WIRE = Path(__file__).parents[1] / "tests" / "wire"
SOUND = ramp(200)


def fuzz_codec(data: bytes) -> None:
    """A frame says an event, which says the same frame again, or is refused."""
    with suppress(RemoteProtocolError):
        event = decode(read_text(data))
        again = decode(encode(event))
        assert again == event, (event, again)


def fuzz_wav(data: bytes) -> None:
    """Bytes are whole samples, no more than there were, or no sound."""
    with suppress(NotAudioError):
        reader = open_wav(io.BytesIO(data))
        read = 0
        while pcm := reader.read(1000):
            assert len(pcm) % reader.format.frame_size == 0
            read += len(pcm)
        assert read <= 2 * len(data)


def fuzz_token(data: bytes) -> None:
    """Whoever asks for a token is answered."""
    status, fields = ACCESS.generate(data)
    assert status in {200, 400, 401}
    json.dumps(fields).encode()
    ACCESS.tenant_of(data.decode(errors="replace"))


def fuzz_lines(data: bytes) -> None:
    """Whatever a server says becomes lines of JSON that no terminal obeys."""
    timelines = [Timeline(NOW, 16000), Timeline(NOW, 44100)]
    lines = LinesOf(
        (Voice(timelines[0], None), Voice(timelines[1], e.Person(name="Ann"))),
        NOW,
        has_lag=True,
    )
    bodies = [body for event in _said(data) for body in lines.tell(event)]
    for number, body in enumerate((*bodies, *lines.close()), 1):
        said = json_form.encode(Line(number, NOW, body, lines.conversation_id))
        assert json.loads(said)["seq"] == number
        assert not any(category(letter) == "Cc" for letter in said)


def _said(data: bytes) -> Iterator[Received]:
    for number, part in enumerate(data.split(b"\n")):
        with suppress(RemoteProtocolError):
            text = read_text(part)
            yield Received(number % 2, decode(text), text, 1.0)


class Rest:
    """Whatever is asked is answered, and never with a 5xx."""

    def __init__(self, store: Store) -> None:
        numbers = count(1)
        self._store = store
        self._desk = Desk(
            store=store,
            passing=Passing(store),
            now=lambda: NOW,
            new_id=lambda: f"6{next(numbers):015}",
            new_member_id=lambda: f"member-{next(numbers)}",
        )

    def __call__(self, data: bytes) -> None:
        """A byte for the route, a line for path and query, the rest is the body."""
        if not data:
            return
        self._store.write(*whole_meeting()).result(10)
        route = ROUTES[data[0] % len(ROUTES)]
        head, _, body = data[1:].partition(b"\n")
        path, _, query = head.decode(errors="replace").partition("?")
        pairs = (pair.partition("=") for pair in query.split("&"))
        filled = route.template
        for name, value in VARIABLES.items():
            filled = filled.replace(f"{{{name}}}", value)
        request = Request(
            method=route.method,
            path=filled + path,
            query={name: value for name, _, value in pairs if name},
            body=body,
            tenant=TENANT,
        )
        reply = answer(request, self._desk)
        assert reply.status < 500, reply
        json.dumps(reply.body, allow_nan=False).encode()


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """*data* with something wrong in one of its lines: in what it says or how."""
    chance = random.Random(seed)
    parts = data.split(b"\n")
    at = chance.randrange(len(parts))
    with suppress(ValueError, RecursionError):
        if chance.random() < SENSIBLE:
            wrong = warped(json.loads(parts[at]), chance)
            parts[at] = json.dumps(wrong).encode(errors="replace")
            return b"\n".join(parts)[:most]
    return bytes(atheris.Mutate(data, most))


def frames() -> list[bytes]:
    """One of every kind."""
    examples = (json.loads(path.read_text()) for path in sorted(WIRE.glob("*.json")))
    return [str(example["frame"]).encode() for example in examples]


def talks() -> list[bytes]:
    """What a server says one by one, and all at once."""
    return [*frames(), b"\n".join(frames())]


def wavs() -> list[bytes]:
    """Sound in every form, whole and cut off."""
    forms = ((PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64))
    shapes = [fmt_chunk(tag=tag, bits=bits) for tag, bits in forms]
    shapes += [fmt_chunk(tag=tag, bits=8, channels=2) for tag in (ALAW, MULAW)]
    shapes += [
        fmt_chunk(tag=EXTENSIBLE, extension=extensible(tag), bits=bits)
        for tag, bits in ((PCM, 16), (FLOAT, 32))
    ]
    whole = [wav_file(SOUND, fmt=shape) for shape in shapes]
    noted = wav_file(SOUND, before=[chunk(b"LIST", b"INFO")], after=[chunk(b"x", b"y")])
    endless = wav_file(SOUND, size=0xFFFF_FFFF)
    return [*whole, noted, endless, whole[1][:-7], wav_file(SOUND, form=b"RF64")]


def tokens() -> list[bytes]:
    """Who asks for one, well and badly, and what he gets."""
    asked = json.dumps(ASKED).encode()
    _, fields = ACCESS.generate(asked)
    wrong = json.dumps({**ASKED, "appSecret": "x"}).encode()
    return [asked, wrong, str(fields["accessToken"]).encode()]


def requests() -> list[bytes]:
    """One at least to every route."""
    asked = []
    for number, route in enumerate(ROUTES):
        end = route.template.rpartition("/{conversation}")[2]
        fitting = [FITTING[end]] if end in FITTING else BODIES[:1]
        asked += [
            bytes([number]) + query + b"\n" + json.dumps(body).encode()
            for body in fitting
            for query in (b"", b"?limit=2&offset=1&verbose=true&sentiment=true&q=van")
        ]
    return asked


TARGETS: dict[str, Callable[[bytes], None]] = {
    "codec": fuzz_codec,
    "wav": fuzz_wav,
    "token": fuzz_token,
    "lines": fuzz_lines,
}
SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "codec": frames,
    "wav": wavs,
    "token": tokens,
    "lines": talks,
    "rest": requests,
}


def write_seeds(name: str, folder: Path) -> None:
    for number, seed in enumerate(SEEDS[name]()):
        (folder / f"{number:03}").write_bytes(seed)


def main() -> None:
    name, *options = sys.argv[1:] or ["help"]
    if name not in SEEDS:
        sys.exit((__doc__ or "").strip())
    with TemporaryDirectory() as seeds:
        write_seeds(name, Path(seeds))
        # It ends its process, which could not tidy up any more.
        if (child := os.fork()) == 0:
            # New inputs are kept in the first folder: the user's, where he names one.
            fuzz(name, [sys.argv[0], *options, seeds])
        _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


def fuzz(name: str, arguments: list[str]) -> None:
    """Never returns."""
    with open_store(None) as store:
        target = TARGETS[name] if name in TARGETS else Rest(store)
        if name == "wav":
            atheris.Setup(arguments, target)
        else:
            atheris.Setup(arguments, target, custom_mutator=mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
