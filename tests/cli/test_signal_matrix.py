"""Every way to end a run, with every source, in every form: no word is lost."""

import json
import sys
import wave
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cli.at_once import at_once
from tests.cli.endings import (
    CELLS,
    FIRST,
    MORE,
    SECOND,
    Cell,
    Form,
    Moment,
    play,
)
from tests.cli.endings import Source as Heard
from tests.cli.read_back import (
    check_finals,
    files_in,
    finals_of,
    read_jsonl,
    read_srt,
    read_text,
    read_vtt,
)
from tests.cli.running import Ended
from tests.command_line import Home, check_lines, checked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA, a pty")

AT_ONCE = 8
CODES = {
    Moment.SIGINT: 130,
    Moment.SIGTERM: 143,
    Moment.SIGHUP: 129,
    Moment.TWICE: 130,
    Moment.SUSPENDED: 130,
    Moment.WINDOW: 129,
    Moment.READER: 0,
    Moment.DURATION: 0,
    Moment.END: 0,
}
REASONS = {
    Moment.SIGINT: "interrupted",
    Moment.SIGTERM: "terminated",
    Moment.SIGHUP: "hangup",
    Moment.SUSPENDED: "interrupted",
    Moment.WINDOW: "hangup",
    Moment.READER: "stopped",
    Moment.DURATION: "duration",
    Moment.END: "end_of_input",
}
PAUSED = (
    "\nPaused: nothing is recorded.\nRecording again.\nWaiting for the last words.\n"
)
Play = Callable[[Cell], Ended]


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Play]:
    """What came of each cell that is asked for; several run at the same time."""
    folder = tmp_path_factory.mktemp("endings")
    home = Home(tmp_path_factory.mktemp("home of endings"))
    params = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {one.params["cell"] for one in params if one and "cell" in one.params}
    plays = {
        cell: partial(play, home, folder / str(cell), cell)
        for cell in CELLS
        if cell in asked
    }
    with home.scripted_server(), at_once(plays, AT_ONCE) as played:
        yield played


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_run_ends_well_however_it_ends(cell: Cell, played: Play) -> None:
    ended = played(cell)

    lines = read_jsonl(ended.folder / "out.jsonl")
    assert ended.code == CODES[cell.moment], (ended.shown, ended.errors)
    assert "Traceback" not in ended.shown + ended.errors
    assert ended.was_restored
    if cell.moment is Moment.TWICE:
        check_what_is_on_disk(ended.folder)
        return
    check_lines(lines)
    assert lines[-1]["reason"] == REASONS[cell.moment]
    check_words(cell, [text for _, text in finals_of(lines)])
    check_files(ended.folder, lines)
    check_shown(cell, ended, lines)
    if cell.moment is Moment.SUSPENDED:
        states = [line["state"] for line in lines if line["type"] == "status"]
        assert states[-3:] == ["paused", "resumed", "draining"]
        assert cell.form is not Form.PLAIN or PAUSED in ended.errors


def check_words(cell: Cell, texts: list[str]) -> None:
    """All that was heard is there: in a pipe all that was written, else up to where."""
    said = "".join(texts).replace(" ", "")
    whole = f"{FIRST}{SECOND}{MORE}".replace(" ", "")
    is_whole = cell.source in {Heard.PIPE, Heard.FIFO} and cell.moment not in {
        Moment.DURATION,
        Moment.READER,
    }
    is_whole |= cell.moment in {Moment.SUSPENDED, Moment.END}
    least = f"{FIRST}{SECOND if is_whole else 'nobody'}".replace(" ", "")
    assert texts[0] == FIRST
    assert whole.startswith(said)
    assert said.startswith(least)


def check_files(folder: Path, lines: list[dict[str, object]]) -> None:
    check_finals(files_in(folder), lines)
    assert seconds_of(folder / "out.wav") >= float(str(lines[-1]["duration"])) - 0.001
    files = lines[-1]["files"]
    assert isinstance(files, list)
    assert {path.name for path in map(Path, files)} == {
        path.name for path in folder.glob("out.*")
    }


def check_shown(cell: Cell, ended: Ended, lines: list[dict[str, object]]) -> None:
    """Whoever was still there saw the last words too."""
    if cell.moment in {Moment.WINDOW, Moment.READER}:
        return
    match cell.form:
        case Form.JSON:
            ran = checked(["stream", "--json"], 0, *_bytes(ended))
            assert ran.lines == lines
        case Form.PLAIN:
            said = [f"Speaker 1: {text}" for _, text in finals_of(lines)]
            shown = [line[8:] for line in ended.shown.splitlines()]
            assert shown == said
        case Form.LIVE:
            assert all(text in ended.shown for _, text in finals_of(lines))


def check_what_is_on_disk(folder: Path) -> None:
    """Nobody waited for the end: the files are whole as far as they go."""
    lines = read_jsonl(folder / "out.jsonl")
    assert [text for _, text in finals_of(lines)] == [FIRST]
    assert lines[-1] == {**lines[-1], "type": "status", "state": "draining"}
    assert [cue.text for cue in read_srt(folder / "out.srt")] == [FIRST]
    assert [cue.text for cue in read_vtt(folder / "out.vtt")] == [FIRST]
    assert read_text(folder / "out.txt") == [("Speaker 1", FIRST)]
    assert seconds_of(folder / "out.wav") > 0
    for frame in (folder / "out.wire.jsonl").read_text().splitlines():
        json.loads(frame)


def seconds_of(path: Path) -> float:
    with wave.open(str(path)) as wav:
        return float(wav.getnframes() / wav.getframerate())


def _bytes(ended: Ended) -> tuple[bytes, bytes]:
    return ended.shown.encode(), ended.errors.encode()
