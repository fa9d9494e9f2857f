"""The same words out of every kind of source."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread

from symbl_cli.audio.channels import split
from symbl_cli.audio.drivers.driver import InputDevice
from symbl_cli.audio.feed import Feed
from symbl_cli.audio.files import Pace, open_file
from symbl_cli.audio.microphone import Microphone
from symbl_cli.audio.source import AudioSource
from symbl_cli.audio.stdin import open_stdin
from symbl_cli.media.format import AudioFormat
from tests.audio.feeds import HandDriver
from tests.scripted_speech import cut, say, silence
from tests.wavs import fmt_chunk, wav_file

SENTENCES = ("Who books it?", "The van is late.", "So be it.")
_PAUSE = 1.1
_RATE = 16000


def _talk(*texts: str, heard: Sequence[str] = SENTENCES) -> bytes:
    """Those of *texts* that are *heard*; silence of their length instead of others."""
    still = silence(_PAUSE)
    return still + b"".join(
        (say(text) if text in heard else bytes(len(say(text)))) + still
        for text in texts
    )


SOUND = _talk(*SENTENCES)
LENGTH = len(SOUND)
MIDDLE = len(_talk(SENTENCES[0])) + len(say(SENTENCES[1])) // 2
"""Bytes up to the midst of the second sentence."""
PAUSE = len(_talk(*SENTENCES[:2])) - len(silence(_PAUSE)) // 4
"""Bytes up to where the second sentence is final, and the third has not begun."""

ANN = _talk(*SENTENCES, heard=(SENTENCES[0], SENTENCES[2]))
BEA = _talk(*SENTENCES, heard=SENTENCES[1:])
"""At the end both speak at once."""
BOTH = b"".join(ann + bea for ann, bea in zip(cut(ANN, 2), cut(BEA, 2), strict=True))

Voices = Callable[[Path], AbstractContextManager[Sequence[AudioSource]]]


@contextmanager
def fast_file(folder: Path) -> Iterator[Sequence[AudioSource]]:
    yield split(_file(folder, SOUND, channels=1, pace=Pace.FAST))


@contextmanager
def paced_file(folder: Path) -> Iterator[Sequence[AudioSource]]:
    """Two speakers, at the speed of speech."""
    feed = _file(folder, BOTH, channels=2, pace=Pace.REAL_TIME)
    yield split(feed, ("Ann", "Bea"))


@contextmanager
def pipe(_: Path) -> Iterator[Sequence[AudioSource]]:
    ours, theirs = os.pipe()
    writer = Thread(target=_write, args=(theirs, SOUND))
    writer.start()
    yield split(open_stdin(fd=ours))
    os.close(ours)
    writer.join()


@contextmanager
def microphone(_: Path) -> Iterator[Sequence[AudioSource]]:
    with spoken(SOUND, channels=1) as feed:
        yield split(feed)


@contextmanager
def two_speakers(_: Path) -> Iterator[Sequence[AudioSource]]:
    """At one microphone with a channel for each."""
    with spoken(BOTH, channels=2) as feed:
        yield split(feed, ("Ann", "Bea"))


def _file(folder: Path, sound: bytes, *, channels: int, pace: Pace) -> Feed:
    path = folder / "talk.wav"
    path.write_bytes(wav_file(sound, fmt=fmt_chunk(channels=channels)))
    return open_file(path, pace=pace)


def _write(fd: int, sound: bytes) -> None:
    with os.fdopen(fd, "wb") as file:
        file.write(sound)


@contextmanager
def spoken(sound: bytes, *, channels: int, tick: float = 0.01) -> Iterator[Feed]:
    """A device that hears *sound*, a tenth of a second of it every *tick*."""
    device = InputDevice(0, "desk", channels, _RATE, is_default=True)
    driver = HandDriver(device)
    feed = Microphone(driver, device, [AudioFormat(_RATE, channels)])
    blocks = cut(sound, _RATE // 10 * 2 * channels)
    speaker = Thread(target=_speak, args=(driver, feed, blocks, tick))
    speaker.start()
    yield feed
    feed.close()
    speaker.join()


def _speak(
    driver: HandDriver, feed: Feed, blocks: Sequence[bytes], tick: float
) -> None:
    begun = time.monotonic()
    for number, block in enumerate(blocks):
        time.sleep(max(0.0, begun + number * tick - time.monotonic()))
        driver.streams[-1].say(block, has_overflowed=False)
    feed.close()
