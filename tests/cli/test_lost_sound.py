"""Sound that never reaches the server: told with its cause, counted, never silent."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from symbl_cli.protocol import events as e
from tests.cli.at_once import at_once
from tests.cli.talks import going_on
from tests.cli.test_states import stderr_until
from tests.command_line import LIMIT, Home, Ran, check_lines, finished, read_until
from tests.faults import FaultyLine
from tests.hidden_modules import hiding
from tests.scripted_speech import cut, silence, speech
from tests.streaming.runs import heard
from tests.streaming.service import Peer, Service

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA")

RATE = 48000
"""Samples a second: `MOST` is passed after 11 s."""
MOST = "1MB"
AT_ONCE = 6.0
"""Seconds of sound: a pipe that plays live may come a little ahead."""
TWO = ("Ann", "Bea")
CAUSE = (
    " s of sound are lost: they could not be sent, and more waits than `spool_limit`"
    " allows; get a better connection, or raise it: `symbl config set spool_limit"
)


class Fault(StrEnum):
    """Why the server takes nothing for longer than sound may wait."""

    AWAY = "away"
    AWAY_FROM_TWO = "away-from-two"
    SILENT = "silent"
    """It is there, and what is sent gets nowhere."""
    AWAY_FOR_PEOPLE = "away-for-people"
    AWAY_FOR_GOOD = "away-for-good"
    UNKEPT = "unkept"
    """Away, and nothing is kept on disk; memory holds less than it would."""
    REMOVED = "removed"
    """Away, and somebody removes what is kept."""


CAUSES = {Fault.UNKEPT: "memory", Fault.REMOVED: "disk"}
"""What is told; else it is the connection."""
LITTLE_MEMORY = (
    "from symbl_cli.streaming.spool import MemorySpool;"
    " MemorySpool.__init__.__kwdefaults__['limit'] = 500_000"
)
BEHIND_A_LINE = ("--allow-host", "127.0.0.1")
"""The port in the Host header is the faulty line's."""
MUCH = 3 * 2**19
"""Bytes of which half a mebibyte is on disk alone."""
Play = Callable[[Fault], Ran]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    folder = tmp_path_factory.mktemp("lost")
    plays = {fault: partial(play, Home(folder / fault), fault) for fault in Fault}
    with at_once(plays, len(Fault)) as outcome:
        yield outcome


def play(home: Home, fault: Fault) -> Ran:
    home.folder.mkdir()
    if fault is not Fault.REMOVED:
        assert home.run("config", "set", "spool_limit", MOST).code == 0
    options = ("--no-store",) if fault is Fault.UNKEPT else ()
    more = hiding(home.folder, more=LITTLE_MEMORY) if fault is Fault.UNKEPT else {}
    named = TWO if fault is Fault.AWAY_FROM_TWO else ()
    form = () if fault is Fault.AWAY_FOR_PEOPLE else ("--json",)
    speakers = [word for name in named for word in ("--speaker", name)]
    raw = ("--sample-rate", str(RATE), "--channels", str(len(named) or 1))
    with (
        home.scripted_server(*BEHIND_A_LINE) as url,
        FaultyLine(int(url.rpartition(":")[2])) as line,
        home.process(
            *("stream", "-", "--pace", "realtime", *raw, *speakers, *form),
            *("--api-url", line.url, *options),
            **more,
            SYMBL_ACCESS_TOKEN=home.address.token,
        ) as run,
    ):
        said = _suffer(home, run, line, fault)
        ran = finished(run)
        if fault is Fault.AWAY_FOR_PEOPLE:
            return Ran(ran.code, ran.stdout, said + ran.stderr)
        return Ran(ran.code, said + ran.stdout, ran.stderr)


