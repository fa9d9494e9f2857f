"""What interrupted runs have left behind, made without one."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from symbl_cli.streaming.runs import write_record
from symbl_cli.streaming.segments import Segment
from tests.command_line import Home
from tests.runs.kept import record
from tests.runs.killed import sentence

_A_FILE = 20
"""Sentences in each file of sound."""


@dataclass(frozen=True)
class Left:
    """The folder of a run whose disk a test damages."""

    home: Home
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def sound(self) -> Path:
        return next(self.folder.glob("*.pcm"))

    @property
    def record(self) -> Path:
        return self.folder / "run.json"

    @property
    def journal(self) -> Path:
        return self.folder / "journal.jsonl"

    def change_record(self, **fields: object) -> None:
        self.record.write_text(json.dumps(json.loads(self.record.read_text()) | fields))


def left_in(
    home: Home, *texts: str, engine: str = "local", file: Path | None = None
) -> Left:
    """As a run leaves it that was killed before the server had heard anything."""
    name = str(uuid4())
    folder = home.runs / name
    folder.mkdir(parents=True)
    plain = record(connection_id=name)
    write_record(folder, replace(plain, engine=engine, file=file))
    start = 0
    for number, some in enumerate(_batched(texts)):
        pcm = b"".join(map(sentence, some))
        (folder / Segment(0, number, start).name).write_bytes(pcm)
        start += len(pcm) // 2
    return Left(home, folder)


def _batched(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """What one file holds."""
    yield from (texts[at : at + _A_FILE] for at in range(0, len(texts), _A_FILE))
