"""Recordings of real people, from file to screen."""

import json
import re
from difflib import SequenceMatcher

import pytest

from tests.command_line import ROOT, Home

SPEECH = ROOT.parent / "shared" / "data" / "speech"

pytestmark = pytest.mark.skipif(not SPEECH.exists(), reason="no recordings here")


@pytest.mark.parametrize("name", ["lj_LJ001-0004.flac", "ami_trn00.flac"])
def test_people_are_understood(home: Home, name: str) -> None:
    ran = home.run("stream", SPEECH / name, "--json")

    assert ran.code == 0
    assert ran.lines[-1]["reason"] == "end_of_input"
    assert _overlap(_said(name), " ".join(map(str, ran.texts))) >= 0.8


def test_captions_of_people_are_texts_with_case_and_punctuation(home: Home) -> None:
    ran = home.run("stream", SPEECH / "lj_LJ001-0004.flac")

    assert re.search(r"^\[00:0\d\] Speaker 1: [A-Z].*[,.]", ran.stdout)


def _said(name: str) -> str:
    lines = (SPEECH / "refs.jsonl").read_text().splitlines()
    texts = {one["file"]: one["text"] for one in map(json.loads, lines)}
    return str(texts[name])


def _overlap(said: str, heard: str) -> float:
    """The share of words that both have, in order."""
    return SequenceMatcher(None, _words(said), _words(heard)).ratio()


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())
