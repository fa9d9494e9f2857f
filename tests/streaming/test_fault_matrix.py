"""Every fault at every moment with every source: nothing lost, nothing said twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from symbl_cli.lines import State
from tests.faults import FaultyLine
from tests.server_process import ServerProcess, running_server
from tests.streaming.behind import (
    BEHIND_A_LINE,
    Outcome,
    Scene,
    is_listening,
    is_reconnected,
    port_of,
)
from tests.streaming.voices import (
    LENGTH,
    MIDDLE,
    PAUSE,
    SENTENCES,
    Voices,
    fast_file,
    microphone,
    paced_file,
    pipe,
    two_speakers,
)
from tests.streaming.watched import is_state

Fault = Callable[[FaultyLine], None]
Moment = Callable[["Scene", Callable[[], None]], None]

LAST_FRAME = 3200

ALONE = Outcome(said=tuple(("Speaker 1", text) for text in SENTENCES), stored=SENTENCES)
TOGETHER = Outcome(
    said=(
        ("Ann", SENTENCES[0]),
        ("Bea", SENTENCES[1]),
        ("Ann", SENTENCES[2]),
        ("Bea", SENTENCES[2]),
    ),
    stored=(*SENTENCES, SENTENCES[2]),
)
EXPECTED: dict[Voices, Outcome] = {
    fast_file: ALONE,
    pipe: ALONE,
    microphone: ALONE,
    two_speakers: TOGETHER,
    paced_file: TOGETHER,
}


def at_the_start(scene: Scene, strike: Callable[[], None]) -> None:
    """The server has said that it listens, and was not heard yet."""
    scene.line.before_answer(strike)
    scene.until(is_listening)
    scene.line.thaw()


def in_mid_utterance(scene: Scene, strike: Callable[[], None]) -> None:
    scene.line.at(MIDDLE, strike)
    _recover(scene)


def between_utterances(scene: Scene, strike: Callable[[], None]) -> None:
    scene.line.at(PAUSE, strike)
    _recover(scene)


def among_last_words(scene: Scene, strike: Callable[[], None]) -> None:
    scene.line.at(LENGTH - LAST_FRAME, scene.line.hold_answers)
    scene.until(lambda body: is_state(body, State.DRAINING))
    strike()
    scene.line.release_answers()
    _recover(scene)


def _recover(scene: Scene) -> None:
    """What was held back reaches a server that must not hear it."""
    scene.until(is_reconnected)
    scene.line.thaw()


FAULTS: tuple[Fault, ...] = (
    FaultyLine.drop,
    FaultyLine.reset,
    FaultyLine.freeze_those_connected,
    FaultyLine.swallow_those_connected,
    FaultyLine.delay,
    FaultyLine.trickle_those_connected,
    FaultyLine.corrupt,
    FaultyLine.garble,
)
MOMENTS: tuple[Moment, ...] = (
    at_the_start,
    in_mid_utterance,
    between_utterances,
    among_last_words,
)
SOURCES: tuple[Voices, ...] = (fast_file, pipe, microphone, two_speakers)


def _name(what: Callable[..., object]) -> str:
    return what.__name__.replace("_those_connected", "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("data"), BEHIND_A_LINE) as process:
        yield process


def disturbed(
    server: ServerProcess, voices: Voices, moment: Moment, fault: Fault, folder: Path
) -> Outcome:
    with (
        FaultyLine(port_of(server)) as line,
        ThreadPoolExecutor(1) as executor,
    ):
        scene = Scene(line, server)
        struck = executor.submit(moment, scene, lambda: fault(line))
        came = scene.play(voices, folder)
        struck.result()
    return came


@pytest.mark.parametrize("voices", EXPECTED, ids=_name)
def test_what_an_undisturbed_run_yields(
    server: ServerProcess, voices: Voices, tmp_path: Path
) -> None:
    with FaultyLine(port_of(server)) as line:
        assert Scene(line, server).play(voices, tmp_path) == EXPECTED[voices]


@pytest.mark.parametrize("fault", FAULTS, ids=_name)
@pytest.mark.parametrize("moment", MOMENTS, ids=_name)
@pytest.mark.parametrize("voices", SOURCES, ids=_name)
def test_a_fault_changes_nothing(
    server: ServerProcess, voices: Voices, moment: Moment, fault: Fault, tmp_path: Path
) -> None:
    came = disturbed(server, voices, moment, fault, tmp_path)

    assert came == EXPECTED[voices]


@pytest.mark.parametrize("moment", MOMENTS, ids=_name)
def test_faults_change_nothing_at_the_speed_of_speech(
    server: ServerProcess, moment: Moment, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(len(FAULTS)) as executor:
        cells = {
            _name(fault): executor.submit(
                disturbed, server, paced_file, moment, fault, tmp_path / _name(fault)
            )
            for fault in FAULTS
        }
        came = {name: cell.result() for name, cell in cells.items()}

    assert came == dict.fromkeys(map(_name, FAULTS), TOGETHER)


@pytest.mark.parametrize("moment", MOMENTS, ids=_name)
@pytest.mark.parametrize("voices", [fast_file, two_speakers], ids=_name)
def test_a_server_that_is_killed_costs_no_word(
    voices: Voices, moment: Moment, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(running_server(tmp_path, BEHIND_A_LINE))]
        line = stack.enter_context(FaultyLine(port_of(servers[0])))
        scene = Scene(line, servers[0])

        def kill() -> None:
            scene.is_up.clear()
            scene.server.kill()
            again = stack.enter_context(running_server(tmp_path, BEHIND_A_LINE))
            scene.server = again
            line.redirect(port_of(again))
            scene.is_up.set()

        with ThreadPoolExecutor(1) as executor:
            struck = executor.submit(moment, scene, kill)
            came = scene.play(voices, tmp_path / "sound")
            struck.result()

    assert came == EXPECTED[voices]
