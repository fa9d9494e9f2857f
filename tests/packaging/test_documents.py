"""README and docs: every command in them is run, every file they name is there.

A fenced block is run, in a folder with a few recordings and one past conversation. One
that cannot be is preceded by `<!-- not run: REASON -->`.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "symbl_cli" / "resources" / "demo" / "conversation.flac"
SCHEMA = ROOT / "symbl_cli" / "resources" / "lines.schema.json"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

FENCE = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]*) -->\n)?"
    r"```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)[^)]*\)")
OURS = ("APP_ID", "APP_SECRET", "ACCESS_TOKEN", "API_URL", "PROFILE")


@dataclass(frozen=True, slots=True)
class Block:
    document: str
    line: int
    language: str
    text: str
    reason: str | None
    """Why it is not run here."""

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a reader sits who tries what the documents say."""

    recordings: Path
    environment: dict[str, str]

    def laid_out(self, folder: Path) -> Path:
        """*folder* with the recordings in it, and nothing else."""
        for recording in self.recordings.iterdir():
            (folder / recording.name).symlink_to(recording)
        return folder

    def run(self, *command: str, folder: Path) -> None:
        run = subprocess.run(
            command,
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"


@cache
def _blocks() -> tuple[Block, ...]:
    return tuple(block for path in DOCUMENTS for block in _blocks_of(path))


def _blocks_of(path: Path) -> Iterator[Block]:
    document = path.read_text(encoding="utf-8")
    for match in FENCE.finditer(document):
        line = document.count("\n", 0, match.start("text"))
        yield Block(path.name, line, match["language"], match["text"], match["reason"])


def _run_here(language: str) -> list[Block]:
    return [
        block
        for block in _blocks()
        if block.language == language and block.reason is None
    ]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A home of its own, in which one conversation has been had."""
    folder = tmp_path_factory.mktemp("recordings")
    desk = Desk(folder, _environment(tmp_path_factory.mktemp("home")))
    channels = {"meeting.wav": 2, "talk.wav": 1, "talk.mp4": 2, "voice-memo.m4a": 1}
    for name, count in channels.items():
        command = ["ffmpeg", "-v", "error", "-i", str(DEMO), "-t", "32.6"]
        desk.run(*command, "-ac", str(count), name, folder=folder)
    desk.run("symbl", "stream", "talk.wav", folder=folder)
    return desk


def _environment(home: Path) -> dict[str, str]:
    binaries = Path(sys.executable).parent
    ours = {f"SYMBL_{name}" for name in OURS}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith("XDG_")
    }
    return kept | {"HOME": str(home), "PATH": f"{binaries}:{kept['PATH']}"}


@pytest.mark.parametrize("block", _run_here("sh"), ids=str)
def test_the_commands_work(block: Block, desk: Desk, tmp_path: Path) -> None:
    folder = ROOT if "./scripts/" in block.text else desk.laid_out(tmp_path)

    desk.run("bash", "-euo", "pipefail", "-c", block.text, folder=folder)


@pytest.mark.parametrize("block", _run_here("python"), ids=str)
def test_the_programs_work(block: Block, desk: Desk, tmp_path: Path) -> None:
    desk.run(sys.executable, "-c", block.text, folder=desk.laid_out(tmp_path))


@pytest.mark.parametrize("block", _run_here("json"), ids=str)
def test_the_lines_shown_are_valid(block: Block) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))

    for line in block.text.splitlines():
        validator.validate(json.loads(line))


@pytest.mark.parametrize("block", _run_here("toml"), ids=str)
def test_the_settings_shown_can_be_read(
    block: Block, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "symbl.toml").write_text(block.text)

    desk.run("symbl", "config", "list", folder=tmp_path)


def test_every_block_says_what_it_is() -> None:
    kinds = {"json", "python", "sh", "text", "toml"}

    assert [str(block) for block in _blocks() if block.language not in kinds] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_linked_is_there(document: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(document.read_text())]
    files = [target for target in targets if not target.startswith("http")]

    assert [name for name in files if not (document.parent / name).exists()] == []


def test_every_document_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    documents = [f"docs/{path.name}" for path in DOCUMENTS[1:]]

    assert [name for name in documents if f"({name}" not in readme] == []
