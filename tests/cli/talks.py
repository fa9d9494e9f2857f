"""What the scripted recogniser reads, as recordings."""

from pathlib import Path

from tests.scripted_speech import speech
from tests.wavs import fmt_chunk, wav_file

QUESTION = "Who books the room?"
TASK = "I will send the draft by Friday."


def talk_in(folder: Path, *texts: str, rate: int = 16000) -> Path:
    """A WAV file in *folder* that says *texts*, or else the question and the task."""
    path = folder / "talk.wav"
    sound = speech(*(texts or (QUESTION, TASK)), sample_rate=rate)
    path.write_bytes(wav_file(sound, fmt=fmt_chunk(rate=rate)))
    return path
