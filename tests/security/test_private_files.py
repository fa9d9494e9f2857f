"""Nobody but their owner can read what a run leaves on disk, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Home
from tests.runs.killed import GAP, sentence, victim
from tests.scripted_speech import say, speech

TEXT = "The van is late."


@pytest.fixture
def open_handed() -> Iterator[None]:
    """What is made without a thought can be read and written by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_handed")
def test_all_that_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    log = tmp_path / "symbl.log"
    with home.scripted_server():
        assert home.run("config", "init", "--engine", "local").code == 0
        home.run("stream", "-", "--log-file", log, sound=speech(TEXT))
        with victim(home) as run:
            run.send(sentence(TEXT))
            run.until(TEXT)
            run.keep(GAP + say("And then we"))
            run.until_named()
            while_it_runs = _open_to_others(home)
            run.kill()
        home.run("recover")
        left_behind = _open_to_others(home)
        recovered = home.run("recover", "last")

    assert recovered.code == 0, recovered
    assert while_it_runs == left_behind == _open_to_others(home) == {}
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def _open_to_others(home: Home) -> dict[str, str]:
    """What of the user's folders of ours somebody else may see, and its mode."""
    found = {
        path.relative_to(home.folder): stat.S_IMODE(path.stat().st_mode)
        for path in home.folder.rglob("*")
    }
    ours = {path: mode for path, mode in found.items() if "symbl" in path.parts}
    assert {path.parts[0] for path in ours} >= {"config", "data", "state"}
    return {
        str(path): oct(mode)
        for path, mode in ours.items()
        if mode != (0o700 if (home.folder / path).is_dir() else 0o600)
    }
