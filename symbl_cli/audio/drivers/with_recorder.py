"""The sound card through a recorder program: no library at all."""

import logging
import subprocess
from collections.abc import Callable
from shutil import which
from threading import Thread
from typing import IO

from ...errors import AudioError, MissingError
from ...frozen import dataclass
from ...media.child import Child
from ...media.format import AudioFormat
from ..feed import block_samples
from .driver import Deliver, InputDevice

log = logging.getLogger(__name__)

_NATIVE_RATE = 48000
"""These programs resample to what they are asked for."""
_LISTING_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Recorder:
    """A program that writes what it records to stdout."""

    program: str
    arguments: Callable[[InputDevice, AudioFormat], list[str]]
    has_monitors: bool


def _pw_record(device: InputDevice, audio_format: AudioFormat) -> list[str]:
    target = ["--target", device.id.removesuffix(".monitor")] if device.id else []
    if device.is_monitor:
        target += ["-P", "{ stream.capture.sink=true }"]
    return [
        *target,
        f"--rate={audio_format.sample_rate}",
        f"--channels={audio_format.channels}",
        "--format=s16",
        "-",
    ]


def _parec(device: InputDevice, audio_format: AudioFormat) -> list[str]:
    default = "@DEFAULT_MONITOR@" if device.is_monitor else "@DEFAULT_SOURCE@"
    return [
        f"--device={device.id or default}",
        f"--rate={audio_format.sample_rate}",
        f"--channels={audio_format.channels}",
        "--format=s16le",
        "--latency-msec=50",
        "--raw",
    ]


def _arecord(device: InputDevice, audio_format: AudioFormat) -> list[str]:
    return [
        *(["-D", device.id] if device.id else []),
        *("-q", "-t", "raw", "-f", "S16_LE"),
        *("-r", str(audio_format.sample_rate)),
        *("-c", str(audio_format.channels)),
        "--period-time=50000",  # microseconds; its own choice is a torn 125 ms
    ]


RECORDERS = (
    Recorder("pw-record", _pw_record, has_monitors=True),
    Recorder("parec", _parec, has_monitors=True),
    Recorder("arecord", _arecord, has_monitors=False),
)


class RecorderDriver:
    """Raises `MissingError` where no recorder program is on PATH."""

    def __init__(self) -> None:
        found = next((it for it in RECORDERS if which(it.program)), None)
        if found is None:
            names = ", ".join(recorder.program for recorder in RECORDERS)
            raise MissingError(f"none of {names} is installed")
        self._recorder = found
        self.name = found.program

    def devices(self) -> tuple[InputDevice, ...]:
        """The sources of the sound server; else the defaults alone."""
        default = InputDevice(0, "default", 2, _NATIVE_RATE, is_default=True)
        if not self._recorder.has_monitors:
            return (default,)
        listed = _pulse_sources()
        if listed:
            return listed
        monitor = InputDevice(1, "default output", 2, _NATIVE_RATE, is_monitor=True)
        return default, monitor

    def open(
        self, device: InputDevice, audio_format: AudioFormat, deliver: Deliver
    ) -> "_Recording":
        arguments = self._recorder.arguments(device, audio_format)
        return _Recording([self.name, *arguments], audio_format, deliver)

    def close(self) -> None:
        """Every recording ends by itself."""


class _Recording:
    """A recorder at work, its output delivered by a thread."""

    def __init__(
        self, command: list[str], audio_format: AudioFormat, deliver: Deliver
    ) -> None:
        try:
            self._child = Child(command)
        except OSError as exc:
            raise AudioError(f"cannot start {command[0]}: {exc.strerror}") from exc
        size = block_samples(audio_format.sample_rate) * audio_format.frame_size
        self._thread = Thread(
            target=_deliver_all,
            args=(self._child.output, size, audio_format, deliver),
            name="recorder",
            daemon=True,
        )
        self._thread.start()

    @property
    def is_active(self) -> bool:
        return self._child.is_running

    @property
    def last_words(self) -> str:
        return self._child.last_words()

    def close(self) -> None:
        self._child.kill()
        self._thread.join()
        self._child.close()


def _deliver_all(
    output: IO[bytes], size: int, audio_format: AudioFormat, deliver: Deliver
) -> None:
    torn = b""
    while piece := output.read(size - len(torn)):
        block = torn + piece
        whole = len(block) - len(block) % audio_format.frame_size
        torn = block[whole:]
        if whole:
            deliver(block[:whole])


def _pulse_sources() -> tuple[InputDevice, ...]:
    """What PulseAudio, or PipeWire in its place, can record."""
    names = [line.split("\t")[1] for line in _pactl("list", "short", "sources")]
    heard = next(iter(_pactl("get-default-source")), "")
    played = next(iter(_pactl("get-default-sink")), "")
    return tuple(
        InputDevice(
            index,
            name,
            2,
            _NATIVE_RATE,
            is_default=name in {heard, f"{played}.monitor"},
            is_monitor=name.endswith(".monitor"),
            id=name,
        )
        for index, name in enumerate(names)
    )


def _pactl(*arguments: str) -> list[str]:
    program = which("pactl")
    if program is None:
        return []
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [program, *arguments],
            capture_output=True,
            check=True,
            text=True,
            timeout=_LISTING_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as exc:
        log.debug("pactl: %s", exc)
        return []
    return done.stdout.splitlines()
