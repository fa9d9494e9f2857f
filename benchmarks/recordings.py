"""The recordings that benchmarks listen to."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

DEFAULT = Path(__file__).parents[1].parent / "shared" / "data" / "speech"
RATE = 16000


@dataclass(frozen=True, slots=True)
class Recording:
    """Mono, 16 bit, 16 kHz."""

    path: Path
    text: str

    def samples(self) -> npt.NDArray[np.int16]:
        samples, rate = soundfile.read(self.path, dtype="int16")
        if rate != RATE:
            raise SystemExit(f"{self.path} is not at {RATE} Hz")
        return np.asarray(samples, np.int16)

    def pcm(self) -> bytes:
        return self.samples().tobytes()


def read_recordings(folder: Path) -> list[Recording]:
    """All that `refs.jsonl` in *folder* names."""
    lines = (folder / "refs.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return [Recording(folder / entry["file"], entry["text"]) for entry in entries]


def add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=DEFAULT,
        help="with refs.jsonl and the files that it names",
    )
