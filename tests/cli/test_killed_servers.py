"""A server of our own that is killed in the middle of real speech."""

import json
import os
import re
import signal
from pathlib import Path

import pytest

from tests.cli.expected import DEMO, SECOND, Talk, beginning_of
from tests.cli.read_back import Told, told_of
from tests.command_line import Home, finished, read_until

LENGTH = 26
"""Seconds of speech: some is left behind what the kill may change."""
INTERRUPTED = 2
"""The utterance that the kill interrupts, and the next."""


@pytest.mark.parametrize(
    ("talk", "speakers"),
    [
        pytest.param(DEMO, 1, id="demo-one"),
        pytest.param(SECOND, 1, id="second-one"),
        pytest.param(SECOND, 2, id="second-two"),
    ],
)
def test_a_server_killed_in_mid_utterance_costs_no_word(
    own_home: Home, tmp_path: Path, talk: Talk, speakers: int
) -> None:
    sound = beginning_of(talk.sound, LENGTH, tmp_path / "talk.wav")
    names = [f"--speaker={name}" for name in talk.speakers if speakers > 1]
    command: list[str | Path] = ["stream", sound, "--json", *names]
    undisturbed = told_of(own_home.run(*command).lines)

    with own_home.process(*command, "--interim", "--pace", "realtime") as run:
        heard = read_until(run, _is_final)
        heard += read_until(run, _is_interim)
        _kill_server(own_home)
        ran = finished(run)

    lines = [*map(json.loads, heard), *ran.lines]
    assert ran.code == 0
    assert "reconnected" in [line.get("state") for line in lines]
    for name in {name for _, name, _ in undisturbed}:
        _compare(_said_by(name, told_of(lines)), _said_by(name, undisturbed))


def _compare(said: list[Told], expected: list[Told]) -> None:
    """The same words in the same order, all else but two utterances the same."""
    assert _words(said) == _words(expected)
    assert len([one for one in expected if one not in said]) <= INTERRUPTED


def _said_by(name: str, told: list[Told]) -> list[Told]:
    return [one for one in told if one[1] == name]


def _is_final(line: str) -> bool:
    return json.loads(line).get("final") is True


def _is_interim(line: str) -> bool:
    one = json.loads(line)
    return one.get("final") is False and len(str(one["text"]).split()) > 1


def _kill_server(home: Home) -> None:
    os.kill(home.address.pid, signal.SIGKILL)


def _words(told: list[Told]) -> list[str]:
    return re.findall(r"[a-z']+", " ".join(text for _, _, text in told).lower())
