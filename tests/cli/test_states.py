"""States of a run whose cause is made for real: each is told, with what helps."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TypeVar

import pytest

from symbl_cli.protocol.local import SERVER_FILE, decode_address
from tests.cli.talks import going_on
from tests.cli.test_many_runs import children_of
from tests.command_line import LIMIT, Home, Ran, finished, read_until
from tests.fake_microphone import fake_microphone
from tests.faults import FaultyLine
from tests.scripted_speech import silence, speech
from tests.small_disk import small_disk, stalling_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs ALSA and /proc")

TALK = speech("nobody knows", "it yet", "or ever will")
LIVE = ("stream", "-", "--pace", "realtime")
Read = TypeVar("Read")
RECORD = ("stream", "--device", "default", "--sample-rate", "16000")


@contextmanager
def stopped_recognisers(home: Home) -> Iterator[None]:
    """The recognisers of *home*'s server stand still: the computer is too busy."""
    address = decode_address((home.data / SERVER_FILE).read_text())
    workers = children_of(address.pid)
    assert workers
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def _read_behind(
    home: Home, run: subprocess.Popen[bytes], read: Callable[[], Read]
) -> Read:
    """What *read* gives while nobody recognises what is said after a first sentence."""
    assert run.stdin is not None
    run.stdin.write(speech("so be it"))
    run.stdin.flush()
    read_until(run, lambda line: "so be it" in line)
    with stopped_recognisers(home):
        run.stdin.write(TALK + silence(8))
        run.stdin.flush()
        return read()


def stderr_until(run: subprocess.Popen[bytes], text: str) -> str:
    """The first line on stderr with *text* in it; fails where none comes."""
    assert run.stderr is not None
    late = Timer(LIMIT, run.kill)
    late.start()
    try:
        lines = (line.decode() for line in run.stderr)
        return next(line for line in lines if text in line)
    finally:
        late.cancel()


def states(ran: Ran) -> list[object]:
    return [line["state"] for line in ran.of("status")]


def test_a_computer_that_is_too_busy_is_told_and_nothing_is_lost(
    own_home: Home,
) -> None:
    with own_home.scripted_server(), own_home.process(*LIVE, "--json") as run:
        told = _read_behind(
            own_home, run, lambda: read_until(run, lambda line: '"lagging"' in line)
        )
        ran = finished(run)

    assert '"cause":"computer"' in told[-1]
    assert "lagging" not in states(ran)
    assert ran.texts == ["nobody knows", "it yet", "or ever will"]


def test_people_are_told_what_keeps_the_words_and_what_helps(own_home: Home) -> None:
    with own_home.scripted_server(), own_home.process(*LIVE) as run:
        said = _read_behind(own_home, run, lambda: stderr_until(run, "s late: "))
        ran = finished(run)

    assert "s late: this computer is too busy; close what else is at work" in said
    assert "or ever will" in ran.stdout


def test_another_server_that_is_too_busy_is_told_as_the_cause(own_home: Home) -> None:
    with own_home.scripted_server():
        address = own_home.address
        elsewhere = (*LIVE, "--api-url", address.url.replace("http", "ws", 1))
        with own_home.process(
            *elsewhere, "--json", SYMBL_ACCESS_TOKEN=address.token
        ) as run:
            told = _read_behind(
                own_home, run, lambda: read_until(run, lambda line: '"lagging"' in line)
            )
            finished(run)
        with own_home.process(*elsewhere, SYMBL_ACCESS_TOKEN=address.token) as run:
            said = _read_behind(own_home, run, lambda: stderr_until(run, "s late: "))
            finished(run)

    assert '"cause":"server"' in told[-1]
    assert "s late: the server is too busy; try again later, or `--engine loc" in said


def test_people_are_told_of_a_lost_connection_and_that_nothing_is_lost(
    own_home: Home,
) -> None:
    with (
        own_home.scripted_server("--allow-host", "127.0.0.1") as url,
        FaultyLine(int(url.rpartition(":")[2])) as line,
        own_home.process(
            *(*LIVE, "--api-url", line.url), SYMBL_ACCESS_TOKEN=own_home.address.token
        ) as run,
    ):
        assert run.stdin is not None
        run.stdin.write(speech("so be it"))
        run.stdin.flush()
        read_until(run, lambda line: "so be it" in line)
        line.drop()
        lost = stderr_until(run, "connection is lost")
        found = stderr_until(run, "Connected again")
        ran = finished(run)

    assert lost.startswith("Warning: The connection is lost; attempt 1 to get it back")
    assert lost.endswith(" s. Recording goes on.\n")
    assert found.endswith(" s. Nothing is lost.\n")
    assert ran.code == 0


