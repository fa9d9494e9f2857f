"""A computer that is too busy to take what its microphone hears.

The sound card is real to the last call: PortAudio records, and its callback is kept
from us for a while. That it says so is made up, for ALSA's devices of files never do.
"""

import sys
from pathlib import Path

import pytest

from tests.command_line import Home
from tests.fake_microphone import fake_microphone
from tests.hidden_modules import hiding
from tests.scripted_speech import speech

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

RECORD = ("stream", "--device", "default", "--sample-rate", "16000", "--duration", "4")
STALLING = """
from itertools import count


def stalling(heard, flag):
    calls = count()

    def enqueue(pcm, frames, times, status):
        call = next(calls)
        if 2 <= call < 8:
            return None, 0
        return heard(pcm, frames, times, flag if call == 8 else status)

    return enqueue
"""
PYAUDIO = """
import pyaudio

opened = pyaudio.PyAudio.open
pyaudio.PyAudio.open = lambda self, stream_callback, **options: opened(
    self, stream_callback=stalling(stream_callback, pyaudio.paInputOverflow), **options
)
"""
SOUNDDEVICE = """
from types import SimpleNamespace

import sounddevice

Opened = sounddevice.RawInputStream
late = SimpleNamespace(input_overflow=True)
sounddevice.RawInputStream = lambda callback, **options: Opened(
    callback=stalling(callback, late), **options
)
"""


def too_busy(folder: Path, driver: str, *hidden: str) -> dict[str, str]:
    """What makes a process lose more than half a second of what it records."""
    code = folder / "stalling.py"
    code.write_text(STALLING + driver)
    return hiding(folder, *hidden, more=f"exec(open({str(code)!r}).read(), {{}})")


@pytest.mark.parametrize(
    ("driver", "hidden"),
    [(PYAUDIO, ()), (SOUNDDEVICE, ("pyaudio",))],
    ids=["pyaudio", "sounddevice"],
)
def test_what_the_computer_did_not_take_is_told_and_counted(
    scripted: Home, tmp_path: Path, driver: str, hidden: tuple[str, ...]
) -> None:
    busy = too_busy(tmp_path, driver, *hidden)
    with fake_microphone(tmp_path, speech("so be it")) as environment:
        ran = scripted.run(*RECORD, "--json", environment=environment | busy)

    (told,) = [one for one in ran.of("status") if one["state"] == "audio_dropped"]
    assert (ran.code, ran.texts) == (0, ["so be it"])
    assert told["cause"] == "computer"
    assert ran.lines[-1]["audio_dropped"] == told["seconds"] != 0


def test_each_of_two_speakers_at_one_microphone_is_told_of(
    scripted: Home, tmp_path: Path
) -> None:
    busy = too_busy(tmp_path, PYAUDIO)
    two = ("--speaker", "Ann", "--speaker", "Bea", "--channels", "2")
    record = (*RECORD[:4], "8000", *RECORD[5:], *two, "--json")
    with fake_microphone(tmp_path, b"", rate=8000, channels=2) as environment:
        ran = scripted.run(*record, environment=environment | busy)

    told = [one for one in ran.of("status") if one["state"] == "audio_dropped"]
    assert (ran.code, {one["speaker"] for one in told}) == (0, {"Ann", "Bea"})
    assert ran.lines[-1]["audio_dropped"] == pytest.approx(
        sum(float(str(one["seconds"])) for one in told), abs=0.01
    )


def test_people_are_told_what_to_close(scripted: Home, tmp_path: Path) -> None:
    busy = too_busy(tmp_path, PYAUDIO)
    with fake_microphone(tmp_path, b"") as environment:
        ran = scripted.run(*RECORD, environment=environment | busy)

    (said,) = [line for line in ran.stderr.splitlines() if "are lost" in line]
    assert said.startswith("Warning: ")
    assert said.endswith(
        " s of sound are lost: this computer is too busy to record all; close what else"
        " is at work on it."
    )
