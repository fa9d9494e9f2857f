"""Which input devices there are, and which one a name means."""

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence

from ..errors import AudioError, MissingError, SymblError, UsageError
from ..frozen import dataclass
from ..media.install import RECORDER, install_command
from .drivers.driver import Driver, InputDevice

log = logging.getLogger(__name__)

MICROPHONE, SYSTEM = "mic", "system"
_SHORT_NAME = 31


@dataclass(frozen=True, slots=True)
class Choice:
    """The device that a `--device` option means, and who speaks there, if told."""

    device: InputDevice
    speaker: str | None = None


def open_device(wanted: str = MICROPHONE) -> tuple[Driver, Choice]:
    """The device that *wanted* means, and the first way to a sound card that has it.

    Raises `MissingError` where none has it or nothing is installed that could record,
    `UsageError` where several devices are meant.
    """
    search = _Search()
    for driver, devices in search.drivers():
        try:
            choice = choose(devices, wanted)
        except MissingError as exc:
            driver.close()
            search.absent.append(exc)
        except UsageError:
            driver.close()
            raise
        else:
            log.info("recording through %s", driver.name)
            return driver, choice
        if devices and wanted.partition("=")[0].isdecimal():
            break  # a number is one of `list_devices`
    raise search.failure()


def list_devices() -> tuple[InputDevice, ...]:
    """Every input there is. Raises `MissingError` if nothing could record."""
    search = _Search()
    for driver, devices in search.drivers():
        driver.close()
        if devices:
            return devices
        search.absent.append(_no_device(devices, MICROPHONE))
    raise search.failure()


def choose(devices: Sequence[InputDevice], wanted: str) -> Choice:
    """The one of *devices* that *wanted*, `NAME_OR_INDEX[=SPEAKER]`, means.

    It is matched whole first, else split at the last `=`. Raises `MissingError` where
    there is none, `UsageError` where there are several.
    """
    found = _matching(devices, wanted)
    speaker: str | None = None
    if not found and "=" in wanted:
        wanted, _, speaker = wanted.rpartition("=")
        found = _matching(devices, wanted)
    if not found:
        raise _no_device(devices, wanted)
    if len(found) > 1:
        names = ", ".join(f"{it.index}: {it.name!r}" for it in found)
        raise UsageError(
            f"{wanted!r} may be any of {names}", suggestion="give the number"
        )
    return Choice(found[0], speaker or None)


def _matching(devices: Sequence[InputDevice], wanted: str) -> list[InputDevice]:
    match wanted.lower():
        case "":
            return []
        case name if name == MICROPHONE:
            return _default([it for it in devices if not it.is_monitor])
        case name if name == SYSTEM:
            return _default([it for it in devices if it.is_monitor])
        case name:
            return (
                [it for it in devices if str(it.index) == name]
                or [it for it in devices if it.name.lower() == name][:1]
                or _distinct(it for it in devices if name in it.name.lower())
            )


def _default(devices: list[InputDevice]) -> list[InputDevice]:
    return [it for it in devices if it.is_default] or devices[:1]


def _distinct(devices: Iterable[InputDevice]) -> list[InputDevice]:
    """Windows lists a device once an interface, and cuts its name short in some."""
    named: dict[str, InputDevice] = {}
    for device in devices:
        named.setdefault(device.name[:_SHORT_NAME], device)
    return list(named.values())


def _no_device(devices: Sequence[InputDevice], wanted: str) -> MissingError:
    if wanted.lower() == SYSTEM:
        return MissingError(
            "nothing here hears what this computer plays", suggestion=_monitor_remedy()
        )
    if not devices and wanted.lower() == MICROPHONE:
        return MissingError(
            "there is no microphone",
            suggestion="plug one in, or name a file: symbl stream talk.wav",
        )
    if not devices:
        return MissingError(
            f"there is no device {wanted!r}, nor any other that records",
            suggestion="plug it in; `symbl devices` lists those that are there",
        )
    names = ", ".join(f"{it.index}: {it.name!r}" for it in devices)
    return MissingError(f"there is no device {wanted!r}", suggestion=f"one of {names}")


def _monitor_remedy() -> str:
    match sys.platform:
        case "darwin":
            return "brew install blackhole-2ch, and play through it"
        case "win32":
            return "enable Stereo Mix among the recording devices"
        case _:
            return install_command(RECORDER)


def _with_pyaudio() -> Driver:
    from .drivers.with_pyaudio import PyAudioDriver

    return PyAudioDriver()


def _with_sounddevice() -> Driver:
    from .drivers.with_sounddevice import SoundDeviceDriver

    return SoundDeviceDriver()


def _with_recorder() -> Driver:
    from .drivers.with_recorder import RecorderDriver

    return RecorderDriver()


_DRIVERS = (_with_pyaudio, _with_sounddevice, _with_recorder)


class _Search:
    """One round of all the ways to a sound card."""

    def __init__(self) -> None:
        self.absent: list[MissingError] = []
        """What was not found, by those that could look."""
        self._unusable: list[SymblError] = []

    def drivers(self) -> Iterator[tuple[Driver, tuple[InputDevice, ...]]]:
        """Those that work, the best first, and their devices."""
        for make in _DRIVERS:
            try:
                driver = make()
                devices = driver.devices()
            except (MissingError, AudioError) as exc:
                self._unusable.append(exc)
                log.debug("%s", exc.message)
            else:
                yield driver, devices

    def failure(self) -> MissingError:
        """What the best of them says; else why none works."""
        if self.absent:
            return self.absent[0]
        reasons = dict.fromkeys(reason.message for reason in self._unusable)
        told = "; ".join(reasons)
        remedies = (reason.suggestion for reason in self._unusable)
        return MissingError(
            f"nothing here can record: {told}",
            suggestion=next(filter(None, remedies), "pip install sounddevice"),
        )
