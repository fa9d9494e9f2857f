"""A server that is busy is no server that is gone."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from symbl_cli.audio.channels import split
from symbl_cli.audio.files import Pace, open_file
from symbl_cli.audio.source import AudioSource
from symbl_cli.lines import State, Status
from symbl_cli.protocol.events import StopRequest
from symbl_cli.server.recognition.scripted import SLOW
from symbl_cli.streaming.run import Run
from tests.fakes import ListSource, chunks_of
from tests.faults import FaultyLine
from tests.scripted_speech import speech
from tests.server_process import running_server
from tests.streaming.behind import BEHIND_A_LINE, PATIENT, Scene, port_of
from tests.streaming.runs import RUN, SECOND, TIMING, run_against, states
from tests.streaming.service import Peer
from tests.wavs import wav_file

TEXTS = (f"Take your time{3 * SLOW}", *["nobody knows it yet, whoever may ask"] * 20)
"""A minute; the first sentence takes longer than a line may be silent."""
SILENCE = 4.0
TALK = SECOND * 20
STEP = 8192
"""Bytes that a slow server reads before it takes a breath."""


@contextmanager
def _recording(folder: Path) -> Iterator[Sequence[AudioSource]]:
    path = folder / "talk.wav"
    path.write_bytes(wav_file(speech(*TEXTS)))
    yield split(open_file(path, pace=Pace.FAST))


def test_who_is_held_back_by_a_busy_server_does_not_dial_again(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, (*BEHIND_A_LINE, "--workers", "1")) as server,
        FaultyLine(port_of(server)) as line,
    ):
        scene = Scene(line, server)
        timing = replace(PATIENT, silence=SILENCE)
        outcome = scene.play(_recording, tmp_path / "sound", timing=timing)

    assert [text for _, text in outcome.said] == list(TEXTS)
    assert line.connections == 1
    assert State.RECONNECTING not in states(scene.sink)


def _other(*, has_lag: bool = False, silence_at_end: float = 60.0) -> Run:
    """A run at another server, in which a line may be silent for a second."""
    timing = replace(TIMING, silence=1.0, silence_at_end=silence_at_end, ping=0.1)
    return replace(RUN, engine="remote", has_lag=has_lag, timing=timing)


def test_another_server_may_read_a_recording_slowly() -> None:
    def slow(peer: Peer) -> None:
        peer.listen()
        left = len(TALK)
        while left > 0:
            left -= len(peer.audio(min(STEP, left)))
            time.sleep(0.05)
        peer.finish()

    source = ListSource(chunks_of(TALK))
    # Also when all was sent: it lies in the kernel's hands then, and pings among it.
    sink = run_against(slow, run=_other(silence_at_end=1.0), source=source)

    assert State.RECONNECTING not in states(sink)


# A pipe plays live, until it is known that it does not.
@pytest.mark.parametrize("has_lag", [False, True], ids=["recording", "fast pipe"])
def test_another_server_may_hear_a_recording_when_it_has_all_of_it(
    has_lag: bool,
) -> None:
    def busy(peer: Peer) -> None:
        peer.listen()
        peer.until(StopRequest)
        peer.answers_pings = False
        for _ in range(20):  # together longer than a line may be silent
            peer.until_ping()
        peer.end()

    assert State.RECONNECTING not in states(
        run_against(busy, run=_other(has_lag=has_lag))
    )


def test_a_line_that_dies_amid_a_recording_is_noticed_at_another_server_too() -> None:
    got: list[bytes] = []

    def dead(peer: Peer) -> None:
        peer.answers_pings = False
        peer.listen(0)
        peer.rest()

    def good(peer: Peer) -> None:
        peer.listen(0)
        got.append(peer.audio(len(TALK)))
        peer.finish()

    source = ListSource(chunks_of(TALK))
    sink = run_against(dead, good, run=_other(), source=source)

    (gap,) = [body.gap for body in sink.bodies if isinstance(body, Status) and body.gap]
    assert gap < _other().timing.silence_at_end
    assert got == [TALK]


def test_a_line_that_dies_after_one_that_had_brought_everything_is_noticed() -> None:
    def all_but_the_end(peer: Peer) -> None:
        peer.listen()
        peer.until(StopRequest)
        peer.until_ping()
        peer.until_ping()
        peer.hang_up()

    def dead(peer: Peer) -> None:
        peer.answers_pings = False
        peer.listen()
        peer.rest()

    def good(peer: Peer) -> None:
        peer.listen()
        peer.finish()

    source = ListSource(chunks_of(TALK))
    sink = run_against(all_but_the_end, dead, good, run=_other(), source=source)

    gaps = [body.gap for body in sink.bodies if isinstance(body, Status) and body.gap]
    assert max(gaps) < _other().timing.silence_at_end
