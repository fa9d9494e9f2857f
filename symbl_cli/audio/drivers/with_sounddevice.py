"""The sound card through sounddevice: no compiler needed anywhere."""

import logging
from typing import ClassVar, Protocol

from ...errors import AudioError, MissingError
from ...media.format import AudioFormat
from ...media.install import PORTAUDIO, install_command
from ..feed import block_samples
from .driver import Deliver, InputDevice
from .portaudio import check_system, failure, hush, is_loopback

log = logging.getLogger(__name__)


class SoundDeviceDriver:
    """Raises `MissingError` where sounddevice or PortAudio is not installed."""

    name = "sounddevice"

    def __init__(self) -> None:
        hush()
        check_system()
        try:
            import sounddevice
        except ImportError as exc:
            raise MissingError("sounddevice is not installed") from exc
        except OSError as exc:
            raise MissingError(
                "sounddevice lacks the PortAudio library",
                suggestion=install_command(PORTAUDIO),
            ) from exc
        self._library = sounddevice
        self._is_fresh = True

    def devices(self) -> tuple[InputDevice, ...]:
        self._look_again()
        default = self._library.default.device["input"]
        return tuple(
            InputDevice(
                index,
                record["name"],
                channels=record["max_input_channels"],
                sample_rate=int(record["default_samplerate"]),
                is_default=index == default,
                is_monitor=is_loopback(record["name"]),
            )
            for index, record in enumerate(self._library.query_devices())
            if record["max_input_channels"]
        )

    def open(
        self, device: InputDevice, audio_format: AudioFormat, deliver: Deliver
    ) -> "_SoundDeviceStream":
        def enqueue(pcm: bytes, _frames: int, _times: object, status: _Flags) -> None:
            deliver(bytes(pcm), has_overflowed=status.input_overflow)

        try:
            stream = self._library.RawInputStream(
                samplerate=audio_format.sample_rate,
                blocksize=block_samples(audio_format.sample_rate),
                device=device.index,
                channels=audio_format.channels,
                dtype="int16",
                callback=enqueue,
            )
            stream.start()
        except self._library.PortAudioError as exc:
            code = exc.args[1] if len(exc.args) > 1 else 0
            raise failure(code, str(exc), device.name, audio_format) from exc
        return _SoundDeviceStream(stream)

    def _look_again(self) -> None:
        """PortAudio looks for devices when it starts, which ends every stream."""
        is_fresh, self._is_fresh = self._is_fresh, False
        if is_fresh or _SoundDeviceStream.open_ones:
            return
        check_system()
        try:
            self._library._terminate()  # noqa: SLF001 - there is no public way
            self._library._initialize()  # noqa: SLF001
        except self._library.PortAudioError as exc:
            raise AudioError(f"PortAudio does not start: {exc}") from exc

    def close(self) -> None:
        """The library ends PortAudio when the process does."""


class _SoundDeviceStream:
    open_ones: ClassVar[set["_SoundDeviceStream"]] = set()
    last_words = ""

    def __init__(self, stream: "_Native") -> None:
        self._stream = stream
        self.open_ones.add(self)

    @property
    def is_active(self) -> bool:
        return self._stream.active

    def close(self) -> None:
        self._stream.close(ignore_errors=True)
        self.open_ones.discard(self)


class _Flags(Protocol):
    input_overflow: bool


class _Native(Protocol):
    """What we use of sounddevice's own stream."""

    active: bool

    def close(self, ignore_errors: bool) -> None: ...
