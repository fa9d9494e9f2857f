"""Runs of `symbl stream` that end in every way: each source, each form of output."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from symbl_cli.protocol import events as e
from tests.cli.read_back import named
from tests.cli.running import Ended, Program, in_pipes, in_terminal
from tests.command_line import LIMIT, Home, command
from tests.fake_microphone import fake_microphone
from tests.scripted_speech import say, silence, speech
from tests.streaming.service import Peer, Service
from tests.wavs import wav_file

FIRST, SECOND, MORE = "so be it", "nobody knows it yet", "now they do"
BEGUN = '"text":"nobody'
"""In the lines once somebody is in the middle of the second sentence."""
SAID = f'"final":true,"text":"{SECOND}"'
"""In the lines once it is over."""
LENGTH = 2.6
"""Seconds, where they are limited: the second sentence is cut."""
_SOUND = silence(0.3) + say(FIRST) + silence(1.1) + say(SECOND)
_STILL = silence(4)
_REST = _STILL + speech(MORE) + silence(60)
_F_SETPIPE_SZ = 1031
_ROOM = 2**20


class Source(StrEnum):
    MICROPHONE = "microphone"
    FILE = "file"
    PIPE = "pipe"
    """On stdin."""
    FIFO = "fifo"


class Form(StrEnum):
    JSON = "json"
    PLAIN = "plain"
    LIVE = "live"


class Moment(StrEnum):
    """What ends the run."""

    SIGINT = "sigint"
    SIGTERM = "sigterm"
    SIGHUP = "sighup"
    TWICE = "twice"
    """SIGINT, and another one while the last words do not come."""
    SUSPENDED = "suspended"
    """SIGTSTP, SIGCONT, more words, SIGINT."""
    WINDOW = "window"
    """The terminal is closed."""
    READER = "reader"
    """Nobody reads stdout any more."""
    DURATION = "duration"
    END = "end"
    """Of the input."""


@dataclass(frozen=True)
class Cell:
    source: Source
    form: Form
    moment: Moment

    @property
    def can_be(self) -> bool:
        match self:
            case Cell(source=Source.MICROPHONE, moment=Moment.END):
                return False
            case Cell(form=Form.LIVE, moment=Moment.READER):
                return False
            case _:
                return True

    @property
    def has_terminal(self) -> bool:
        return self.form is Form.LIVE or self.moment is Moment.WINDOW

    def __str__(self) -> str:
        return f"{self.moment}-{self.source}-{self.form}"


CELLS = [
    cell
    for moment in Moment
    for source in Source
    for form in Form
    if (cell := Cell(source, form, moment)).can_be
]


@dataclass
class Sound:
    """What a source hears, and how the program is told of it."""

    arguments: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: Path | None = None
    write: Callable[[bytes], None] = lambda _: None
    """Where somebody has to say it, what else than a microphone or file gets."""
    end: Callable[[], None] = lambda: None


def play(home: Home, folder: Path, cell: Cell) -> Ended:
    """One run, up to its end."""
    folder.mkdir()
    with ExitStack() as stack:
        sound = stack.enter_context(_SOURCES[cell.source](folder, cell))
        environment = dict(sound.environment)
        options = [*sound.arguments, *_FORMS[cell.form], *named(folder), "--interim"]
        if cell.moment is Moment.DURATION:
            options += ["--duration", str(LENGTH)]
        if cell.moment is Moment.TWICE:
            service = stack.enter_context(Service(_says_one_sentence))
            options += ["--api-url", service.url]
            environment["SYMBL_ACCESS_TOKEN"] = "token-1"
        arguments = _reading(sound.stdin, command(["stream", *options]))
        place = in_terminal if cell.has_terminal else in_pipes
        program = stack.enter_context(place(home, arguments, environment))
        sound.write(_SOUND)
        _end(program, sound, folder / "out.jsonl", cell.moment)
        return program.ended(folder)


def _end(program: Program, sound: Sound, file: Path, moment: Moment) -> None:
    match moment:
        case Moment.SIGINT | Moment.SIGTERM | Moment.SIGHUP:
            _wait(program, file, BEGUN)
            program.signal(signal.Signals[moment.name])
        case Moment.TWICE:
            _wait(program, file, FIRST)
            program.signal(signal.SIGINT)
            _wait(program, file, '"draining"')
            program.signal(signal.SIGINT)
        case Moment.SUSPENDED:
            # Not amid a word: what is left of one reads as another.
            sound.write(_STILL)
            _wait(program, file, SAID)
            program.suspend()
            program.go_on()
            sound.write(speech(MORE))
            _wait(program, file, '"resumed"')
            program.signal(signal.SIGINT)
        case Moment.WINDOW | Moment.READER:
            _wait(program, file, BEGUN)
            program.leave()
        case Moment.DURATION:
            pass
        case Moment.END:
            _wait(program, file, BEGUN)
            sound.end()


def _wait(program: Program, file: Path, text: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not file.exists() or text not in file.read_text():
        assert time.monotonic() < deadline, text
        program.look()


def _says_one_sentence(peer: Peer) -> None:
    """And never another one, whoever waits for it."""
    peer.listen(0)
    peer.audio(3200)
    peer.send(
        e.RecognitionResult(
            is_final=True,
            punctuated=FIRST,
            user=e.Person(id="m1", name="Speaker 1"),
            message_id=e.MessageId("1"),
            audio=e.Span(0, 1600),
        )
    )
    peer.rest()


# --- sources


@contextmanager
def _microphone(folder: Path, _: Cell) -> Iterator[Sound]:
    with fake_microphone(folder, _SOUND + _REST) as environment:
        yield Sound(("--device", "default", "--sample-rate", "16000"), environment)


@contextmanager
def _file(folder: Path, cell: Cell) -> Iterator[Sound]:
    talk = folder / "talk.wav"
    rest = b"" if cell.moment is Moment.END else _REST
    talk.write_bytes(wav_file(_SOUND + rest))
    yield Sound((talk, "--pace", "realtime"))


@contextmanager
def _fifo(folder: Path, _: Cell) -> Iterator[Sound]:
    with _fed(folder / "sound.pipe") as (path, write, end):
        yield Sound((path,), write=write, end=end)


@contextmanager
def _pipe(folder: Path, _: Cell) -> Iterator[Sound]:
    with _fed(folder / "sound.pipe") as (path, write, end):
        yield Sound(("-",), stdin=path, write=write, end=end)


_SOURCES: dict[Source, Callable[[Path, Cell], AbstractContextManager[Sound]]] = {
    Source.MICROPHONE: _microphone,
    Source.FILE: _file,
    Source.PIPE: _pipe,
    Source.FIFO: _fifo,
}
_FORMS: dict[Form, tuple[str, ...]] = {
    Form.JSON: ("--json",),
    Form.PLAIN: ("--no-live",),
    Form.LIVE: (),
}
_Fed = tuple[Path, Callable[[bytes], None], Callable[[], None]]


@contextmanager
def _fed(path: Path) -> Iterator[_Fed]:
    """A pipe, what writes to it, and what ends it."""
    os.mkfifo(path)
    ends = [os.open(path, os.O_RDWR)]  # without a writer the run would be over
    fcntl.fcntl(ends[0], _F_SETPIPE_SZ, _ROOM)

    def write(pcm: bytes) -> None:
        assert os.write(ends[0], pcm[:_ROOM]) == len(pcm[:_ROOM])

    def end() -> None:
        if ends:
            os.close(ends.pop())

    yield path, write, end
    end()


def _reading(stdin: Path | None, arguments: list[str]) -> list[str]:
    """*arguments* with their stdin from a pipe, whatever else it would be."""
    if stdin is None:
        return arguments
    return ["bash", "-c", 'exec "$@" <"$0"', str(stdin), *arguments]
