"""Real speech over a line that is hung up on and frozen: what it would be without."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from tests.cli.expected import DEMO, SECOND, beginning_of
from tests.cli.read_back import (
    ENDINGS,
    check_files,
    files_in,
    is_final,
    named,
    told_of,
)
from tests.cli.test_real_voices import SPEECH
from tests.command_line import LIMIT, Home, Ran, finished, read_until
from tests.faults import FaultyLine
from tests.server_process import ServerProcess, running_server

FIRST_DROP = 64_000
"""Bytes of sound, two seconds: somebody speaks in every recording."""
FREEZE = 150_000
"""Bytes after the first drop."""
FROZEN = 0.3
SECOND_DROP = 580_000
"""Bytes after the first drop: somebody speaks in both conversations."""
VOICE = SPEECH / "lj_LJ001-0004.flac"
"""Shorter than that."""
ENOUGH = 26
"""Seconds that have both drops in them."""
WHOLE = 60
RECORDINGS = [
    pytest.param(DEMO.sound, ENOUGH, (), 2, id="demo-one"),
    pytest.param(DEMO.sound, WHOLE, DEMO.options, 2, id="demo-two"),
    pytest.param(SECOND.sound, ENOUGH, (), 2, id="second-one"),
    pytest.param(SECOND.sound, WHOLE, SECOND.options, 2, id="second-two"),
    pytest.param(
        VOICE,
        WHOLE,
        (),
        1,
        id="voice",
        marks=pytest.mark.skipif(not VOICE.exists(), reason="no recordings here"),
    ),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """It understands speech, and may be reached through a proxy."""
    folder = tmp_path_factory.mktemp("data")
    with running_server(folder, ("--allow-host", "127.0.0.1")) as process:
        yield process


class Trouble:
    """Two drops and a freeze, each when so much of the sound has gone by."""

    def __init__(self, line: FaultyLine) -> None:
        self.has_told = Event()
        """Whether the run has said a final sentence, which must not come again."""
        self._line = line
        line.at(FIRST_DROP, self._drop)

    def _drop(self) -> None:
        self._line.at(FREEZE, self._freeze)
        self._line.at(SECOND_DROP, self._drop_again)
        self._line.drop()

    def _freeze(self) -> None:
        self._line.freeze_those_connected()
        Event().wait(FROZEN)
        self._line.thaw()

    def _drop_again(self) -> None:
        assert self.has_told.wait(LIMIT)
        self._line.drop()


def run_in_trouble(
    home: Home, server: ServerProcess, *arguments: str | Path
) -> tuple[Ran, int]:
    """What came of it, and of how many connections."""
    port = int(server.address.url.rpartition(":")[2])
    with FaultyLine(port) as line:
        trouble = Trouble(line)
        with home.process(
            *("stream", *arguments, "--api-url", line.url),
            SYMBL_ACCESS_TOKEN=server.address.token,
        ) as process:
            said = read_until(process, lambda text: is_final(json.loads(text)))
            trouble.has_told.set()
            ran = finished(process)
    return Ran(ran.code, "".join(said) + ran.stdout, ran.stderr), line.connections


@pytest.mark.parametrize(("recording", "seconds", "options", "drops"), RECORDINGS)
def test_drops_and_a_freeze_change_nothing(
    home: Home,
    server: ServerProcess,
    tmp_path: Path,
    recording: Path,
    seconds: int,
    options: Sequence[str],
    drops: int,
) -> None:
    sound = beginning_of(recording, seconds, tmp_path / "talk.wav")
    command: list[str | Path] = [sound, *options, "--json", "--interim"]
    command += ["--pace", "fast"]
    folder = tmp_path / "meetings"
    files = (*named(tmp_path), "--save-dir", folder)

    with ThreadPoolExecutor(1) as executor:
        running = executor.submit(home.run, "stream", *command, environment=at(server))
        ran, connections = run_in_trouble(home, server, *command, *files)
        undisturbed = running.result()

    assert (ran.code, undisturbed.code) == (0, 0), ran.stderr
    assert told_of(ran.lines) == told_of(undisturbed.lines)
    back = [line for line in ran.of("status") if line["state"] == "reconnected"]
    assert {line["lost"] for line in back} == {0}
    assert connections >= (drops + 1) * len({name for _, name, _ in told_of(ran.lines)})
    assert ran.lines[-1]["audio_dropped"] == 0
    check_all_files(tmp_path, folder, ran.lines, sound)


def at(server: ServerProcess) -> dict[str, str]:
    return {
        "SYMBL_API_URL": server.ws_url,
        "SYMBL_ACCESS_TOKEN": server.address.token,
    }


def check_all_files(
    there: Path, dated: Path, lines: list[dict[str, object]], sound: Path
) -> None:
    """Those that were named, and those that `--save-dir` names."""
    paths = files_in(there)
    saved = {name: next(dated.glob(f"*{end}")) for name, end in ENDINGS.items()}
    saved["jsonl"] = next(
        path for path in dated.glob("*.jsonl") if "wire" not in path.name
    )
    files = [str(path) for path in (*paths.values(), *saved.values())]
    assert sorted(map(str, lines[-1]["files"])) == sorted(files)  # type: ignore[call-overload] # a list
    for written in (paths, saved):
        check_files(written, lines, sound)
