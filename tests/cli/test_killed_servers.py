"""A server of our own that is killed in the middle of real speech."""

import json
import os
import re
import signal
from pathlib import Path

import pytest
import soundfile

from symbl_cli.protocol.local import SERVER_FILE, decode_address
from tests.command_line import ROOT, Home, finished, read_until

SECOND = ROOT / "tests" / "fixtures" / "second.flac"
LENGTH = 22
"""Seconds of it."""
ONE: tuple[str, ...] = ()
TWO = ("--speaker", "Robert", "--speaker", "Maria")


@pytest.mark.parametrize("speakers", [ONE, TWO], ids=["one", "two"])
def test_a_server_killed_in_mid_utterance_costs_no_word(
    own_home: Home, tmp_path: Path, speakers: tuple[str, ...]
) -> None:
    talk = _beginning_of(SECOND, tmp_path / "talk.wav")
    undisturbed = own_home.run("stream", talk, "--json", *speakers)
    command = ("stream", talk, "--json", "--interim", "--pace", "realtime")

    with own_home.process(*command, *speakers) as run:
        heard = read_until(run, _is_final)
        heard += read_until(run, _is_interim)
        _kill_server(own_home)
        ran = finished(run)

    lines = [*map(json.loads, heard), *ran.lines]
    latest = {line["id"]: line for line in lines if line["type"] == "transcript"}
    finals = [(one["start"], str(one["text"])) for one in latest.values()]
    said = [text for _, text in sorted(finals) if text]
    expected = list(map(str, undisturbed.texts))
    assert ran.code == 0
    assert [one for one in latest.values() if not one["final"]] == []
    assert "reconnected" in [line.get("state") for line in lines]
    assert len(set(said)) == len(said)
    assert len([text for text in expected if text not in said]) <= 2 + bool(speakers)
    assert _words(expected) - _words(said) == set()


def _beginning_of(recording: Path, name: Path) -> Path:
    samples, rate = soundfile.read(recording, frames=LENGTH * 16000, dtype="int16")
    soundfile.write(name, samples, rate, subtype="PCM_16")
    return name


def _is_final(line: str) -> bool:
    return json.loads(line).get("final") is True


def _is_interim(line: str) -> bool:
    one = json.loads(line)
    return one.get("final") is False and len(str(one["text"]).split()) > 1


def _kill_server(home: Home) -> None:
    address = decode_address((home.data / SERVER_FILE).read_text())
    os.kill(address.pid, signal.SIGKILL)


def _words(texts: list[str]) -> set[str]:
    return set(re.findall(r"[a-z']+", " ".join(texts).lower()))