UNKEPT = (
    "Warning: The sound is no longer kept on disk, which is full or does not answer, so"
    " a crash could now lose words: make room where `symbl config path runs` is.\n"
)


def test_people_are_told_that_a_full_disk_keeps_no_sound(
    own_home: Home, tmp_path: Path
) -> None:
    with own_home.scripted_server(), small_disk(tmp_path / "disk", "64k") as disk:
        ran = own_home.run(
            *("stream", "-"), sound=TALK, environment={"XDG_STATE_HOME": str(disk)}
        )

    assert (ran.code, "or ever will" in ran.stdout) == (1, True)
    assert ran.stderr.count(UNKEPT) == 1


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_a_disk_that_hangs_is_told_and_costs_no_word(
    own_home: Home, tmp_path: Path, form: tuple[str, ...]
) -> None:
    with (
        own_home.scripted_server(),
        stalling_disk(tmp_path / "disk") as disk,
        own_home.process(*LIVE, *form, XDG_STATE_HOME=str(disk.folder)) as run,
    ):
        assert run.stdin is not None
        run.stdin.write(speech("so be it"))
        run.stdin.flush()
        read_until(run, lambda line: "so be it" in line)
        with disk.stalled(), going_on(run.stdin):
            if form:
                read_until(run, lambda line: '"spool_off"' in line)
            else:
                told = stderr_until(run, "no longer kept")
                assert told == UNKEPT
        run.stdin.write(speech("or ever will"))
        ran = finished(run)

    assert (ran.code, "or ever will" in ran.stdout) == (1, True)


def test_a_muted_microphone_is_told(scripted: Home, tmp_path: Path) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        lines = scripted.run(
            *RECORD, "--duration", "2.5", "--json", environment=environment
        )

    assert states(lines).count("input_silent") == 1


def test_people_are_told_that_a_microphone_may_be_muted(
    scripted: Home, tmp_path: Path
) -> None:
    with fake_microphone(tmp_path, b"") as environment:
        plain = scripted.run(*RECORD, "--duration", "2.5", environment=environment)

    assert (
        "Warning: No sound comes in: is the microphone muted, or another one meant?"
        " Try `symbl devices test`.\n"
    ) in plain.stderr


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_a_microphone_that_is_too_loud_is_told(
    scripted: Home, tmp_path: Path, form: tuple[str, ...]
) -> None:
    with fake_microphone(tmp_path, b"\xff\x7f" * 16000) as environment:
        ran = scripted.run(*RECORD, "--duration", "1", *form, environment=environment)

    if form:
        assert states(ran).count("clipping") == 1
    else:
        assert "too loud and therefore distorted: turn the microphone" in ran.stderr


def test_a_dead_microphone_is_told_and_costs_no_word(
    scripted: Home, tmp_path: Path
) -> None:
    sound = speech("so be it", pause=0.6)
    with (
        fake_microphone(tmp_path, sound, goes_dead=True) as environment,
        scripted.process(*RECORD, "--json", **environment) as run,
    ):
        told = read_until(run, lambda line: '"device_lost"' in line)
        run.send_signal(signal.SIGINT)
        ran = finished(run)

    assert "device_lost" in told[-1]
    assert "so be it" in "".join(told) + ran.stdout
    assert (ran.code, ran.lines[-1]["reason"]) == (130, "interrupted")


def test_people_are_told_to_plug_a_dead_microphone_in_again(
    scripted: Home, tmp_path: Path
) -> None:
    sound = speech("so be it", pause=0.6)
    with (
        fake_microphone(tmp_path, sound, goes_dead=True) as environment,
        scripted.process(*RECORD, **environment) as run,
    ):
        said = stderr_until(run, "microphone is gone")
        run.send_signal(signal.SIGTERM)
        ran = finished(run)

    assert "plug it in again. Recording goes on with it, or with the default" in said
    assert (ran.code, "so be it" in ran.stdout) == (143, True)


def test_a_pipe_without_sound_is_waited_for_in_sight(
    scripted: Home, tmp_path: Path
) -> None:
    pipe = tmp_path / "sound.pipe"
    os.mkfifo(pipe)
    with scripted.process("stream", pipe) as run:
        said = stderr_until(run, "waiting")
        pipe.write_bytes(speech("so be it"))
        ran = finished(run)

    assert said == "waiting for sound from sound.pipe\n"
    assert (ran.code, ran.stdout) == (0, "[00:01] Speaker 1: so be it\n")
