"""The sound card through PyAudio, in callback mode."""

import logging
from collections.abc import Mapping
from typing import Protocol, TypeAlias, cast

from ...errors import AudioError, MissingError
from ...media.format import AudioFormat
from ..feed import block_samples
from .driver import Deliver, InputDevice
from .portaudio import check_system, failure, hush, is_loopback

log = logging.getLogger(__name__)


class PyAudioDriver:
    """Raises `MissingError` where PyAudio is not installed."""

    name = "PyAudio"

    def __init__(self) -> None:
        try:
            import pyaudio
        except ImportError as exc:
            raise MissingError("PyAudio is not installed") from exc
        hush()
        self._library = pyaudio
        self._audio = self._start()
        self._is_fresh = True
        self._open_ones: set[_PyAudioStream] = set()

    def devices(self) -> tuple[InputDevice, ...]:
        self._look_again()
        default = self._default_index()
        count = self._audio.get_device_count()
        records = map(self._audio.get_device_info_by_index, range(count))
        devices = (_device(record, default) for record in records)
        return tuple(device for device in devices if device.channels)

    def open(
        self, device: InputDevice, audio_format: AudioFormat, deliver: Deliver
    ) -> "_PyAudioStream":
        proceed = None, self._library.paContinue
        overflow = self._library.paInputOverflow

        def enqueue(
            pcm: bytes, _frames: int, _times: Mapping[str, float], status: int
        ) -> tuple[None, int]:
            deliver(pcm, has_overflowed=bool(status & overflow))
            return proceed

        try:
            native = self._audio.open(
                rate=audio_format.sample_rate,
                channels=audio_format.channels,
                format=self._library.paInt16,
                input=True,
                input_device_index=device.index,
                frames_per_buffer=block_samples(audio_format.sample_rate),
                stream_callback=enqueue,
            )
        except (OSError, ValueError) as exc:
            code = exc.errno if isinstance(exc, OSError) else None
            raise failure(code or 0, str(exc), device.name, audio_format) from exc
        stream = _PyAudioStream(native, self._open_ones)
        self._open_ones.add(stream)
        return stream

    def close(self) -> None:
        self._audio.terminate()

    def _look_again(self) -> None:
        """PortAudio looks for devices only when it starts, once all streams are closed.

        One that hangs in closing would hang this too, for as long as it does.
        """
        is_fresh, self._is_fresh = self._is_fresh, False
        if is_fresh or self._open_ones:
            return
        self._audio.terminate()
        self._audio = self._start()

    def _start(self) -> "_Library":
        check_system()
        try:
            return cast("_Library", self._library.PyAudio())
        except OSError as exc:
            raise AudioError(f"PortAudio does not start: {exc}") from exc

    def _default_index(self) -> int:
        try:
            return int(self._audio.get_default_input_device_info()["index"])
        except OSError:
            return -1


class _PyAudioStream:
    last_words = ""

    def __init__(self, stream: "_Native", open_ones: "set[_PyAudioStream]") -> None:
        self._stream = stream
        self._open_ones = open_ones

    @property
    def is_active(self) -> bool:
        try:
            return self._stream.is_active()
        except OSError:
            return False

    def close(self) -> None:
        try:
            self._stream.close()
        except OSError as exc:
            log.debug("closing the device: %s", exc)
        self._open_ones.discard(self)


_Record: TypeAlias = Mapping[str, str | int | float]


class _Library(Protocol):
    """What we use of PyAudio's main object."""

    def open(self, **options: object) -> "_Native": ...

    def get_device_count(self) -> int: ...

    def get_device_info_by_index(self, index: int) -> _Record: ...

    def get_default_input_device_info(self) -> _Record: ...

    def terminate(self) -> None: ...


class _Native(Protocol):
    """What we use of PyAudio's own stream."""

    def is_active(self) -> bool: ...

    def close(self) -> None: ...


def _device(record: _Record, default: int) -> InputDevice:
    name = str(record["name"])
    index = int(record["index"])
    return InputDevice(
        index,
        name,
        channels=int(record["maxInputChannels"]),
        sample_rate=int(record["defaultSampleRate"]),
        is_default=index == default,
        is_monitor=is_loopback(name),
    )
