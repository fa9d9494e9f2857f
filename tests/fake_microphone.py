"""A microphone without a sound card: an ALSA device that reads a pipe in real time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from threading import Event, Thread

_F_SETPIPE_SZ = 1031
_SMALLEST_PIPE = 4096
_TICK = 0.1

_CONFIGURATION = """
pcm.fakemic {{
  type file  slave.pcm {{ type null }}
  file "/dev/null"  infile "{pipe}"  format "raw"
}}
pcm.!default {{
  type plug
  slave {{ pcm "fakemic"  format S16_LE  rate {rate}  channels {channels} }}
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
    os.mkfifo(pipe)
    configuration.write_text(
        _CONFIGURATION.format(pipe=pipe, rate=rate, channels=channels)
    )
    fd = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # survives those who only look
    fcntl.fcntl(fd, _F_SETPIPE_SZ, _SMALLEST_PIPE)
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
