"""Which input devices there are, and which one a name means."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import AudioError, MissingError, UsageError
from .drivers.driver import Driver, InputDevice

log = logging.getLogger(__name__)

MICROPHONE, SYSTEM = "mic", "system"
_SHORT_NAME = 31


@dataclass(frozen=True, slots=True)
class Choice:
    """The device that a `--device` option means, and who speaks there, if told."""

    device: InputDevice
    speaker: str | None = None


Devices: TypeAlias = tuple[InputDevice, ...]


def open_driver(wanted: str = MICROPHONE) -> tuple[Driver, Devices]:
    """The first way to a sound card that may have what is *wanted*, and its devices.

    Raises `MissingError` where nothing is installed that could record.
    """
    reasons: list[MissingError | AudioError] = []
    deaf = ""
    for make in _DRIVERS:
        try:
            driver = make()
            devices = driver.devices()
        except (MissingError, AudioError) as exc:
            reasons.append(exc)
            log.debug("%s", exc.message)
            continue
        if _may_have(devices, wanted):
            log.info("recording through %s", driver.name)
            return driver, devices
        driver.close()
        deaf = deaf or driver.name
    raise _no_device((), wanted) if deaf else _nothing_installed(reasons)


def list_devices() -> Devices:
    """Every input there is. Raises `MissingError` as `open_driver` does."""
    driver, devices = open_driver()
    driver.close()
    return devices


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


def _may_have(devices: Devices, wanted: str) -> bool:
    """Only what the computer plays can be heard one way and not another."""
    name = wanted.partition("=")[0].lower()
    return any(it.is_monitor for it in devices) if name == SYSTEM else bool(devices)


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
            "nothing here hears what this computer plays",
            suggestion="PulseAudio and PipeWire offer a monitor (install parec), macOS"
            " needs BlackHole, Windows its Stereo Mix",
        )
    if not devices:
        return MissingError(
            "there is no microphone",
            suggestion="plug one in, or name a file: symbl stream talk.wav",
        )
    names = ", ".join(f"{it.index}: {it.name!r}" for it in devices)
    return MissingError(f"there is no device {wanted!r}", suggestion=f"one of {names}")


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


def _nothing_installed(reasons: Sequence[MissingError | AudioError]) -> MissingError:
    told = "; ".join(reason.message for reason in reasons)
    remedy = next((it.suggestion for it in reasons if it.suggestion), "")
    return MissingError(
        f"nothing here can record: {told}",
        suggestion=remedy or "pip install sounddevice",
    )
