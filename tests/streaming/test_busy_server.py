"""A server that is busy is no server that is gone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from symbl_cli.audio.channels import split
from symbl_cli.audio.files import Pace, open_file
from symbl_cli.audio.source import AudioSource
from symbl_cli.lines import State
from symbl_cli.server.recognition.scripted import SLOW
from tests.faults import FaultyLine
from tests.scripted_speech import speech
from tests.server_process import running_server
from tests.streaming.behind import BEHIND_A_LINE, PATIENT, Scene, port_of
from tests.streaming.runs import RUN, TIMING, run_against, states
from tests.streaming.service import Peer
from tests.wavs import wav_file

TEXTS = (f"Take your time{3 * SLOW}", *["nobody knows it yet, whoever may ask"] * 20)
"""A minute; the first sentence takes longer than a line may be silent."""
SILENCE = 4.0


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


def test_another_server_may_read_a_fast_pipe_as_slowly_as_a_recording() -> None:
    def busy(peer: Peer) -> None:
        peer.listen()
        peer.answers_pings = False
        for _ in range(20):  # together longer than a line that plays live may be silent
            peer.until_ping()
        peer.finish()

    run = replace(
        RUN,
        engine="remote",
        has_lag=True,  # a pipe plays live, until it is known that it does not
        timing=replace(TIMING, silence=0.2, ping=0.05),
    )

    assert State.RECONNECTING not in states(run_against(busy, run=run))
