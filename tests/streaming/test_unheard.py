"""What becomes of sound that no server ever listened to."""

from dataclasses import replace
from pathlib import Path

import pytest

from symbl_cli.errors import ConnectionLost, LanguageError
from symbl_cli.protocol import events as e
from symbl_cli.streaming.keeping import Keeping, NothingKept, RunKeeper
from symbl_cli.streaming.left_runs import left_behind
from symbl_cli.streaming.run import Control
from symbl_cli.streaming.transcribe import transcribe
from tests.fakes import ListSource, LiveSource, RecordingSink, chunks_of
from tests.streaming.runs import RUN, SECOND, TIMING
from tests.streaming.service import Peer, Service

TRIES = 4
"""Until a server that never answered is given up."""


def _mute(peer: Peer) -> None:
    peer.until(e.StartRequest)
    peer.rest()


def _speak_to_nobody(source: ListSource | LiveSource, keeping: Keeping) -> str:
    """What the error suggests."""
    run = replace(RUN, timing=replace(TIMING, start=0.1))
    with (
        Service(*[_mute] * TRIES) as service,
        pytest.raises(ConnectionLost, match="does not answer the start") as caught,
    ):
        transcribe(
            [source],
            service.server(),
            run,
            RecordingSink(),
            control=Control(),
            keeping=keeping,
        )
    return caught.value.suggestion


def _kept_in(folder: Path) -> RunKeeper:
    return RunKeeper(folder, limit=2**30)


def _left_in(folder: Path) -> list[float]:
    """Seconds of sound in each run that can be recovered."""
    return [run.seconds for run in left_behind(folder, _unreadable)]


def _unreadable(run: object) -> None:
    raise AssertionError(run)


def test_what_was_recorded_while_it_was_spoken_stays(tmp_path: Path) -> None:
    source = LiveSource()
    source.feed(*chunks_of(SECOND * 3))

    suggestion = _speak_to_nobody(source, _kept_in(tmp_path))

    assert suggestion == (
        "check that the URL is one of a Streaming API; "
        "3 s of sound are kept: `symbl recover` brings back their words"
    )
    assert _left_in(tmp_path) == [3.0]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(LiveSource, id="nothing was said"),
        pytest.param(lambda: ListSource(chunks_of(SECOND * 3)), id="it is there"),
    ],
)
def test_what_nobody_would_miss_goes(tmp_path: Path, source: type[LiveSource]) -> None:
    suggestion = _speak_to_nobody(source(), _kept_in(tmp_path))

    assert suggestion == "check that the URL is one of a Streaming API"
    assert list(tmp_path.iterdir()) == []


def test_who_asked_for_what_cannot_be_begins_anew(tmp_path: Path) -> None:
    source = LiveSource()
    source.feed(*chunks_of(SECOND * 3))

    def refuse(peer: Peer) -> None:
        peer.until(e.StartRequest)
        extra = {"kind": LanguageError.kind}
        peer.send(e.ErrorMessage(details="nobody here knows it", extra=extra))
        peer.rest()

    with Service(refuse) as service, pytest.raises(LanguageError) as caught:
        transcribe(
            [source],
            service.server(),
            RUN,
            RecordingSink(),
            control=Control(),
            keeping=_kept_in(tmp_path),
        )

    assert (caught.value.suggestion, list(tmp_path.iterdir())) == ("", [])


def test_who_wants_nothing_kept_is_told_of_nothing_kept() -> None:
    source = LiveSource()
    source.feed(*chunks_of(SECOND * 3))

    suggestion = _speak_to_nobody(source, NothingKept())

    assert suggestion == "check that the URL is one of a Streaming API"
