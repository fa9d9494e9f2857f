"""Microphones without a sound card: ALSA devices that read a pipe in real time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

_F_SETPIPE_SZ = 1031
_SMALLEST_PIPE = 4096
_TICK = 0.1
_TICK_SIZE = 3200
"""Bytes of a tick at 16 kHz, mono."""

_WITHOUT_A_CARD = Path("/usr/share/alsa/alsa.conf")
_CONFIGURATION = """
pcm.{raw} {{
  type file  slave.pcm {{ type null }}
  file "/dev/null"  infile "{pipe}"  format "raw"
}}
pcm.{name} {{
  type plug
  slave {{ pcm "{raw}"  format S16_LE  rate {rate}  channels {channels} }}
}}
"""


@contextmanager
def fake_microphone(
    folder: Path,
    sound: bytes,
    *,
    rate: int = 16000,
    channels: int = 1,
    goes_dead: bool = False,
) -> Iterator[dict[str, str]]:
    """Let ALSA's default device hear *sound*, then silence, or give nothing at all.

    Gives what a process must have in its environment, from its start, to find it.
    *sound* is 16-bit and interleaved; it begins when somebody records, and some of it
    comes in a burst at first. ALSA makes noise of a tenth of a second that does not
    come in one piece, so that may have 4096 bytes at most.
    """
    size = int(rate * _TICK) * channels * 2
    assert size <= _SMALLEST_PIPE
    pipe, configuration = folder / "microphone.pipe", folder / "asound.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            raw="fakemic", name="!default", pipe=pipe, rate=rate, channels=channels
        )
    )
    fd = _open_pipe(pipe)
    ended = Event()
    places = range(0, len(sound), size)
    spoken = (sound[place : place + size].ljust(size, b"\0") for place in places)
    silence = () if goes_dead else repeat(bytes(size))
    ticks = chain(spoken, silence)
    feeder = Thread(target=_feed, args=(fd, ticks, ended), name="microphone")
    feeder.start()
    try:
        yield {"ALSA_CONFIG_PATH": str(configuration)}
    finally:
        ended.set()
        feeder.join()
        os.close(fd)


class HandMicrophone:
    """One that a test speaks into, unplugs and plugs in; else it hears silence."""

    def __init__(self, pipe: Path) -> None:
        self._fd = _open_pipe(pipe)
        self._said: SimpleQueue[bytes] = SimpleQueue()
        self._is_unplugged = Event()
        self._ended = Event()
        self._feeder = Thread(
            target=_feed, args=(self._fd, self._ticks(), self._ended), name=pipe.name
        )
        self._feeder.start()

    def say(self, sound: bytes) -> None:
        """Let it hear *sound*, 16 kHz and mono, as soon as somebody records."""
        for place in range(0, len(sound), _TICK_SIZE):
            self._said.put(sound[place : place + _TICK_SIZE].ljust(_TICK_SIZE, b"\0"))

    def unplug(self) -> None:
        """Give nothing at all, so that a driver hangs even in closing it."""
        self._is_unplugged.set()

    def plug_in(self) -> None:
        self._is_unplugged.clear()

    def close(self) -> None:
        self._ended.set()
        self._feeder.join()
        os.close(self._fd)

    def _ticks(self) -> Iterator[bytes]:
        while True:
            if self._is_unplugged.is_set():
                yield b""
                continue
            try:
                yield self._said.get_nowait()
            except Empty:
                yield bytes(_TICK_SIZE)


@dataclass(frozen=True)
class Desk:
    """Two microphones, and what a process must have in its environment."""

    yeti: HandMicrophone
    built_in: HandMicrophone
    """ALSA's default."""
    configuration: Path
    _entries: tuple[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {"ALSA_CONFIG_PATH": str(self.configuration)}

    def unplug_yeti(self) -> None:
        """It gives nothing any more, and nobody finds it."""
        self.yeti.unplug()
        self._list(self._entries[1])

    def plug_in_yeti(self) -> None:
        self.yeti.plug_in()
        self._list("".join(self._entries))

    def unplug_all(self) -> None:
        """Nothing is left that records: ALSA is as it is without a card."""
        self.yeti.unplug()
        self.built_in.unplug()
        self._list(_WITHOUT_A_CARD.read_text())

    def _list(self, entries: str) -> None:
        new = self.configuration.with_suffix(".new")
        new.write_text(entries)
        new.replace(self.configuration)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """The devices `yeti` and `default`, both 16 kHz and mono."""
    names = {"yeti": "yeti", "built_in": "!default"}
    pipes = {raw: folder / f"{raw}.pipe" for raw in names}
    yeti, built_in = (
        _CONFIGURATION.format(
            raw=f"raw_{raw}", name=name, pipe=pipes[raw], rate=16000, channels=1
        )
        for raw, name in names.items()
    )
    with (
        closing(HandMicrophone(pipes["yeti"])) as first,
        closing(HandMicrophone(pipes["built_in"])) as second,
    ):
        opened = Desk(first, second, folder / "asound.conf", (yeti, built_in))
        opened.plug_in_yeti()
        yield opened


def _open_pipe(pipe: Path) -> int:
    """Its writing end, which survives those who only look."""
    os.mkfifo(pipe)
    fd = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    fcntl.fcntl(fd, _F_SETPIPE_SZ, _SMALLEST_PIPE)
    return fd


def _feed(fd: int, ticks: Iterator[bytes], ended: Event) -> None:
    """Write one of *ticks* each tenth of a second, slower while nobody takes them."""
    due = time.monotonic()
    for tick in ticks:
        if ended.wait(max(0.0, due - time.monotonic())):
            return
        due = max(due + _TICK, time.monotonic())
        _write(fd, tick, ended)


def _write(fd: int, tick: bytes, ended: Event) -> None:
    """Write all of *tick*, in as many pieces as the pipe takes."""
    written = 0
    while written < len(tick) and not ended.is_set():
        try:
            written += os.write(fd, tick[written:])
        except BlockingIOError:
            ended.wait(_TICK / 20)
