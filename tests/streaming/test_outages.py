"""Bad lines by the clock, with the waits that users have: nothing is lost on them."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from symbl_cli.audio.channels import split
from symbl_cli.audio.source import AudioSource
from symbl_cli.lines import State, Status
from symbl_cli.streaming.run import Timing
from tests.faults import FaultyLine
from tests.server_process import ServerProcess, running_server
from tests.streaming.behind import BEHIND_A_LINE, Outcome, Scene, is_listening, port_of
from tests.streaming.voices import ANN, BOTH, SENTENCES, SOUND, Voices, spoken
from tests.streaming.watched import is_state

SPEECHES = 7
"""How often the same is said: forty seconds in all."""
NOTICED = 15.0
Trouble = Callable[[Scene], None]


@contextmanager
def one_voice(_: Path) -> Iterator[Sequence[AudioSource]]:
    with spoken(SOUND * SPEECHES, channels=1, tick=0.1) as feed:
        yield split(feed)


@contextmanager
def two_voices(_: Path) -> Iterator[Sequence[AudioSource]]:
    with spoken(BOTH * SPEECHES, channels=2, tick=0.1) as feed:
        yield split(feed, ("Ann", "Bea"))


ONE = Outcome(
    said=tuple(("Speaker 1", text) for text in SENTENCES) * SPEECHES,
    stored=SENTENCES * SPEECHES,
)
TWO = Outcome(
    said=(
        ("Ann", SENTENCES[0]),
        ("Bea", SENTENCES[1]),
        ("Ann", SENTENCES[2]),
        ("Bea", SENTENCES[2]),
    )
    * SPEECHES,
    stored=(*SENTENCES, SENTENCES[2]) * SPEECHES,
)
EXPECTED = {one_voice: ONE, two_voices: TWO}


def an_outage_of_30_seconds(scene: Scene) -> None:
    scene.line.at(len(ANN), scene.line.down)
    scene.until(lambda body: is_state(body, State.RECONNECTING))
    time.sleep(30)
    scene.line.up()


def a_freeze_of_20_seconds(scene: Scene) -> None:
    frozen = _when(scene, len(ANN), scene.line.freeze_those_connected)
    time.sleep(max(0.0, frozen + 20 - time.monotonic()))
    scene.line.thaw()


def two_drops(scene: Scene) -> None:
    scene.line.at(len(ANN), scene.line.drop)
    scene.until(lambda body: is_state(body, State.RECONNECTED))
    scene.line.at(len(ANN) * 2, scene.line.drop)


def a_reset_of_the_start(scene: Scene) -> None:
    scene.line.before_answer(scene.line.reset)


def a_drop_among_the_last_words(scene: Scene) -> None:
    scene.line.at(len(ANN) * SPEECHES - 3200, scene.line.hold_answers)
    scene.until(lambda body: is_state(body, State.DRAINING))
    scene.line.drop()


def a_dead_line(scene: Scene) -> None:
    """Everything is taken, nothing comes: it is noticed in time."""
    died = _when(scene, len(ANN), scene.line.swallow_those_connected)
    scene.until(lambda body: is_state(body, State.RECONNECTING))
    assert time.monotonic() - died < NOTICED


def _when(scene: Scene, passed: int, do: Callable[[], None]) -> float:
    """The moment at which it was done."""
    done: list[float] = []

    def strike() -> None:
        do()
        done.append(time.monotonic())

    scene.line.at(passed, strike)
    scene.until(lambda _: bool(done))
    return done[0]


SILENT: tuple[Trouble, ...] = (a_freeze_of_20_seconds, a_dead_line)
"""Nobody is told of them: they are noticed when nothing has come for a while."""
TROUBLES: tuple[Trouble, ...] = (
    an_outage_of_30_seconds,
    a_freeze_of_20_seconds,
    two_drops,
    a_reset_of_the_start,
    a_drop_among_the_last_words,
    a_dead_line,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("data"), BEHIND_A_LINE) as process:
        yield process


def _bear(server: ServerProcess, voices: Voices, trouble: Trouble) -> Outcome:
    with FaultyLine(port_of(server)) as line, ThreadPoolExecutor(1) as executor:
        scene = Scene(line, server)
        troubled = executor.submit(trouble, scene)
        came = scene.play(voices, Path("/"), timing=Timing())
        troubled.result()
        assert any(map(is_listening, scene.sink.bodies))
    if trouble in SILENT:
        assert min(_gaps(scene)) >= Timing().silence
    return came


def _gaps(scene: Scene) -> list[float]:
    """As they were told, in seconds."""
    told = [body for body in scene.sink.bodies if isinstance(body, Status)]
    return [one.gap for one in told if one.gap is not None]


def test_troubles_by_the_clock_change_nothing(server: ServerProcess) -> None:
    cells = [(voices, trouble) for voices in EXPECTED for trouble in TROUBLES]
    with ThreadPoolExecutor(len(cells)) as executor:
        running = [executor.submit(_bear, server, *cell) for cell in cells]
        came = {
            (voices.__name__, trouble.__name__): cell.result()
            for (voices, trouble), cell in zip(cells, running, strict=True)
        }

    assert came == {
        (voices.__name__, trouble.__name__): EXPECTED[voices]
        for voices, trouble in cells
    }