def _suffer(
    home: Home, run: subprocess.Popen[bytes], line: FaultyLine, fault: Fault
) -> str:
    """All that was read of it while the server took nothing, and then again."""
    channels = 2 if fault is Fault.AWAY_FROM_TWO else 1
    assert run.stdin is not None
    _write(run, speech("so be it", sample_rate=RATE), channels)
    said = [*_heard(run, "so be it", times=channels)]
    if fault is Fault.SILENT:
        line.freeze_those_connected()
    else:
        line.down()
    _write(run, silence(AT_ONCE, RATE), channels)
    with going_on(run.stdin, channels * RATE):
        match fault:
            case Fault.AWAY_FOR_PEOPLE:
                said += [stderr_until(run, CAUSE)]
            case Fault.REMOVED:
                _remove_kept(home)
            case Fault.SILENT:
                pass
            case _:
                said += _heard(run, '"audio_dropped"', times=channels)
        if fault is not Fault.AWAY_FOR_GOOD:
            line.up()
        if fault not in {Fault.AWAY_FOR_GOOD, Fault.AWAY_FOR_PEOPLE}:
            said += _heard(run, '"reconnected"', times=channels)
    if fault is Fault.AWAY_FOR_GOOD:
        run.send_signal(signal.SIGINT)
    else:
        last = speech("or ever will", sample_rate=RATE)
        for piece in cut(last, RATE // 5):  # no faster than it is said
            Event().wait(0.1)
            _write(run, piece, channels)
    return "".join(said)


def _remove_kept(home: Home) -> None:
    """Once it is more than memory holds."""
    deadline = time.monotonic() + LIMIT
    kept: list[Path] = []
    while sum(path.stat().st_size for path in kept) < MUCH:
        assert time.monotonic() < deadline
        Event().wait(0.05)
        kept = list(home.runs.rglob("*.pcm"))
    for path in kept:
        path.unlink()


def _write(run: subprocess.Popen[bytes], pcm: bytes, channels: int) -> None:
    """Every speaker says it."""
    assert run.stdin is not None
    samples = memoryview(pcm).cast("H")
    run.stdin.write(
        b"".join(sample.to_bytes(2, "little") * channels for sample in samples)
    )
    run.stdin.flush()


def _heard(run: subprocess.Popen[bytes], text: str, *, times: int = 1) -> Iterator[str]:
    """All lines up to the one that makes it so many with *text* in it."""
    for _ in range(times):
        yield from read_until(run, lambda line: text in line)


def _dropped(
    lines: list[dict[str, object]], speaker: str | None, cause: str = "connection"
) -> float:
    """Seconds that were told of *speaker*, all with that *cause*."""
    told = [line for line in lines if line.get("state") == "audio_dropped"]
    assert {line["cause"] for line in told} == {cause}
    mine = [line for line in told if line.get("speaker") == speaker]
    return sum(float(str(line["seconds"])) for line in mine)


@pytest.mark.parametrize(
    ("fault", "speakers"),
    [
        (Fault.AWAY, [None]),
        (Fault.AWAY_FROM_TWO, TWO),
        (Fault.SILENT, [None]),
        (Fault.UNKEPT, [None]),
        (Fault.REMOVED, [None]),
    ],
)
def test_what_waits_too_long_for_the_server_is_told_and_counted(
    played: Play, fault: Fault, speakers: list[str | None]
) -> None:
    ran = played(fault)
    cause = CAUSES.get(fault, "connection")
    dropped = [_dropped(ran.lines, speaker, cause) for speaker in speakers]
    found = [line for line in ran.of("status") if line["state"] == "reconnected"]
    lost = {line.get("speaker"): line["lost"] for line in found}

    check_lines(ran.lines)
    assert (ran.code, min(dropped) > 0) == (0, True)
    assert [lost[speaker] for speaker in speakers] == pytest.approx(dropped, abs=0.05)
    assert ran.lines[-1]["audio_dropped"] == pytest.approx(sum(dropped), abs=0.05)
    assert sorted(map(str, ran.texts)) == sorted(
        ["so be it", "or ever will"] * len(speakers)
    )


def test_people_read_that_sound_is_lost_why_and_what_helps(played: Play) -> None:
    ran = played(Fault.AWAY_FOR_PEOPLE)

    assert (ran.code, "or ever will" in ran.stdout) == (0, True)
    assert f"{CAUSE} 10GB`.\n" in ran.stderr
    (again,) = [line for line in ran.stderr.splitlines() if "Connected again" in line]
    assert again.endswith(" s of sound are lost.")


def test_a_server_that_stays_away_costs_what_was_told(played: Play) -> None:
    ran = played(Fault.AWAY_FOR_GOOD)

    check_lines(ran.lines)
    assert (ran.code, ran.lines[-1]["reason"]) == (130, "interrupted")
    told = _dropped(ran.lines, None)
    assert ran.lines[-1]["audio_dropped"] == pytest.approx(told, abs=0.05)
    assert "symbl recover" in ran.stderr


def test_what_a_server_has_no_more_that_it_had_is_told_as_its_loss(
    own_home: Home,
) -> None:
    def heard_once(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        peer.send(heard("So be it.", is_final=True, end=8000))
        peer.until_seen()
        peer.hang_up()

    def forgetful(peer: Peer) -> None:
        peer.listen(0)
        peer.until(e.StopRequest)
        peer.end()

    with Service(heard_once, forgetful) as service:
        ran = own_home.run(
            *("stream", "-", "--json", "--no-store", "--api-url", service.url),
            sound=silence(1),
            environment={"SYMBL_ACCESS_TOKEN": "token-1"},
        )

    (told,) = [one for one in ran.of("status") if one["state"] == "audio_dropped"]
    assert (ran.code, ran.texts) == (0, ["So be it."])
    assert told["cause"] == "server"
    assert ran.lines[-1]["audio_dropped"] == told["seconds"] != 0
