"""The two made conversations: as written, and unknown to the code that judges them."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "symbl_cli" / "resources" / "demo" / "conversation.toml"
SECOND = ROOT / "tests" / "fixtures" / "second.toml"
MAKE = ROOT / "scripts" / "make_conversation"
INSIGHTS = ROOT / "symbl_cli" / "server" / "insights"
WEIGHTS = ROOT / "symbl_cli" / "resources"

FUNCTION_WORDS = """
a about again also an and are at be by can come did do for have how i in is it let let's
many much my not of on our s so that the they this to we what when who will you yes
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's flite made the FLAC")
@pytest.mark.parametrize("script", [DEMO, SECOND], ids=["demo", "second"])
def test_the_flac_is_what_the_script_says(script: Path, tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    spoken = tmp_path / "spoken.flac"
    command = [sys.executable, str(MAKE), str(script), str(spoken)]

    subprocess.run(command, check=True, capture_output=True)

    made, made_rate = soundfile.read(spoken, dtype="int16")
    kept, kept_rate = soundfile.read(script.with_suffix(".flac"), dtype="int16")
    assert (made_rate, made.tobytes()) == (kept_rate, kept.tobytes())


@pytest.mark.parametrize("script", [DEMO, SECOND], ids=["demo", "second"])
def test_no_phrase_of_the_script_stands_in_the_insights(script: Path) -> None:
    known = f" {' '.join(_content_words(_source()))} "

    assert [phrase for phrase in _phrases(script) if f" {phrase} " in known] == []


def _phrases(script: Path) -> Iterator[str]:
    """Every three content words in a row."""
    for turn in tomllib.loads(script.read_text(encoding="utf-8"))["turns"]:
        words = _content_words(turn["text"])
        for place in range(len(words) - 2):
            yield " ".join(words[place : place + 3])


def _content_words(text: str) -> list[str]:
    words = re.findall(r"[a-z']+", text.lower())
    return [word for word in words if word not in FUNCTION_WORDS.split()]


def _source() -> str:
    files = [*INSIGHTS.rglob("*"), *WEIGHTS.rglob("*.json")]
    texts = (path for path in files if path.suffix in {".json", ".py", ".toml", ".txt"})
    return "\n".join(path.read_text(encoding="utf-8") for path in texts)
