"""What PyAudio and sounddevice have in common: PortAudio."""

import ctypes
import logging
import sys

from ...errors import AudioError, MissingError
from ...media.format import AudioFormat
from ...media.install import ALSA, install_command
from ...own_stderr import quieten_libraries

log = logging.getLogger(__name__)

_INTERNAL_ERROR = -9986
_SENTENCES = {
    -9985: "is in use by another program or was unplugged",
    -9987: "did not answer in time",
    -9996: "is not there any more",
    -9997: "does not record at {rate} Hz",
    -9998: "does not have {channels}",
    -9999: "was refused by the system's sound service",
    _INTERNAL_ERROR: "cannot be opened: PortAudio failed internally (-9986)",
}
_ALSA = "libasound.so.2"
_LOOPBACKS = ("monitor of", "stereo mix", "blackhole", "loopback", "vb-cable")


def failure(code: int, text: str, device: str, audio_format: AudioFormat) -> AudioError:
    """PortAudio's error *code* as a sentence about *device*."""
    channels = audio_format.channels
    sentence = _SENTENCES.get(code, f"cannot be opened: {text} ({code})").format(
        rate=audio_format.sample_rate,
        channels="a channel" if channels == 1 else f"{channels} channels",
    )
    suggestion = "see `symbl devices` for the others"
    if code == _INTERNAL_ERROR and sys.platform == "darwin":
        suggestion = "update PortAudio: brew upgrade portaudio"
    return AudioError(f"{device!r} {sentence}", suggestion=suggestion)


def is_loopback(name: str) -> bool:
    """Whether a device called *name* hears what this computer plays."""
    return any(mark in name.lower() for mark in _LOOPBACKS)


def hush() -> None:
    """Keep what ALSA, JACK and PortAudio say about absent hardware off stderr.

    They write there by themselves, a page of it on a machine without a sound card, and
    PortAudio of Debian as often as a device is lost.
    """
    quieten_libraries()
    if sys.platform != "linux":
        return
    _set_handler(_ALSA, "snd_lib_error_set_handler")
    _set_handler("libjack.so.0", "jack_set_error_function")
    _set_handler("libjack.so.0", "jack_set_info_function")


def check_system() -> None:
    """Raises `MissingError` where PortAudio would end the process when it starts.

    It does where ALSA has no default device, not even one that cannot be opened.
    """
    if sys.platform == "linux" and not _has_default():
        raise MissingError(
            "the configuration of ALSA, the sound system, is missing or has a mistake",
            suggestion=f"look at ~/.asoundrc, or: {install_command(ALSA)}",
        )


def _has_default() -> bool:
    """Whether ALSA knows of one, as far as can be known."""
    try:
        alsa = ctypes.CDLL(_ALSA)
        is_read = alsa.snd_config_update() >= 0
        top = ctypes.c_void_p.in_dll(alsa, "snd_config")
    except (OSError, AttributeError, ValueError) as exc:
        log.debug("cannot look at ALSA: %s", exc)
        return True
    found = ctypes.byref(ctypes.c_void_p())
    if not is_read or not top.value:
        return False
    return bool(alsa.snd_config_search(top, b"pcm.default", found) >= 0)


_SAY_NOTHING = ctypes.CFUNCTYPE(None)(lambda: None)
"""Both libraries call this with arguments, which C lets us ignore."""


def _set_handler(library: str, setter: str) -> None:
    try:
        getattr(ctypes.CDLL(library), setter)(_SAY_NOTHING)
    except (OSError, AttributeError) as exc:
        log.debug("cannot quieten %s: %s", library, exc)
