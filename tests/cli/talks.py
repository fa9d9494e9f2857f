"""What the scripted recogniser reads, as recordings, and what is in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO

from tests.scripted_speech import silence, speech
from tests.wavs import fmt_chunk, wav_file

QUESTION = "Who books the room?"
TASK = "I will send the draft by Friday."
TICK = 0.2


def talk_in(folder: Path, *texts: str, rate: int = 16000) -> Path:
    """A WAV file in *folder* that says *texts*, or else the question and the task."""
    path = folder / "talk.wav"
    sound = speech(*(texts or (QUESTION, TASK)), sample_rate=rate)
    path.write_bytes(wav_file(sound, fmt=fmt_chunk(rate=rate)))
    return path


@contextmanager
def going_on(pipe: IO[bytes], rate: int = 16000) -> Iterator[None]:
    """Silence comes through *pipe* at the speed of speech, so many samples a second."""
    ended = Event()

    def write() -> None:
        while not ended.wait(TICK):
            pipe.write(silence(TICK, rate))
            pipe.flush()

    writer = Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()
