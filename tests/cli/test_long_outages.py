"""What is recorded goes on being recorded, whatever becomes of the server."""

import json
import os
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

import pytest

from symbl_cli.protocol import events as e
from symbl_cli.streaming.run import Timing
from tests.cli.talks import going_on
from tests.cli.test_states import stderr_until
from tests.command_line import Home, Ran, finished, read_until
from tests.hidden_modules import hiding
from tests.runs.killed import sentence, victim, words_of
from tests.streaming.service import Peer, Service

LIVE = ("stream", "-", "--pace", "realtime", "--json")
PAIR = {"SYMBL_APP_ID": "an-id", "SYMBL_APP_SECRET": "a-secret"}


def _hear(run: Popen[bytes], text: str) -> list[dict[str, object]]:
    """The lines up to the first that has *text*, once it was said."""
    assert run.stdin is not None
    run.stdin.write(sentence(text))
    run.stdin.flush()
    return [json.loads(line) for line in read_until(run, lambda one: text in one)]


def _until_reconnected(run: Popen[bytes]) -> dict[str, object]:
    """The line that tells of it."""
    lines = read_until(run, lambda line: '"reconnected"' in line)
    found = json.loads(lines[-1])
    assert isinstance(found, dict)
    return found


def _rest_of(run: Popen[bytes]) -> Ran:
    ran = finished(run)
    assert (ran.code, ran.lines[-1]["reason"]) == (0, "end_of_input"), ran
    return ran


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGSTOP")
def test_a_server_of_ours_that_hangs_ends_no_recording(own_home: Home) -> None:
    with own_home.scripted_server(), own_home.process(*LIVE) as run:
        assert run.stdin is not None
        server = own_home.address.pid
        heard = _hear(run, "Before it.")
        with going_on(run.stdin):
            os.kill(server, signal.SIGSTOP)
            warned = json.loads(stderr_until(run, "does not answer"))["warning"]
            os.kill(server, signal.SIGCONT)
            again = _until_reconnected(run)
        heard += _hear(run, "After it.")
        _rest_of(run)

    assert "recording goes on" in warned["message"]
    assert f"kill -9 {server}" in warned["suggestion"]
    assert _finals(heard) == ["Before it.", "After it."]
    assert again["lost"] == 0
    # For so long nothing has come when a line counts as dead.
    assert float(str(again["gap"])) >= Timing().silence


def test_a_server_of_ours_that_is_slow_to_begin_again_ends_no_recording(
    own_home: Home, tmp_path: Path
) -> None:
    flag = tmp_path / "busy"
    waiting = f"lambda: os.path.exists({str(flag)!r})"
    more = f"import os, time; [time.sleep(0.1) for _ in iter({waiting}, False)]"
    slow = hiding(tmp_path, only="symbl_cli.server", more=more)
    with own_home.process(*LIVE, **slow) as run:
        assert run.stdin is not None
        run.stdin.flush()
        with going_on(run.stdin):
            read_until(run, lambda line: '"listening"' in line)
            flag.touch()
            os.kill(own_home.address.pid, signal.SIGKILL)
            warned = json.loads(stderr_until(run, "not ready"))["warning"]
            flag.unlink()
            again = _until_reconnected(run)
        _rest_of(run)

    assert "recording goes on" in warned["message"]
    assert again["lost"] == 0


def test_a_server_that_begins_anew_has_a_token_of_the_run_anew(
    own_home: Home, tmp_path: Path
) -> None:
    host = Home(tmp_path / "host")
    host.folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    serve = ("serve", "--recognizer", "scripted", "--port", port)
    url = f"http://127.0.0.1:{port}"
    with host.process(*serve, **PAIR) as server, ExitStack() as later:
        stderr_until(server, "listening on")
        run = later.enter_context(own_home.process(*LIVE, "--api-url", url, **PAIR))
        heard = _hear(run, "Before it.")
        server.kill()
        server.wait()
        stderr_until(later.enter_context(host.process(*serve, **PAIR)), "listening on")
        heard.append(_until_reconnected(run))
        heard += _hear(run, "After it.")
        _rest_of(run)

    assert _finals(heard) == ["Before it.", "After it."]


def _heard_once(peer: Peer) -> None:
    peer.listen(0)
    peer.until(e.Audio)
    peer.hang_up()


def test_who_asks_for_two_tries_gets_two_and_is_told_what_is_kept(
    own_home: Home,
) -> None:
    with (
        Service(_heard_once) as service,
        own_home.process(
            *(*LIVE, "--max-retries", "2", "--api-url", service.url),
            SYMBL_ACCESS_TOKEN="a-token",
        ) as run,
    ):
        assert run.stdin is not None
        run.stdin.write(sentence("Nobody heard it."))
        run.stdin.flush()
        lines = read_until(run, lambda line: '"end"' in line)
        ran = finished(run)

    states = [line for line in map(json.loads, lines) if line["type"] == "status"]
    tries = [one["attempt"] for one in states if one["state"] == "reconnecting"]
    (error,) = [notice["error"] for notice in ran.notices if "error" in notice]
    assert (ran.code, tries) == (5, [1, 2])
    assert "of sound are kept: `symbl recover`" in str(error["suggestion"])
    assert "check the URL" not in str(error["suggestion"])
    assert _left(own_home)


def _mute(peer: Peer) -> None:
    peer.until(e.StartRequest)
    peer.rest()


def test_what_is_said_to_a_server_that_never_answers_can_be_recovered(
    own_home: Home,
) -> None:
    with (
        Service(*[_mute] * 4) as service,
        victim(
            *(own_home, "--pace", "realtime", "--api-url", service.url),
            SYMBL_ACCESS_TOKEN="a-token",
        ) as run,
    ):
        run.keep(sentence("Nobody heard it."))
        run.process.send_signal(signal.SIGINT)
        ended = finished(run.process)
    listed = _left(own_home)
    with own_home.scripted_server():
        recovered = own_home.run("recover", "last")
        words = words_of(own_home, recovered.stdout.strip())

    assert ended.code == 130
    assert "of sound are kept: `symbl recover`" in ended.stderr
    assert len(listed) == 1
    assert (recovered.code, words) == (0, "Nobody heard it.")


def _left(home: Home) -> list[str]:
    """The runs that `symbl recover` lists."""
    listed = home.run("recover", "--json")
    assert listed.code == 0
    return [str(run["id"]) for run in listed.lines]


def _finals(lines: list[dict[str, object]]) -> list[object]:
    return [line["text"] for line in lines if line["type"] == "transcript"]
