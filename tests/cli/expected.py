"""What a made conversation must yield: the `expected.toml` beside its script."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import soundfile

from tests.command_line import ROOT


@dataclass(frozen=True)
class Talk:
    """A made conversation: its sound, its speakers, its trackers, what is in it."""

    sound: Path
    script: Path
    expected: Path

    @property
    def speakers(self) -> list[str]:
        script = tomllib.loads(self.script.read_text(encoding="utf-8"))
        return [speaker["name"] for speaker in script["speakers"]]

    @property
    def options(self) -> list[str]:
        """What tells `symbl stream` about speakers and trackers."""
        script = tomllib.loads(self.script.read_text(encoding="utf-8"))
        named = [word for name in self.speakers for word in ("--speaker", name)]
        watched = [
            f"--tracker={tracker['name']}={','.join(tracker['phrases'])}"
            for tracker in script["trackers"]
        ]
        return [*named, *watched]

    def parts(self, kind: str) -> list[dict[str, object]]:
        expected = tomllib.loads(self.expected.read_text(encoding="utf-8"))
        found = expected[kind]
        assert isinstance(found, list)
        assert found
        return found


DEMO_FOLDER = ROOT / "symbl_cli" / "resources" / "demo"
DEMO = Talk(
    DEMO_FOLDER / "conversation.flac",
    DEMO_FOLDER / "conversation.toml",
    DEMO_FOLDER / "expected.toml",
)
_FIXTURES = ROOT / "tests" / "fixtures"
SECOND = Talk(
    _FIXTURES / "second.flac",
    _FIXTURES / "second.toml",
    _FIXTURES / "second.expected.toml",
)


def beginning_of(recording: Path, seconds: int, name: Path) -> Path:
    """So much of *recording*, as a WAV of that *name*."""
    samples, rate = soundfile.read(recording, frames=seconds * 16000, dtype="int16")
    soundfile.write(name, samples, rate, subtype="PCM_16")
    return name


def due_date(due: dict[str, object], begun: date) -> str:
    """The ISO date that *due* means in a conversation of *begun*."""
    if "days" in due:
        days = int(str(due["days"]))
    else:
        days = (int(str(due["weekday"])) - begun.isoweekday() - 1) % 7 + 1
    return (begun + timedelta(days=days)).isoformat()
